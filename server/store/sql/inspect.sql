-- SPDX-License-Identifier: Apache-2.0

-- name: inspect_account
-- role: app
-- retry: read
-- lane: slow
-- row: account_shown
-- One account with all that operators may see of it.
SELECT $1::bigint AS echo, a.id IS NOT NULL AS found,
       a.id, a.login, a.display_name, a.state,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('tenant', t.slug,
	       'type', m.type, 'groups', m.groups) ORDER BY t.slug), '[]')
	FROM sso.membership AS m JOIN sso.tenant AS t ON t.id = m.tenant_id
	WHERE m.account_id = a.id) AS memberships,
       a.attributes, a.created_at, a.password IS NOT NULL AS has_password
FROM (SELECT 1) AS always
LEFT JOIN sso.account AS a ON a.login = $2::text;

-- name: inspect_tenants
-- role: app
-- retry: read
-- lane: slow
-- row: tenant_listed
-- All tenants, and how much belongs to each.
SELECT $1::bigint AS echo, true AS found, t.id, t.slug, t.name,
       (SELECT count(*) FROM sso.membership AS m
	WHERE m.tenant_id = t.id) AS accounts,
       (SELECT count(*) FROM sso.service AS s
	WHERE s.tenant_id = t.id) AS services
FROM sso.tenant AS t
ORDER BY t.slug;

-- name: inspect_database
-- role: app
-- retry: read
-- lane: slow
-- row: database_facts
-- What a check compares: partitions ahead (up to 8 days), connections.
SELECT $1::bigint AS echo, true AS found,
       (SELECT coalesce(min(day.n) FILTER (WHERE to_regclass(
		'sso.redemption_' || to_char($2::timestamptz
		AT TIME ZONE 'UTC' + day.n * interval '1 day', 'YYYYMMDD'))
		IS NULL), 9) - 1
	FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8)) AS day (n)
	) AS days_ahead,
       current_setting('max_connections')::bigint AS connections_most,
       current_setting('superuser_reserved_connections')::bigint
	AS connections_reserved;
