-- SPDX-License-Identifier: Apache-2.0

-- name: policy_list
-- role: app
-- retry: read
-- lane: bulk
-- row: policy_version
-- The policy in force of each organisation that has one.
SELECT $1::bigint AS echo, p.number IS NOT NULL AS found,
       t.slug AS tenant, p.number, p.document, p.activated_at
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT DISTINCT ON (v.tenant_id) v.*
	FROM sso.policy_version AS v
	ORDER BY v.tenant_id, v.number DESC
) AS p ON true
LEFT JOIN sso.tenant AS t ON t.id = p.tenant_id;

-- name: zone_list
-- role: app
-- retry: read
-- lane: bulk
-- row: zone
-- All networks of all organisations.
SELECT $1::bigint AS echo, z.id IS NOT NULL AS found,
       t.slug AS tenant, z.key, z.label, z.prefixes, z.skip_ok,
       z.shared_computers, z.enrol_ok, z.blocked
FROM (SELECT 1) AS always
LEFT JOIN sso.zone AS z ON true
LEFT JOIN sso.tenant AS t ON t.id = z.tenant_id
ORDER BY z.tenant_id, z.key;

-- name: policy_add
-- role: app
-- retry: once
-- lane: slow
-- row: policy_added
-- A further version, in force from now on.
WITH place AS (
	SELECT t.id, coalesce((SELECT max(v.number) FROM sso.policy_version AS v
		WHERE v.tenant_id = t.id), 0) + 1 AS number
	FROM sso.tenant AS t WHERE t.slug = $2::text
), added AS (
	INSERT INTO sso.policy_version
		(tenant_id, number, document, comment, activated_at)
	SELECT place.id, place.number, $3::text, coalesce($4::text, ''),
	       $5::timestamptz
	FROM place
	RETURNING number
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $5, 'policy activated', $6::text, $7::text,
	       jsonb_build_object('tenant', $2, 'number', number)
	FROM added
)
SELECT $1::bigint AS echo, a.number IS NOT NULL AS found, a.number
FROM (SELECT 1) AS always LEFT JOIN added AS a ON true;

-- name: zone_put
-- role: app
-- retry: once
-- lane: slow
-- row: zone_changed
-- A network, new or as it is from now on.
WITH put AS (
	INSERT INTO sso.zone AS z (tenant_id, key, label, prefixes, skip_ok,
		shared_computers, enrol_ok, blocked)
	SELECT t.id, $3::text, $4::text, $5::text::jsonb, $6::boolean,
	       $7::boolean, $8::boolean, $9::boolean
	FROM sso.tenant AS t WHERE t.slug = $2::text
	ON CONFLICT (tenant_id, key) DO UPDATE SET label = excluded.label,
		prefixes = excluded.prefixes, skip_ok = excluded.skip_ok,
		shared_computers = excluded.shared_computers,
		enrol_ok = excluded.enrol_ok, blocked = excluded.blocked
	RETURNING id
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $10::timestamptz, 'zone set', $11::text, $12::text,
	       jsonb_build_object('tenant', $2, 'key', $3, 'prefixes',
		$5::text::jsonb)
	FROM put
)
SELECT $1::bigint AS echo, p.id IS NOT NULL AS found, p.id
FROM (SELECT 1) AS always LEFT JOIN put AS p ON true;

-- name: zone_remove
-- role: app
-- retry: once
-- lane: slow
-- row: zone_changed
-- A network that is none any more.
WITH removed AS (
	DELETE FROM sso.zone AS z USING sso.tenant AS t
	WHERE t.id = z.tenant_id AND t.slug = $2::text AND z.key = $3::text
	RETURNING z.id
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $4::timestamptz, 'zone removed', $5::text, $6::text,
	       jsonb_build_object('tenant', $2, 'key', $3)
	FROM removed
)
SELECT $1::bigint AS echo, r.id IS NOT NULL AS found, r.id
FROM (SELECT 1) AS always LEFT JOIN removed AS r ON true;
