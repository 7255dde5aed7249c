-- SPDX-License-Identifier: Apache-2.0

-- name: sign_in_begin
-- role: app
-- retry: idempotent
-- row: sign_in_begun
-- The password was right for the account as it was, and its failures are
-- forgotten.  The cookie is random and so names the request.
WITH begun AS MATERIALIZED (
	INSERT INTO sso.sign_in (mac, key_id, account_id, account_epoch,
		step, began_at, expires_at, password_at, skipped, service_url,
		renew, method, warn, long_term)
	SELECT $2::bytea, $3::bigint::smallint, a.id, a.epoch, $6::text,
	       $7::timestamptz, $8::timestamptz, $9::timestamptz, $10::text,
	       $11::text, $12::boolean, $16::text, $17::boolean,
	       $18::boolean
	FROM sso.account AS a
	WHERE a.id = $4::bigint AND a.epoch = $5::bigint AND a.state = 'active'
	ON CONFLICT (mac) DO UPDATE SET skipped = excluded.skipped
	WHERE sign_in.account_id = excluded.account_id
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'sign-in' AND name = $13::bytea
	AND EXISTS (SELECT FROM begun)
	RETURNING 1
), address_forgiven AS ( -- behind the name: rows are locked in one order
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = $14::text AND EXISTS (SELECT FROM begun)
	AND (SELECT count(*) FROM forgiven) >= 0
	RETURNING 1
), network_forgiven AS (
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = $15::text AND EXISTS (SELECT FROM begun)
	AND (SELECT count(*) FROM address_forgiven) >= 0
)
SELECT $1::bigint AS echo, true AS found,
       coalesce(b.number, 0) AS number
FROM (SELECT 1) AS always LEFT JOIN begun AS b ON true;

-- name: sign_in_find
-- role: app
-- retry: read
-- row: sign_in
-- The sign-in in progress of a cookie.
SELECT $1::bigint AS echo, true AS found,
       coalesce(s.number, 0) AS number, coalesce(s.account_id, 0) AS account_id,
       coalesce(s.account_epoch, 0) AS account_epoch, s.login, s.display_name,
       s.step, s.began_at, s.expires_at, s.password_at, s.verified_at,
       s.verified_by, s.service_url, s.method,
       coalesce(s.renew, false) AS renew,
       coalesce(s.trust, false) AS trust,
       coalesce(s.enrolment_id, 0) AS enrolment_id,
       coalesce(s.address_id, 0) AS address_id, s.email, s.code_made_at,
       s.code_expires_at,
       g.number AS generation
FROM sso.generation AS g
LEFT JOIN (
	SELECT i.*, a.login, a.display_name,
	       c.address_id, d.email,
	       c.made_at AS code_made_at, c.expires_at AS code_expires_at
	FROM sso.sign_in AS i
	JOIN sso.account AS a ON a.id = i.account_id
	AND a.epoch = i.account_epoch AND a.state = 'active'
	LEFT JOIN sso.email_code AS c ON c.sign_in = i.number
	LEFT JOIN sso.address AS d ON d.id = c.address_id
	WHERE i.mac = $2::bytea AND i.expires_at > $3::timestamptz
	AND i.step NOT IN ('done', 'ended')
) AS s ON true
WHERE g.singleton = 1;

-- name: sign_in_lead_on
-- role: app
-- retry: idempotent
-- row: sign_in_moved
-- The code was right, and something is offered, or demanded as well, before the
-- session opens; what the person said about the browser waits with it.
WITH moved AS (
	UPDATE sso.sign_in SET step = $5::text, trust = $6::boolean
	WHERE number = $2::bigint AND account_id = $3::bigint
	AND $5 IN ('offer', 'set up') AND step IN ('right', $5)
	AND expires_at > $4::timestamptz
	RETURNING step
)
SELECT $1::bigint AS echo, m.step IS NOT NULL AS found, m.step
FROM (SELECT 1) AS always LEFT JOIN moved AS m ON true;

-- name: sign_in_take_up
-- role: app
-- retry: idempotent
-- row: sign_in_moved
-- What is offered is set up now, or proved first that it may be.
WITH moved AS (
	UPDATE sso.sign_in SET step = $5::text
	WHERE number = $2::bigint AND account_id = $3::bigint
	AND $5 IN ('proof', 'set up') AND step IN ('offer', $5)
	AND expires_at > $4::timestamptz
	RETURNING step
)
SELECT $1::bigint AS echo, m.step IS NOT NULL AS found, m.step
FROM (SELECT 1) AS always LEFT JOIN moved AS m ON true;

-- name: sign_in_put_off
-- role: app
-- retry: idempotent
-- row: sign_in_moved
-- "Later": nothing is missing in this sign-in, and $5 says why no code was asked
-- for.  It is noted once: with $6 that grace is running, of which only the first
-- moment counts, and one more time that it was put off.
WITH moved AS (
	UPDATE sso.sign_in SET step = 'right', skipped = $5::text
	WHERE number = $2::bigint AND account_id = $3::bigint
	AND step IN ('offer', 'proof', 'set up')
	AND expires_at > $4::timestamptz
	RETURNING account_id, step
), noted AS (
	UPDATE sso.account AS a
	SET encouraged_at = $4,
	    offered_at = CASE WHEN $6::boolean THEN coalesce(a.offered_at, $4)
		ELSE a.offered_at END,
	    skips = a.skips + CASE WHEN $6 THEN 1 ELSE 0 END
	FROM moved WHERE a.id = moved.account_id
)
SELECT $1::bigint AS echo, m.step IS NOT NULL AS found, m.step
FROM (SELECT 1) AS always LEFT JOIN moved AS m ON true;
