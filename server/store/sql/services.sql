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
       s.proxy_lenient, s.settings
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
		(tenant_id, name, pattern, released, enabled, created_at,
		settings)
	SELECT t.id, $3::text, $4::text, $5::text::jsonb, $6::boolean,
	       $7::timestamptz, sso.settings_with_key(
		coalesce($10::text, '{}')::jsonb, '{}')
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

-- name: service_set_settings
-- role: app
-- retry: once
-- lane: slow
-- row: service_changed
-- What is set for one service alone, as a whole.
WITH changed AS (
	UPDATE sso.service
	SET settings = sso.settings_with_key($3::text::jsonb, settings)
	WHERE id = $2::bigint
	RETURNING id, settings
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $4::timestamptz, 'service settings set', id, $5::text, $6::text,
	       settings
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

-- name: service_import
-- role: app
-- retry: once
-- lane: slow
-- row: service_imported
-- Registers many services at once, or none: none if an organisation is missing,
-- or a pattern is registered and may not be replaced.
WITH given AS MATERIALIZED (
	SELECT g.*, t.id AS tenant_id, o.id AS old_id,
	       coalesce(o.settings, '{}') AS old_settings
	FROM jsonb_to_recordset($2::text::jsonb) AS g (tenant text, name text,
		pattern text, released jsonb, enabled boolean, logout text,
		logout_url text, rest boolean, proxy boolean,
		proxy_callback text, proxy_lenient boolean, settings jsonb)
	LEFT JOIN sso.tenant AS t ON t.slug = g.tenant
	LEFT JOIN sso.service AS o ON o.pattern = g.pattern
), obstacles AS (
	SELECT count(*) FILTER (WHERE tenant_id IS NULL) AS strange,
	       count(*) FILTER (WHERE old_id IS NOT NULL AND NOT $3::boolean)
		AS taken
	FROM given
), put AS (
	INSERT INTO sso.service AS s (tenant_id, name, pattern, released,
		enabled, created_at, logout_type, logout_url, rest, proxy,
		proxy_callback, proxy_lenient, settings)
	SELECT tenant_id, name, pattern, released, enabled, $4::timestamptz,
	       logout, nullif(logout_url, ''), rest, proxy,
	       nullif(proxy_callback, ''), proxy_lenient,
	       sso.settings_with_key(settings, old_settings)
	FROM given, obstacles WHERE strange = 0 AND taken = 0
	ON CONFLICT (pattern) DO UPDATE SET tenant_id = excluded.tenant_id,
		name = excluded.name, released = excluded.released,
		enabled = excluded.enabled, logout_type = excluded.logout_type,
		logout_url = excluded.logout_url, rest = excluded.rest,
		proxy = excluded.proxy,
		proxy_callback = excluded.proxy_callback,
		proxy_lenient = excluded.proxy_lenient,
		settings = excluded.settings
	WHERE $3
	RETURNING s.id, s.name, s.pattern, s.xmax = 0 AS added
), audited AS (
	INSERT INTO sso.audit
		(at, kind, service_id, client_address, request, detail)
	SELECT $4, CASE WHEN added THEN 'service added'
		ELSE 'service replaced' END,
	       id, $5::text, $6::text,
	       jsonb_build_object('name', name, 'pattern', pattern)
	FROM put
)
SELECT $1::bigint AS echo, true AS found,
       (SELECT count(*) FROM put WHERE added) AS added,
       (SELECT count(*) FROM put WHERE NOT added) AS replaced,
       o.strange, o.taken
FROM obstacles AS o;

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
