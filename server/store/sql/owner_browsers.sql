-- SPDX-License-Identifier: Apache-2.0

-- name: owner_browser_list
-- role: app
-- retry: read
-- lane: slow
-- row: owner_browser
-- The browsers that an account trusts: this one, then those used last.
SELECT $1::bigint AS echo, l.id IS NOT NULL AS found, l.id, l.name, l.user_agent,
       l.trusted_at, l.verified_at, l.last_sign_in_at,
       coalesce(l.current, false) AS current
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT encode(t.browser_id, 'hex') AS id, t.name, b.user_agent,
	       t.trusted_at,
	       t.verified_at, t.last_sign_in_at, t.browser_id = $3::bytea AS current
	FROM sso.browser_trust AS t
	JOIN sso.browser AS b ON b.id = t.browser_id
	JOIN sso.account AS a ON a.id = t.account_id
	WHERE t.account_id = $2::bigint AND t.trusted_at IS NOT NULL
	AND t.revoked_at IS NULL
	AND (a.trust_epoch IS NULL OR t.verified_at > a.trust_epoch)
	ORDER BY t.browser_id = $3 DESC NULLS LAST, t.last_sign_in_at DESC
	LIMIT 100
) AS l ON true
ORDER BY l.current DESC NULLS LAST, l.last_sign_in_at DESC, l.id;

-- name: owner_browser_forget
-- role: app
-- retry: idempotent
-- row: owner_browsers_forgotten
-- The owner, who is signed in with $3, trusts a browser no more, or with NULL
-- none.  Rows are locked in one order; those revoked at this very moment are
-- what an earlier try of this request revoked.
WITH actor AS MATERIALIZED (
	SELECT s.account_id FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $3::bigint AND s.account_id = $2::bigint
	AND s.ended_at IS NULL
), meant AS MATERIALIZED (
	SELECT t.browser_id, t.revoked_at
	FROM sso.browser_trust AS t
	JOIN actor ON actor.account_id = t.account_id
	WHERE t.account_id = $2 AND t.trusted_at IS NOT NULL
	AND ($4::text IS NULL OR encode(t.browser_id, 'hex') = $4)
	ORDER BY t.browser_id
	FOR NO KEY UPDATE
), revoked AS (
	UPDATE sso.browser_trust AS t
	SET revoked_at = $5::timestamptz, revoked_why = 'owner'
	FROM meant
	WHERE t.browser_id = meant.browser_id AND t.account_id = $2
	AND meant.revoked_at IS NULL
	RETURNING t.browser_id
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $5, 'browser forgotten', $2, $3, $6::text, $7::text FROM revoked
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM actor) AS allowed,
       (SELECT count(*) FROM meant) AS meant,
       (SELECT count(*) FROM revoked)
       + (SELECT count(*) FROM meant WHERE revoked_at = $5) AS forgotten;

-- name: owner_browser_name
-- role: app
-- retry: idempotent
-- row: owner_browser_named
-- The owner, who is signed in with $3, calls a browser that they trust by a
-- name; an empty one is none.  The name itself stays out of the trail.
WITH actor AS MATERIALIZED (
	SELECT s.account_id FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $3::bigint AND s.account_id = $2::bigint
	AND s.ended_at IS NULL
), named AS (
	UPDATE sso.browser_trust AS t SET name = coalesce($5::text, '')
	FROM actor
	WHERE t.account_id = $2 AND t.account_id = actor.account_id
	AND encode(t.browser_id, 'hex') = $4::text
	AND t.trusted_at IS NOT NULL AND t.revoked_at IS NULL
	RETURNING t.browser_id
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $6::timestamptz, 'browser named', $2, $3, $7::text, $8::text
	FROM named
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM actor) AS allowed,
       (SELECT count(*) FROM named) AS named;
