-- SPDX-License-Identifier: Apache-2.0

-- name: upkeep_partitions
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_partitions
-- Makes the partitions that are missing and drops the old ones.
SELECT $1::bigint AS echo, true AS found, p.made, p.dropped, p.ahead
FROM sso.keep_partitions(($2::timestamptz AT TIME ZONE 'UTC')::date,
	$3::bigint::integer) AS p;

-- name: upkeep_sweep_sessions
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes sessions that nothing can bring back, a batch at a time.
WITH old AS (
	SELECT number FROM sso.session
	WHERE ended_at < $2::timestamptz OR created_at < $3::timestamptz
	LIMIT $4::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.session AS s USING old WHERE s.number = old.number
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: upkeep_sweep_throttle
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes counters of which no try counts any more, a batch at a time.
WITH old AS (
	SELECT kind, name FROM sso.throttle
	WHERE swept_after < $2::timestamptz
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.throttle AS t USING old
	WHERE t.kind = old.kind AND t.name = old.name
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: upkeep_sweep_places
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes the counters of addresses and networks that have run empty.
WITH old AS (
	SELECT place FROM sso.throttle_place
	WHERE empty_at < $2::timestamptz - interval '1 minute'
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.throttle_place AS t USING old
	WHERE t.place = old.place
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: upkeep_sweep_decisions
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes old decisions, a batch at a time; the first ones are the oldest.
WITH first AS MATERIALIZED (
	SELECT id, at FROM sso.decision ORDER BY id LIMIT $3::bigint
), swept AS (
	DELETE FROM sso.decision AS d USING first
	WHERE d.id = first.id AND first.at < $2::timestamptz
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: upkeep_sweep_sign_ins
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes sign-ins in progress that are over, with their codes.
WITH old AS (
	SELECT number FROM sso.sign_in
	WHERE expires_at < $2::timestamptz
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.sign_in AS s USING old WHERE s.number = old.number
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: upkeep_sweep_pending
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes generators that nobody confirmed.
WITH old AS (
	SELECT id FROM sso.enrolment
	WHERE state = 'pending' AND created_at < $2::timestamptz
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.enrolment AS e USING old WHERE e.id = old.id
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: upkeep_sweep_browsers
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes browsers that have not been seen for long.
WITH old AS (
	SELECT id FROM sso.browser
	WHERE last_seen_at < $2::timestamptz
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.browser AS b USING old WHERE b.id = old.id
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;
