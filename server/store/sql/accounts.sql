-- SPDX-License-Identifier: Apache-2.0

-- name: account_find
-- role: app
-- retry: read
-- row: account
-- One account by its canonical login.
SELECT $1::bigint AS echo, a.id IS NOT NULL AS found,
       a.id, a.login, a.display_name, a.password, a.attributes, a.epoch,
       a.state = 'active' AS active
FROM (SELECT 1) AS always
LEFT JOIN sso.account AS a ON a.login = $2::text;

-- name: account_find_for_sign_in
-- role: app
-- retry: idempotent
-- row: sign_in_candidate
-- Counts a failure before anything is compared, unless one has to wait; a
-- repetition may count twice, never not at all.  Who has to wait leaves an
-- audit row now and then.
WITH counted AS MATERIALIZED (
	SELECT t.wait_until, t.refused_by, t.noted
	FROM sso.throttle_try($3::bytea, $4::text, $5::bigint, $6::text,
		$7::bigint, $8::timestamptz) AS t
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, client_address, request, detail)
	SELECT $8, 'sign-in throttled', a.id, $9::text, $10::text,
	       jsonb_build_object('limit_of', counted.refused_by)
	FROM counted LEFT JOIN sso.account AS a ON a.login = $2::text
	WHERE counted.noted
)
SELECT $1::bigint AS echo, true AS found,
       coalesce(a.id, 0) AS id, a.login, a.display_name, a.password,
       a.attributes, coalesce(a.epoch, 0) AS epoch,
       coalesce(a.state = 'active', false) AS active,
       counted.refused_by, counted.wait_until, g.number AS generation
FROM counted
CROSS JOIN sso.generation AS g
LEFT JOIN sso.account AS a ON a.login = $2
WHERE g.singleton = 1;

-- name: account_take_back_try
-- role: app
-- retry: once
-- row: try_taken_back
-- A try that was counted and then not compared, for want of room.
SELECT $1::bigint AS echo, true AS found,
       sso.throttle_take_back($2::bytea, $3::text, $4::text,
	$5::timestamptz) AS done;

-- name: account_rehash_password
-- role: app
-- retry: idempotent
-- row: account_changed
-- A newer form of the same password; the old form in the WHERE makes sure that
-- it is still the same.  While somebody else changes the account, an import
-- maybe, this is left for the next sign-in.
WITH free AS (
	SELECT id FROM sso.account
	WHERE id = $2::bigint AND password = $3::text
	FOR NO KEY UPDATE SKIP LOCKED
), changed AS (
	UPDATE sso.account AS a SET password = $4::text
	FROM free WHERE a.id = free.id
	RETURNING a.id
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: account_add
-- role: app
-- retry: once
-- lane: slow
-- row: account_changed
-- A new account and its membership in a tenant, if one is named.
WITH place AS (
	SELECT t.id FROM sso.tenant AS t WHERE t.slug = $6::text
), added AS (
	INSERT INTO sso.account
		(login, display_name, password, attributes, created_at)
	SELECT $2::text, $3::text, $4::text, $5::text::jsonb, $9::timestamptz
	WHERE $6 IS NULL OR EXISTS (SELECT FROM place)
	ON CONFLICT (login) DO NOTHING
	RETURNING id
), member AS (
	INSERT INTO sso.membership (account_id, tenant_id, type, groups)
	SELECT added.id, place.id, coalesce($7::text, ''),
	       coalesce($8::text::jsonb, '[]')
	FROM added CROSS JOIN place
), audited AS (
	INSERT INTO sso.audit (at, kind, account_id, client_address, request)
	SELECT $9, 'account added', added.id, $10::text, $11::text FROM added
)
SELECT $1::bigint AS echo, a.id IS NOT NULL AS found, a.id
FROM (SELECT 1) AS always LEFT JOIN added AS a ON true;

-- name: account_set_password
-- role: app
-- retry: once
-- lane: slow
-- row: account_changed
-- Another password; the epoch ends all sessions, which are marked so that
-- applications hear of it.
WITH changed AS (
	UPDATE sso.account SET password = $3::text, epoch = epoch + 1
	WHERE login = $2::text
	RETURNING id
), living AS MATERIALIZED (
	SELECT s.number FROM sso.session AS s
	WHERE s.account_id IN (SELECT id FROM changed) AND s.ended_at IS NULL
	ORDER BY s.number
	FOR NO KEY UPDATE
), ended AS (
	UPDATE sso.session AS s SET ended_at = $4::timestamptz
	FROM living WHERE s.number = living.number
), audited AS (
	INSERT INTO sso.audit (at, kind, account_id, client_address, request)
	SELECT $4, 'password set', id, $5::text, $6::text
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: account_set_state
-- role: app
-- retry: once
-- lane: slow
-- row: account_changed
-- Active, disabled or locked; the epoch ends all sessions, so that none comes
-- back with the account, and they are marked so that applications hear of it.
WITH changed AS (
	UPDATE sso.account SET state = $3::text, epoch = epoch + 1
	WHERE login = $2::text
	RETURNING id
), living AS MATERIALIZED (
	SELECT s.number FROM sso.session AS s
	WHERE s.account_id IN (SELECT id FROM changed) AND s.ended_at IS NULL
	ORDER BY s.number
	FOR NO KEY UPDATE
), ended AS (
	UPDATE sso.session AS s SET ended_at = $4::timestamptz
	FROM living WHERE s.number = living.number
), audited AS (
	INSERT INTO sso.audit (at, kind, account_id, client_address, request)
	SELECT $4, 'account ' || $3, id, $5::text, $6::text
	FROM changed
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id
FROM (SELECT 1) AS always LEFT JOIN changed AS c ON true;

-- name: account_list
-- role: app
-- retry: read
-- lane: slow
-- row: account_listed
-- One page of accounts in the order of their logins.
SELECT $1::bigint AS echo, true AS found,
       a.id, a.login, a.display_name, a.state,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('tenant', t.slug,
	       'type', m.type, 'groups', m.groups) ORDER BY t.slug), '[]')
	FROM sso.membership AS m JOIN sso.tenant AS t ON t.id = m.tenant_id
	WHERE m.account_id = a.id) AS memberships,
       a.created_at, a.password IS NOT NULL AS has_password
FROM sso.account AS a
WHERE a.login > $2::text
ORDER BY a.login
LIMIT 1000;
