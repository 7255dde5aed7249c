-- SPDX-License-Identifier: Apache-2.0

-- name: outbox_add
-- role: app
-- retry: idempotent
-- Something to be delivered; in the unit of the change that causes it.  The id
-- is random and so names the request.
INSERT INTO sso.outbox (id, kind, account_id, created_at, expires_at, due_at,
	key_id, payload)
VALUES ($2::bigint, 'mail', $3::bigint, $4::timestamptz, $5::timestamptz,
	$4, $6::bigint::smallint, $7::bytea)
ON CONFLICT (id) DO UPDATE SET due_at = sso.outbox.due_at
RETURNING $1::bigint AS echo;

-- name: outbox_claim
-- role: app
-- retry: idempotent
-- lane: bulk
-- row: outbox_claimed
-- Takes what is due, the oldest first, until a time.  The claim is random and
-- so names the request: asked again, it finds what the first attempt took.
WITH due AS MATERIALIZED (
	SELECT id FROM sso.outbox
	WHERE payload IS NOT NULL AND kind = 'mail'
	AND (due_at <= $2::timestamptz OR claimed_by = $4::text)
	ORDER BY due_at
	LIMIT $5::bigint
	FOR UPDATE SKIP LOCKED
), claimed AS (
	UPDATE sso.outbox AS o
	SET due_at = $3::timestamptz, claimed_by = $4, tries = o.tries + 1
	FROM due WHERE o.id = due.id
	RETURNING o.id, o.created_at, o.expires_at, o.tries, o.key_id, o.payload
)
SELECT $1::bigint AS echo, true AS found, c.id, c.created_at, c.expires_at,
       c.tries, c.key_id, c.payload
FROM claimed AS c;

-- name: outbox_settle
-- role: app
-- retry: idempotent
-- What became of a try, unless somebody else has claimed the row since.
WITH settled AS (
	UPDATE sso.outbox
	SET delivered_at = CASE WHEN $5::boolean THEN $4::timestamptz END,
	    failed_at = CASE WHEN NOT $5 AND $6::timestamptz IS NULL THEN $4 END,
	    due_at = coalesce($6, due_at),
	    payload = CASE WHEN NOT $5 AND $6 IS NOT NULL THEN payload END,
	    claimed_by = NULL, last_error = $7::text
	WHERE id = $2::bigint AND claimed_by = $3::text AND payload IS NOT NULL
)
SELECT $1::bigint AS echo;

-- name: outbox_look
-- role: app
-- retry: read
-- lane: bulk
-- row: outbox_state
-- How much waits: mails, and since when, and applications to be told.
SELECT $1::bigint AS echo, true AS found,
       count(*) FILTER (WHERE kind = 'mail') AS waiting,
       min(created_at) FILTER (WHERE kind = 'mail') AS oldest_at,
       count(*) FILTER (WHERE kind = 'logout') AS logouts
FROM sso.outbox WHERE payload IS NOT NULL;

-- name: outbox_follow
-- role: app
-- retry: read
-- lane: slow
-- row: outbox_fate
-- What has become of one row.
SELECT $1::bigint AS echo, o.id IS NOT NULL AS found, o.tries, o.due_at,
       o.delivered_at, o.failed_at, o.last_error
FROM (SELECT 1) AS always LEFT JOIN sso.outbox AS o ON o.id = $2::bigint;

-- name: upkeep_expire_outbox
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Gives up what is of no use any more and was not delivered in time, a batch at
-- a time.
WITH late AS (
	SELECT id FROM sso.outbox
	WHERE payload IS NOT NULL AND expires_at < $2::timestamptz
	AND due_at < $2
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), given_up AS (
	UPDATE sso.outbox AS o
	SET failed_at = $2, payload = NULL, claimed_by = NULL,
	    last_error = coalesce(o.last_error, 'it was not tried in time')
	FROM late WHERE o.id = late.id
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM given_up;

-- name: upkeep_sweep_outbox
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes old rows that are delivered or given up, a batch at a time.
WITH old AS (
	SELECT id FROM sso.outbox
	WHERE payload IS NULL AND created_at < $2::timestamptz
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.outbox AS o USING old WHERE o.id = old.id
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;
