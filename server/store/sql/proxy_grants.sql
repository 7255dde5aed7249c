-- SPDX-License-Identifier: Apache-2.0

-- name: proxy_grant_add
-- role: app
-- retry: idempotent
-- row: proxy_grant_added
-- A proxy-granting ticket that its application has taken, if the session still
-- lives.  Its MAC is random and so names the request.
WITH live AS (
	SELECT s.number FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $4::bigint AND s.ended_at IS NULL
	AND sso.session_lives(
	    s, $8::timestamptz, $9::timestamptz, $10::timestamptz)
), added AS (
	INSERT INTO sso.proxy_grant
		(mac, key_id, session, service_id, proxies, granted_at)
	SELECT $2::bytea, $3::bigint::smallint, live.number, $5::bigint,
	       $6::text, $7::timestamptz
	FROM live
	ON CONFLICT (mac) DO NOTHING
)
SELECT $1::bigint AS echo, true AS found, EXISTS (SELECT FROM live) AS alive;

-- name: proxy_grant_find
-- role: app
-- retry: read
-- row: proxy_grant_found
-- Whose proxy-granting ticket it is, and what their session shows for itself.
SELECT $1::bigint AS echo, true AS found,
       coalesce(p.number, 0) AS number, coalesce(p.service_id, 0) AS service_id,
       coalesce(s.number, 0) AS session, coalesce(a.id, 0) AS account_id,
       s.last_used_at, s.password_at, s.verified_at, s.verified_by, s.skipped,
       coalesce(s.long_term, false) AS long_term,
       s.client_address, s.browser_id, g.number AS generation
FROM sso.generation AS g
LEFT JOIN sso.proxy_grant AS p ON p.mac = $2::bytea
LEFT JOIN (sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active')
ON s.number = p.session AND s.ended_at IS NULL
AND sso.session_lives(s, $3::timestamptz, $4::timestamptz, $5::timestamptz)
WHERE g.singleton = 1;

-- name: proxy_ticket_redeem
-- role: app
-- retry: idempotent
-- row: proxy_ticket_redeemed
-- As ticket_redeem; the session is that of the grant.
WITH granted AS MATERIALIZED (
	SELECT p.session, p.proxies FROM sso.proxy_grant AS p
	WHERE p.number = $2::bigint
), spent AS (
	INSERT INTO sso.redemption AS r (session, issued_at, random, request,
		service_id, ticket, redeemed_at, service_url)
	SELECT granted.session, $3::bigint, $4::bytea,
	       encode($5::bytea, 'hex')::uuid, $6::bigint, $7::text,
	       $8::timestamptz, $12::text
	FROM granted
	ON CONFLICT (session, issued_at, random) DO UPDATE
	SET request = excluded.request WHERE r.request = excluded.request
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM spent) AS fresh,
       s.number IS NOT NULL AS alive, coalesce(a.id, 0) AS account_id,
       a.login, a.display_name, a.attributes, s.created_at, s.last_used_at,
       s.password_at, coalesce(s.long_term, false) AS long_term,
       g.number AS generation, g.restore_epoch,
       coalesce(p.session, 0) AS session, p.proxies
FROM sso.generation AS g
LEFT JOIN granted AS p ON true
LEFT JOIN (sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active')
ON s.number = p.session AND s.ended_at IS NULL
AND sso.session_lives(s, $9::timestamptz, $10::timestamptz, $11::timestamptz)
WHERE g.singleton = 1;
