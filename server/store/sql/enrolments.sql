-- SPDX-License-Identifier: Apache-2.0

-- name: enrolment_pending
-- role: app
-- retry: read
-- row: pending_generator
-- The generators that an account began to set up since $4, the one that $3 may
-- confirm first.  The others tell an old QR code from a wrong code.
SELECT $1::bigint AS echo, l.id IS NOT NULL AS found, l.id, l.secret, l.key_id,
       l.created_at, coalesce(l.current, false) AS current
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT e.id, e.secret, e.key_id, e.created_at,
	       e.holder IS NOT DISTINCT FROM $3::text
	       AND e.created_at > $5::timestamptz AS current
	FROM sso.enrolment AS e
	WHERE e.account_id = $2::bigint AND e.state = 'pending'
	AND e.created_at > $4::timestamptz
	ORDER BY current DESC, e.created_at DESC
	LIMIT 8
) AS l ON true
ORDER BY l.current DESC, l.created_at DESC;

-- name: enrolment_begin
-- role: app
-- retry: idempotent
-- row: generator_begun
-- A new secret for the holder, unless one that is younger than $8 is there; of
-- those before the last few stay, to be recognised.
WITH outdated AS (
	UPDATE sso.enrolment SET holder = NULL
	WHERE holder = $4::text AND created_at <= $8::timestamptz
	RETURNING id
), forgotten AS (
	DELETE FROM sso.enrolment
	WHERE id IN (
		SELECT e.id FROM sso.enrolment AS e
		WHERE e.account_id = $3::bigint AND e.state = 'pending'
		ORDER BY e.created_at DESC
		OFFSET 7)
	AND holder IS DISTINCT FROM $4
	RETURNING id
), begun AS (
	INSERT INTO sso.enrolment (id, account_id, factor, state, holder,
		secret, key_id, created_at)
	SELECT $2::bigint, $3, 'totp', 'pending', $4, $5::bytea,
	       $6::bigint::smallint, $7::timestamptz
	WHERE (SELECT count(*) FROM outdated) >= 0
	AND (SELECT count(*) FROM forgotten) >= 0
	ON CONFLICT DO NOTHING
	RETURNING id
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM begun) AS begun;

-- name: enrolment_confirm
-- role: app
-- retry: once
-- row: generator_confirmed
-- The first code was right: the generator proves something from now on, with
-- recovery codes of its own, in the place of all before; of the generators
-- before, the newest may stay beside it, and a sign-in that waited for it goes
-- on.  $3 is the sign-in, or $4 the session.
WITH holder AS MATERIALIZED (
	SELECT e.id, e.account_id FROM sso.enrolment AS e
	WHERE e.id = $5::bigint AND e.account_id = $2::bigint
	AND e.state = 'pending' AND (
		e.holder = 'sign-in ' || $3::bigint AND EXISTS (
			SELECT FROM sso.sign_in AS i
			WHERE i.number = $3 AND i.account_id = $2
			AND i.step = 'set up' AND i.expires_at > $6::timestamptz)
		OR e.holder = 'session ' || $4::bigint AND EXISTS (
			SELECT FROM sso.session AS s
			JOIN sso.account AS a ON a.id = s.account_id
			AND a.epoch = s.account_epoch AND a.state = 'active'
			WHERE s.number = $4 AND s.account_id = $2
			AND s.ended_at IS NULL))
	FOR UPDATE
), activated AS (
	UPDATE sso.enrolment AS e
	SET state = 'active', holder = NULL, confirmed_at = $6,
	    last_used_at = $6, last_step = $7::bigint,
	    drift = $8::bigint::smallint, voluntary = $9::boolean
	FROM holder WHERE e.id = holder.id AND e.state = 'pending'
	RETURNING e.id
), replaced AS (
	UPDATE sso.enrolment SET state = 'revoked', secret = NULL,
		revoked_at = $6
	WHERE id IN (
		SELECT e.id FROM sso.enrolment AS e
		WHERE e.account_id = $2 AND e.state = 'active' AND e.id <> $5
		ORDER BY e.confirmed_at DESC, e.id
		OFFSET $10::bigint - 1)
	AND EXISTS (SELECT FROM activated)
	RETURNING id
), codes AS (
	INSERT INTO sso.recovery_code (enrolment_id, slot, hash)
	SELECT activated.id, code.slot, code.hash
	FROM activated, jsonb_array_elements_text($11::text::jsonb)
		WITH ORDINALITY AS code (hash, slot)
	RETURNING slot
), outdated AS (
	DELETE FROM sso.recovery_code AS r USING sso.enrolment AS e
	WHERE e.id = r.enrolment_id AND e.account_id = $2
	AND e.state = 'active' AND e.id <> $5
	AND EXISTS (SELECT FROM codes)
), went_on AS (
	UPDATE sso.sign_in SET step = 'codes', verified_at = $6,
		verified_by = 'totp', enrolment_id = $5
	WHERE number = $3 AND account_id = $2 AND step = 'set up'
	AND EXISTS (SELECT FROM activated)
), verified AS (
	UPDATE sso.session SET verified_at = $6, verified_by = 'totp',
		skipped = NULL
	WHERE number = $4 AND account_id = $2 AND ended_at IS NULL
	AND EXISTS (SELECT FROM activated)
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request, detail)
	SELECT $6, 'generator added', $2, nullif($4, 0), $12::text, $13::text,
	       jsonb_build_object('replaced',
			(SELECT count(*) FROM replaced))
	FROM activated
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM activated) AS confirmed,
       (SELECT count(*) FROM replaced) AS replaced;

