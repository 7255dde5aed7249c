-- SPDX-License-Identifier: Apache-2.0
--
-- Many people at once.  These run on a connection of their own, in one
-- transaction with many of the same (store/people.h).

-- name: people_put
-- role: app
-- retry: once
-- lane: slow
-- row: people_outcome
-- Adds the people of a JSON list or, where $3 says so and the login is known,
-- changes them: what is NULL stays as it is.  One outcome for each line.
WITH given AS MATERIALIZED (
	SELECT g.line, g.login, g.display_name, g.password, g.state,
	       g.attributes, a.id AS known,
	       CASE WHEN a.id IS NULL THEN coalesce(g.memberships,
		       '[{"tenant": "main", "type": "", "groups": []}]')
		   ELSE g.memberships END AS memberships
	FROM jsonb_to_recordset($2::text::jsonb) AS g (line bigint, login text,
		display_name text, password text, state text,
		attributes jsonb, memberships jsonb)
	LEFT JOIN sso.account AS a ON a.login = g.login
), judged AS MATERIALIZED (
	SELECT g.*, CASE
		WHEN g.known IS NOT NULL AND NOT $3::boolean THEN 'login taken'
		WHEN g.known IS NULL AND g.display_name IS NULL
		THEN 'name missing'
		WHEN EXISTS (
			SELECT FROM jsonb_array_elements(g.memberships) AS m
			WHERE NOT EXISTS (SELECT FROM sso.tenant AS t
				WHERE t.slug = m->>'tenant'))
		THEN 'tenant unknown' END AS refusal
	FROM given AS g
), added AS (
	INSERT INTO sso.account (login, display_name, password, state,
		attributes, created_at)
	SELECT login, display_name, password, coalesce(state, 'active'),
	       coalesce(attributes, '{}'), $4::timestamptz
	FROM judged WHERE refusal IS NULL AND known IS NULL
	ON CONFLICT (login) DO NOTHING
	RETURNING id, login
), changed AS (
	-- The epoch ends all sessions.  people_end_sessions marks them
	-- later, so that none is locked for as long as all of this takes.
	UPDATE sso.account AS a SET
		display_name = coalesce(j.display_name, a.display_name),
		attributes = coalesce(j.attributes, a.attributes),
		password = coalesce(j.password, a.password),
		state = coalesce(j.state, a.state),
		epoch = a.epoch + CASE WHEN
			coalesce(j.password <> coalesce(a.password, ''), false)
			OR coalesce(j.state <> a.state, false)
			THEN 1 ELSE 0 END
	FROM judged AS j
	WHERE a.id = j.known AND j.refusal IS NULL
	AND (a.display_name, a.attributes, coalesce(a.password, ''), a.state)
		<> (coalesce(j.display_name, a.display_name),
			coalesce(j.attributes, a.attributes),
			coalesce(j.password, a.password, ''),
			coalesce(j.state, a.state))
	RETURNING a.id
), accepted AS MATERIALIZED (
	SELECT j.login, coalesce(j.known, n.id) AS id, j.memberships
	FROM judged AS j LEFT JOIN added AS n ON n.login = j.login
	WHERE j.refusal IS NULL AND coalesce(j.known, n.id) IS NOT NULL
), place AS MATERIALIZED (
	SELECT p.id AS account_id, t.id AS tenant_id, m->>'type' AS type,
	       m->'groups' AS groups
	FROM accepted AS p
	CROSS JOIN jsonb_array_elements(p.memberships) AS m
	JOIN sso.tenant AS t ON t.slug = m->>'tenant'
), parted AS (
	DELETE FROM sso.membership AS m USING accepted AS p
	WHERE m.account_id = p.id AND p.memberships IS NOT NULL
	AND NOT EXISTS (SELECT FROM place
		WHERE place.account_id = m.account_id
		AND place.tenant_id = m.tenant_id)
	RETURNING m.account_id
), joined AS (
	INSERT INTO sso.membership AS m (account_id, tenant_id, type, groups)
	SELECT account_id, tenant_id, type, groups FROM place
	ON CONFLICT (account_id, tenant_id) DO UPDATE SET
		type = excluded.type, groups = excluded.groups
	WHERE (m.type, m.groups) <> (excluded.type, excluded.groups)
	RETURNING m.account_id
), touched AS MATERIALIZED (
	SELECT id FROM changed
	UNION SELECT account_id FROM parted
	UNION SELECT account_id FROM joined
	EXCEPT SELECT id FROM added
), audited AS (
	INSERT INTO sso.audit (at, kind, account_id, client_address, request)
	SELECT $4, 'account added', id, $5::text, $6::text FROM added
	UNION ALL SELECT $4, 'account changed', id, $5, $6 FROM touched
)
SELECT $1::bigint AS echo, true AS found, j.line, j.login,
       CASE WHEN j.refusal IS NOT NULL THEN j.refusal
	   WHEN p.id IS NULL THEN 'login taken'
	   WHEN j.known IS NULL THEN 'added'
	   WHEN t.id IS NOT NULL THEN 'changed'
	   ELSE 'same' END AS outcome
