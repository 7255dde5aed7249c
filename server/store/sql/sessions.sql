-- SPDX-License-Identifier: Apache-2.0

-- name: session_find
-- role: app
-- retry: read
-- row: session_found
-- The living session of a cookie.
SELECT $1::bigint AS echo, true AS found,
       coalesce(s.number, 0) AS number, coalesce(a.id, 0) AS account_id,
       a.login, a.display_name, s.created_at, s.last_used_at, s.password_at,
       coalesce(s.key_id, 0) AS key_id, g.number AS generation
FROM sso.generation AS g
LEFT JOIN (sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active')
ON s.mac = $2::bytea AND s.ended_at IS NULL
AND s.last_used_at > $3::timestamptz AND s.created_at > $4::timestamptz
WHERE g.singleton = 1;

-- name: session_open
-- role: app
-- retry: idempotent
-- row: session_opened
-- Goes on with the browser's session under a new cookie, or ends it and opens
-- another; only for the account as it was when the password was compared.  The
-- new cookie is random and so names the request: asked again, it finds what the
-- first attempt made, even while that is still under way.
WITH actor AS MATERIALIZED (
	SELECT id, epoch FROM sso.account
	WHERE id = $2::bigint AND epoch = $3::bigint AND state = 'active'
), made AS MATERIALIZED (
	SELECT s.number, s.created_at FROM sso.session AS s
	JOIN actor ON actor.id = s.account_id
	WHERE s.mac = $5::bytea AND s.ended_at IS NULL
), renewed AS (
	UPDATE sso.session AS s
	SET mac = $5, key_id = $6::bigint::smallint,
	    password_at = $8::timestamptz, last_used_at = $8,
	    client_address = $11::text, user_agent = $12::text
	FROM actor
	WHERE s.mac = $4::bytea AND s.account_id = actor.id
	AND s.account_epoch = actor.epoch AND s.ended_at IS NULL
	AND s.last_used_at > $9::timestamptz AND s.created_at > $10::timestamptz
	RETURNING s.number
), ended AS (
	UPDATE sso.session SET ended_at = $8
	WHERE mac = $4 AND ended_at IS NULL
	AND EXISTS (SELECT FROM actor) AND NOT EXISTS (SELECT FROM renewed)
	RETURNING number, account_id
), opened AS (
	INSERT INTO sso.session (mac, key_id, account_id, account_epoch,
		created_at, last_used_at, password_at, client_address, user_agent)
	SELECT $5, $6::smallint, actor.id, actor.epoch, $8, $8, $8, $11, $12
	FROM actor
	WHERE NOT EXISTS (SELECT FROM renewed)
	AND NOT EXISTS (SELECT FROM made)
	ON CONFLICT (mac) DO UPDATE SET password_at = excluded.password_at
	WHERE session.account_id = excluded.account_id
	AND session.ended_at IS NULL
	RETURNING number
), fresh AS (
	SELECT number, true AS renewed FROM renewed
	UNION ALL SELECT number, false FROM opened
), live AS (
	SELECT number, renewed FROM fresh
	UNION ALL SELECT number, created_at < $8 FROM made
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'sign-in' AND name = $7::bytea
	AND EXISTS (SELECT FROM live)
	RETURNING 1
), address_forgiven AS ( -- behind the name: rows are locked in one order
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = $14::text AND EXISTS (SELECT FROM live)
	AND (SELECT count(*) FROM forgiven) >= 0
	RETURNING 1
), network_forgiven AS (
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = $15::text AND EXISTS (SELECT FROM live)
	AND (SELECT count(*) FROM address_forgiven) >= 0
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $8, 'signed in', $2, number, $11, $13::text FROM fresh
	UNION ALL
	SELECT $8, 'session replaced', account_id, number, $11, $13 FROM ended
)
SELECT $1::bigint AS echo, true AS found,
       coalesce(l.number, 0) AS number, coalesce(l.renewed, false) AS renewed,
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
-- rows that are being written are skipped.
WITH due AS (
	SELECT number FROM sso.session
	WHERE number = ANY ($2::text::bigint[]) AND ended_at IS NULL
	AND last_used_at < $4::timestamptz
	FOR NO KEY UPDATE SKIP LOCKED
), touched AS (
	UPDATE sso.session AS s SET last_used_at = $3::timestamptz
	FROM due WHERE s.number = due.number
)
SELECT $1::bigint AS echo
WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL;
