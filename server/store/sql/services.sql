-- SPDX-License-Identifier: Apache-2.0

-- name: service_generation
-- role: app
-- retry: read
-- lane: bulk
-- row: generation
-- Read in front of the list of services, on the same lane: not behind a
-- report, since sign-ins may wait for it.
SELECT $1::bigint AS echo, true AS found,
       g.number, g.restore_epoch, g.active_key, g.active_check,
       g.throttle_key
FROM sso.generation AS g;

-- name: service_list
-- role: app
-- retry: read
-- lane: bulk
-- row: service
-- All services, for a gate's registry and for operators.
SELECT $1::bigint AS echo, true AS found,
       s.id, t.slug AS tenant, s.name, s.pattern, s.released, s.enabled,
       s.logout_type, s.logout_url, s.rest, s.proxy, s.proxy_callback,
       s.proxy_lenient
FROM sso.service AS s JOIN sso.tenant AS t ON t.id = s.tenant_id
ORDER BY s.id;

-- name: service_add
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- Registers a service.
WITH added AS (
	INSERT INTO sso.service
		(tenant_id, name, pattern, released, enabled, created_at)
	SELECT t.id, $3::text, $4::text, $5::text::jsonb, $6::boolean,
	       $7::timestamptz
	FROM sso.tenant AS t WHERE t.slug = $2::text
	ON CONFLICT (pattern) DO NOTHING
	RETURNING id
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $7, 'service added', id, $8::text, $9::text,
	       jsonb_build_object('name', $3, 'pattern', $4)
	FROM added
)
SELECT $1::bigint AS echo, a.id IS NOT NULL AS found, a.id
FROM (SELECT 1) AS always LEFT JOIN added AS a ON true;

-- name: service_set_enabled
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- Switches a service on or off.
WITH changed AS (
	UPDATE sso.service SET enabled = $3::boolean WHERE id = $2::bigint
	RETURNING id
), audited AS (
	INSERT INTO sso.audit (at, kind, service_id, client_address, request)
	SELECT $4::timestamptz,
	       CASE WHEN $3 THEN 'service enabled' ELSE 'service disabled' END,
	       id, $5::text, $6::text
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: service_set_logout
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- Whether and where a service is told that a session has ended; NULL leaves as
-- it is, and an empty address is none.
WITH changed AS (
	UPDATE sso.service SET logout_type = coalesce($3::text, logout_type),
		logout_url = nullif(coalesce($4::text, logout_url), '')
	WHERE id = $2::bigint
	RETURNING id, logout_type, logout_url
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $5::timestamptz, 'service logout set', id, $6::text, $7::text,
	       jsonb_build_object('type', logout_type, 'url', logout_url)
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: service_set_rest
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- Whether a service gets tickets by REST.
WITH changed AS (
	UPDATE sso.service SET rest = $3::boolean
	WHERE id = $2::bigint
	RETURNING id, rest
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $4::timestamptz, 'service rest set', id, $5::text, $6::text,
	       jsonb_build_object('rest', rest)
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: service_set_proxy
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- Whether a service may get proxy-granting tickets, where, and what becomes of
-- it if it does not take them; NULL leaves as it is, an empty pattern is none.
WITH changed AS (
	UPDATE sso.service SET
		proxy = coalesce(($3::text)::boolean, proxy),
		proxy_callback =
			nullif(coalesce($4::text, proxy_callback), ''),
		proxy_lenient = coalesce(($5::text)::boolean, proxy_lenient)
	WHERE id = $2::bigint
	RETURNING id, proxy, proxy_callback, proxy_lenient
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $6::timestamptz, 'service proxy set', id, $7::text, $8::text,
	       jsonb_build_object('proxy', proxy, 'callback', proxy_callback,
		'lenient', proxy_lenient)
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: service_remove
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- Forgets a service; its audit rows stay.
WITH changed AS (
	DELETE FROM sso.service WHERE id = $2::bigint
	RETURNING id, name, pattern
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $3::timestamptz, 'service removed', id, $4::text, $5::text,
	       jsonb_build_object('name', name, 'pattern', pattern)
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: tenant_add
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- An organisation, or the one that has the slug already.
WITH added AS (
	INSERT INTO sso.tenant (slug, name) VALUES ($2::text, $3::text)
	ON CONFLICT (slug) DO NOTHING
	RETURNING id
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $4::timestamptz, 'tenant added', $5::text, $6::text,
	       jsonb_build_object('slug', $2, 'name', $3)
	FROM added
)
SELECT $1::bigint AS echo, coalesce(a.id, t.id) IS NOT NULL AS found,
       coalesce(a.id, t.id) AS id
FROM (SELECT 1) AS always
LEFT JOIN added AS a ON true
LEFT JOIN sso.tenant AS t ON t.slug = $2;
