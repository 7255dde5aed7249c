-- SPDX-License-Identifier: Apache-2.0

-- name: key_use
-- role: app
-- retry: once
-- lane: slow
-- row: key_used
-- Makes a generation of keys the active one.
WITH used AS MATERIALIZED (
	SELECT u.changed FROM sso.use_key($2::bigint::smallint, $3::bigint,
		$4::timestamptz) AS u (changed)
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $4, 'key used', $5::text, $6::text,
	       jsonb_build_object('key', $2)
	FROM used WHERE changed
)
SELECT $1::bigint AS echo, true AS found, changed FROM used;

-- name: key_retire
-- role: app
-- retry: once
-- lane: slow
-- row: key_retired
-- Asks whether a generation of keys is needed any more; if not, counters are
-- named with another.
WITH asked AS MATERIALIZED (
	SELECT r.verdict, r.sessions, r.seals, r.free_at
	FROM sso.retire_key($2::bigint::smallint, $3::timestamptz,
		$4::timestamptz, $8::timestamptz, $5::timestamptz) AS r
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $5, 'key retired', $6::text, $7::text,
	       jsonb_build_object('key', $2)
	FROM asked WHERE verdict = 'retired'
)
SELECT $1::bigint AS echo, true AS found, verdict, sessions, seals, free_at
FROM asked;

-- name: key_list
-- role: app
-- retry: read
-- lane: slow
-- row: key_listed
-- Every generation of keys there could be, and what the database knows of it.
SELECT $1::bigint AS echo, true AS found, n.id::bigint AS id,
       g.active_key = n.id AS active, g.throttle_key = n.id AS names_counters,
       CASE WHEN g.active_key = n.id THEN g.active_check
	ELSE 0 END AS active_check,
       u.last_active_at, coalesce(s.count, 0) AS sessions
FROM sso.generation AS g
CROSS JOIN (SELECT generate_series(1, 255) AS id) AS n
LEFT JOIN sso.key_use AS u ON u.id = n.id
LEFT JOIN (
	SELECT key_id, count(*) FROM sso.session AS l
	WHERE ended_at IS NULL AND sso.session_lives(
	    l, $2::timestamptz, $3::timestamptz, $4::timestamptz)
	GROUP BY key_id
) AS s ON s.key_id = n.id
ORDER BY n.id;

-- name: restored
-- role: app
-- retry: once
-- lane: slow
-- row: restored
-- A backup came back.
WITH marked AS MATERIALIZED (
	SELECT sso.mark_restored($2::timestamptz) AS ended
), audited AS (
	INSERT INTO sso.audit (at, kind, client_address, request, detail)
	SELECT $2, 'restored', $3::text, $4::text,
	       jsonb_build_object('sessions', ended)
	FROM marked
)
SELECT $1::bigint AS echo, true AS found, ended FROM marked;