FROM judged AS j
LEFT JOIN accepted AS p ON p.login = j.login
LEFT JOIN touched AS t ON t.id = p.id
ORDER BY j.line;

-- name: people_end_sessions
-- role: app
-- retry: once
-- lane: slow
-- row: people_ended
-- Marks sessions that an epoch has ended, so that applications hear of it: at
-- most $5, in the order of their beginning, behind the one in $3 and $4.  Who
-- holds one of them is just ending it, too.
WITH outdated AS MATERIALIZED (
	SELECT s.number, s.created_at
	FROM sso.session AS s
	WHERE s.ended_at IS NULL AND s.account_epoch < (
		SELECT a.epoch FROM sso.account AS a WHERE a.id = s.account_id)
	AND (s.created_at, s.number) > ($3::timestamptz, $4::bigint)
	ORDER BY s.created_at, s.number
	LIMIT $5::bigint
	FOR NO KEY UPDATE SKIP LOCKED
), ended AS (
	UPDATE sso.session AS s SET ended_at = $2::timestamptz
	FROM outdated WHERE s.number = outdated.number
)
SELECT $1::bigint AS echo, true AS found,
       (SELECT count(*) FROM outdated) AS count, l.created_at,
       coalesce(l.number, 0) AS number
FROM (SELECT 1) AS always LEFT JOIN (
	SELECT o.created_at, o.number FROM outdated AS o
	ORDER BY o.created_at DESC, o.number DESC LIMIT 1) AS l ON true;

-- name: people_shape
-- role: app
-- retry: read
-- lane: slow
-- row: people_shape
-- What a table of all people needs for columns.
SELECT $1::bigint AS echo, true AS found,
       (SELECT coalesce(jsonb_agg(name ORDER BY name), '[]') FROM (
	SELECT DISTINCT jsonb_object_keys(a.attributes) AS name
	FROM sso.account AS a) AS names) AS attributes,
       (SELECT coalesce(max(held.places), 0) FROM (
	SELECT count(*) AS places FROM sso.membership AS m
	GROUP BY m.account_id) AS held) AS memberships_most;

-- name: people_page
-- role: app
-- retry: read
-- lane: slow
-- row: person
-- One page of people in the order of their logins, as an import takes them.
SELECT $1::bigint AS echo, true AS found, a.login, a.display_name,
       CASE WHEN $3::boolean THEN a.password END AS password, a.state,
       a.attributes,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('tenant', t.slug,
	       'type', m.type, 'groups', m.groups) ORDER BY t.slug), '[]')
	FROM sso.membership AS m JOIN sso.tenant AS t ON t.id = m.tenant_id
	WHERE m.account_id = a.id) AS memberships
FROM sso.account AS a
WHERE a.login > $2::text
ORDER BY a.login
LIMIT 1000;
