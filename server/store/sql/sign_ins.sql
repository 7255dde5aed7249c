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
