-- SPDX-License-Identifier: Apache-2.0

-- name: session_find
-- role: app
-- retry: read
-- row: session_found
-- The living session of a cookie.
SELECT $1::bigint AS echo, true AS found,
       coalesce(s.number, 0) AS number, coalesce(a.id, 0) AS account_id,
       a.login, a.display_name, coalesce(a.epoch, 0) AS account_epoch,
       s.created_at, s.last_used_at, s.password_at, s.verified_at,
       s.verified_by, s.skipped, coalesce(s.long_term, false) AS long_term,
       coalesce(s.warn, false) AS warn,
       coalesce(s.key_id, 0) AS key_id, g.number AS generation
FROM sso.generation AS g
LEFT JOIN (sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active')
ON s.mac = $2::bytea AND s.ended_at IS NULL
AND sso.session_lives(s, $3::timestamptz, $4::timestamptz, $5::timestamptz)
WHERE g.singleton = 1;

-- name: session_open
-- role: app
-- retry: idempotent
-- row: session_opened
-- Goes on with the browser's session under a new cookie, or ends it and opens
-- another; only for a sign-in in which nothing is missing, and only once.  What
-- was asked for with the password decides how long; a session that was meant
-- for another time ends, unless its owner only confirms who they are.  The
-- new cookie is random and so names the request: asked again, it finds what the
-- first attempt made, even while that is still under way.
WITH made AS MATERIALIZED (
	SELECT s.number, s.created_at, s.long_term FROM sso.session AS s
	WHERE s.mac = $4::bytea AND s.ended_at IS NULL
), right_one AS (
	UPDATE sso.sign_in SET step = 'done', opened_mac = $4
	WHERE mac = $2::bytea AND (step = 'right' OR opened_mac = $4)
	AND expires_at > $6::timestamptz
	RETURNING *
), actor AS MATERIALIZED (
	SELECT a.id, a.epoch, r.password_at, r.verified_at, r.verified_by,
	       r.skipped, r.warn, r.long_term,
	       r.renew OR r.password_at < r.began_at AS confirms
	FROM right_one AS r
	JOIN sso.account AS a ON a.id = r.account_id
	AND a.epoch = r.account_epoch AND a.state = 'active'
), renewed AS (
	UPDATE sso.session AS s
	SET mac = $4, key_id = $5::bigint::smallint,
	    password_at = actor.password_at, last_used_at = $6,
	    verified_at = actor.verified_at, verified_by = actor.verified_by,
	    skipped = actor.skipped, warn = s.warn OR actor.warn, browser_id = $12::bytea,
	    client_address = $9::text, user_agent = $10::text
	FROM actor
	WHERE s.mac = $3::bytea AND s.account_id = actor.id
	AND s.account_epoch = actor.epoch AND s.ended_at IS NULL
	AND sso.session_lives(
	    s, $7::timestamptz, $8::timestamptz, $13::timestamptz)
	AND (s.long_term = actor.long_term OR actor.confirms)
	RETURNING s.number, s.created_at, s.long_term
), ended AS (
	UPDATE sso.session SET ended_at = $6
	WHERE mac = $3 AND ended_at IS NULL
	AND EXISTS (SELECT FROM actor) AND NOT EXISTS (SELECT FROM renewed)
	RETURNING number, account_id
), opened AS (
	INSERT INTO sso.session (mac, key_id, account_id, account_epoch,
		created_at, last_used_at, password_at, verified_at, verified_by,
		skipped, warn, long_term, browser_id, client_address,
		user_agent)
	SELECT $4, $5::smallint, actor.id, actor.epoch, $6, $6,
	       actor.password_at, actor.verified_at, actor.verified_by,
	       actor.skipped, actor.warn, actor.long_term, $12, $9, $10
	FROM actor
	WHERE NOT EXISTS (SELECT FROM renewed)
	AND NOT EXISTS (SELECT FROM made)
	ON CONFLICT (mac) DO UPDATE SET password_at = excluded.password_at
	WHERE session.account_id = excluded.account_id
	AND session.ended_at IS NULL
	RETURNING number, created_at, long_term
), fresh AS (
	SELECT number, true AS renewed, created_at, long_term FROM renewed
	UNION ALL SELECT number, false, created_at, long_term FROM opened
), live AS (
	SELECT number, renewed, created_at, long_term FROM fresh
	UNION ALL
	SELECT number, created_at < $6, created_at, long_term FROM made
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $6, 'signed in', actor.id, fresh.number, $9, $11::text
	FROM fresh CROSS JOIN actor
	UNION ALL
	SELECT $6, 'session replaced', account_id, number, $9, $11 FROM ended
)
SELECT $1::bigint AS echo, true AS found,
       coalesce(l.number, 0) AS number, coalesce(l.renewed, false) AS renewed,
       coalesce(l.long_term, false) AS long_term, l.created_at,
       g.number AS generation
FROM sso.generation AS g LEFT JOIN live AS l ON true
WHERE g.singleton = 1;

-- name: session_end
-- role: app
-- retry: idempotent
-- row: session_ended
-- Signing out.
WITH ended AS (
	UPDATE sso.session SET ended_at = $3::timestamptz
	WHERE mac = $2::bytea AND ended_at IS NULL
	RETURNING number, account_id
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $3, 'signed out', account_id, number, $4::text, $5::text
	FROM ended
)
SELECT $1::bigint AS echo, e.number IS NOT NULL AS found,
       e.number, e.account_id
FROM (SELECT 1) AS always LEFT JOIN ended AS e ON true;

-- name: session_touch
-- role: app
-- retry: idempotent
-- durable: no
-- lane: bulk
-- Sessions that were used; a crash may forget it.  Nobody waits for anybody:
-- rows that are being written are skipped.  What was proved in a long session
-- goes no further than it would in an ordinary one, which had ended by now.
WITH due AS (
	SELECT number FROM sso.session
	WHERE number = ANY ($2::text::bigint[]) AND ended_at IS NULL
	AND last_used_at < $4::timestamptz
	FOR NO KEY UPDATE SKIP LOCKED
), touched AS (
	UPDATE sso.session AS s SET last_used_at = $3::timestamptz,
	    (verified_at, verified_by, skipped) = (
		SELECT s.verified_at, s.verified_by, s.skipped
		WHERE NOT s.long_term OR s.last_used_at > $5::timestamptz)
	FROM due WHERE s.number = due.number
)
SELECT $1::bigint AS echo
WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL;