-- name: enrolment_remove
-- role: app
-- retry: idempotent
-- row: generators_removed
-- The owner, who is signed in with $3, removes a generator and the codes that
-- belong to it, or with 0 all of them; what was trusted by them is no more.
WITH actor AS MATERIALIZED (
	SELECT s.account_id FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $3::bigint AND s.account_id = $2::bigint
	AND s.ended_at IS NULL
), removed AS (
	UPDATE sso.enrolment AS e SET state = 'revoked', secret = NULL,
		holder = NULL, revoked_at = $5::timestamptz
	FROM actor
	WHERE e.account_id = $2 AND e.state = 'active'
	AND ($4::bigint = 0 OR e.id = $4)
	RETURNING e.id
), before AS MATERIALIZED (
	SELECT e.id FROM sso.enrolment AS e
	JOIN actor ON actor.account_id = e.account_id
	WHERE e.revoked_at = $5 AND ($4 = 0 OR e.id = $4)
), noted AS (
	UPDATE sso.account SET removed_at = $5
	WHERE id = $2 AND EXISTS (SELECT FROM removed)
	AND NOT EXISTS (
		SELECT FROM sso.enrolment AS e
		WHERE e.account_id = $2 AND e.state = 'active'
		AND $4 <> 0 AND e.id <> $4)
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $5, 'generator removed', $2, $3, $6::text, $7::text FROM removed
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM actor) AS allowed,
       (SELECT count(*) FROM removed) + (SELECT count(*) FROM before)
       AS removed;

-- name: trust_end
-- role: app
-- retry: idempotent
-- row: trust_ended
-- The owner, who is signed in with $3, trusts no browser any more that was
-- trusted up to now.
WITH actor AS MATERIALIZED (
	SELECT s.account_id FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $3::bigint AND s.account_id = $2::bigint
	AND s.ended_at IS NULL
), ended AS (
	UPDATE sso.account AS a SET trust_epoch = $4::timestamptz
	FROM actor WHERE a.id = actor.account_id
	RETURNING a.id
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $4, 'trust ended', $2, $3, $5::text, $6::text FROM ended
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM actor) AS allowed;

-- name: sign_in_leave_codes
-- role: app
-- retry: idempotent
-- row: sign_in_moved
-- The recovery codes were seen: nothing is missing in this sign-in any more.
WITH moved AS (
	UPDATE sso.sign_in SET step = 'right'
	WHERE number = $2::bigint AND account_id = $3::bigint
	AND step IN ('codes', 'right') AND expires_at > $4::timestamptz
	RETURNING step
)
SELECT $1::bigint AS echo, m.step IS NOT NULL AS found, m.step
FROM (SELECT 1) AS always LEFT JOIN moved AS m ON true;

-- name: enrolment_seals
-- role: app
-- retry: read
-- lane: slow
-- row: generator_seal
-- Secrets that another key than the active one seals, a batch at a time.
SELECT $1::bigint AS echo, e.id IS NOT NULL AS found, e.id, e.secret, e.key_id,
       g.active_key
FROM sso.generation AS g
LEFT JOIN (
	SELECT e.id, e.secret, e.key_id
	FROM sso.enrolment AS e, sso.generation AS g
	WHERE e.state = 'active' AND e.key_id <> g.active_key
	AND e.id > $2::bigint
	ORDER BY e.id
	LIMIT 200
) AS e ON true
WHERE g.singleton = 1
ORDER BY e.id;

-- name: enrolment_reseal
-- role: app
-- retry: idempotent
-- lane: slow
-- row: generator_begun
-- The same secret under another key.
WITH resealed AS (
	UPDATE sso.enrolment SET secret = $4::bytea,
		key_id = $5::bigint::smallint
	WHERE id = $2::bigint AND state = 'active'
	AND key_id = $3::bigint
	RETURNING id
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM resealed) AS begun;
