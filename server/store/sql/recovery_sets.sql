-- SPDX-License-Identifier: Apache-2.0

-- name: recovery_set_find
-- role: app
-- retry: read
-- row: recovery_set
-- The list of recovery codes that counts: that of the newest generator.
SELECT $1::bigint AS echo, e.id IS NOT NULL AS found, e.number, e.codes_left
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT n.id, coalesce(n.recovery_set, n.id) AS number,
	       (SELECT count(*) FROM sso.recovery_code AS r
		JOIN sso.enrolment AS o ON o.id = r.enrolment_id
		WHERE o.account_id = $2::bigint AND o.state = 'active'
		AND r.used_at IS NULL) AS codes_left
	FROM sso.enrolment AS n
	WHERE n.account_id = $2 AND n.state = 'active'
	ORDER BY n.confirmed_at DESC, n.id
	LIMIT 1
) AS e ON true;

-- name: recovery_set_replace
-- role: app
-- retry: idempotent
-- row: recovery_set_replaced
-- The owner, who is signed in with $3, gets the list $5 in the place of the list
-- $4, or nothing if that is not the one that counts any more: of two pages that
-- had seen it one wins.  It belongs to the newest generator; no other code of
-- the person is good then.  Generators that may yet be confirmed are locked as
-- well, before the others, as by who confirms them.
WITH actor AS MATERIALIZED (
	SELECT s.number FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $3::bigint AND s.account_id = $2::bigint
	AND s.ended_at IS NULL
), held AS MATERIALIZED (
	SELECT e.id, e.state, e.confirmed_at,
	       coalesce(e.recovery_set, e.id) AS number
	FROM sso.enrolment AS e
	WHERE e.account_id = $2 AND e.state <> 'revoked'
	AND EXISTS (SELECT FROM actor)
	ORDER BY e.state = 'pending' DESC, e.id
	FOR UPDATE
), newest AS MATERIALIZED (
	SELECT held.id, held.number FROM held
	WHERE held.state = 'active'
	ORDER BY held.confirmed_at DESC, held.id
	LIMIT 1
), replaced AS (
	UPDATE sso.enrolment AS e SET recovery_set = $5::bigint
	FROM newest WHERE e.id = newest.id AND newest.number = $4::bigint
	RETURNING e.id
), list AS MATERIALIZED (
	SELECT code.slot, code.hash
	FROM jsonb_array_elements_text($6::text::jsonb)
		WITH ORDINALITY AS code (hash, slot)
), put AS (
	INSERT INTO sso.recovery_code AS r (enrolment_id, slot, hash)
	SELECT replaced.id, list.slot, list.hash FROM replaced, list
	ON CONFLICT (enrolment_id, slot) DO UPDATE
	SET hash = excluded.hash, used_at = NULL
), outdated AS (
	DELETE FROM sso.recovery_code AS r
	USING held, replaced
	WHERE r.enrolment_id = held.id AND (held.id <> replaced.id
		OR r.slot > (SELECT count(*) FROM list))
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request, detail)
	SELECT $7::timestamptz, 'recovery codes made', $2, $3, $8::text,
	       $9::text, jsonb_build_object('count',
			(SELECT count(*) FROM list))
	FROM replaced
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM actor) AS allowed,
       EXISTS (SELECT FROM replaced) OR EXISTS (
	SELECT FROM newest WHERE newest.number = $5) AS replaced,
       coalesce((SELECT newest.number FROM newest), 0) AS number;
