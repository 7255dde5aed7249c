-- SPDX-License-Identifier: Apache-2.0

-- name: factor_try
-- role: app
-- retry: idempotent
-- row: factor_try
-- Counts a failure before anything is compared, unless one has to wait; a
-- repetition may count twice, never not at all.
SELECT $1::bigint AS echo, true AS found,
       nullif(t.wait_until, 'infinity') AS wait_until,
       coalesce(t.wait_until = 'infinity', false) AS stopped,
       coalesce(t.failures, 0) AS failures
FROM sso.factor_try($2::bytea, $3::timestamptz) AS t;

-- name: generator_list
-- role: app
-- retry: read
-- row: generator
-- The generators of a person that prove something.
SELECT $1::bigint AS echo, e.id IS NOT NULL AS found,
       e.id, e.secret, e.key_id, e.last_step, e.drift,
       e.created_at, e.confirmed_at, e.last_used_at,
       (SELECT count(*) FROM sso.recovery_code AS r
	WHERE r.enrolment_id = e.id AND r.used_at IS NULL) AS codes_left,
       (SELECT count(*) FROM sso.recovery_code AS r
	WHERE r.enrolment_id = e.id) AS codes
FROM (SELECT 1) AS always
LEFT JOIN sso.enrolment AS e
ON e.account_id = $2::bigint AND e.state = 'active'
ORDER BY e.id;

-- name: sign_in_take_totp
-- role: app
-- retry: once
-- row: sign_in_taken
-- A code of a later step than any before it is used up, and what it is for goes
-- on, in one statement.
WITH counter AS MATERIALIZED ( -- locked first, as by who counts a try
	SELECT name FROM sso.throttle
	WHERE kind = 'second step' AND name = $8::bytea
	FOR UPDATE
), used AS (
	UPDATE sso.enrolment
	SET last_step = $5::bigint, drift = $6::bigint::smallint,
	    last_used_at = $7::timestamptz
	WHERE id = $4::bigint AND account_id = $3::bigint
	AND state = 'active' AND last_step < $5
	AND (SELECT count(*) FROM counter) >= 0
	RETURNING id
), verified AS (
	UPDATE sso.sign_in
	SET step = 'right', verified_at = $7, verified_by = 'totp'
	WHERE number = $2::bigint AND account_id = $3 AND step = 'code'
	AND expires_at > $7 AND EXISTS (SELECT FROM used)
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'second step' AND name = $8
	AND EXISTS (SELECT FROM verified)
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, client_address, request, detail)
	SELECT $7, 'second step', $3, $9::text, $10::text,
	       jsonb_build_object('by', 'totp')
	FROM verified
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM used) AS fresh,
       EXISTS (SELECT FROM verified) AS verified;

-- name: email_send_count
-- role: app
-- retry: once
-- row: email_send_counted
-- May another code be sent: one a minute, 5 an hour, 10 a day?  Then it counts.
WITH recent AS MATERIALIZED (
	SELECT ARRAY(SELECT moment FROM unnest(s.sent) AS moment
		WHERE moment > $3::timestamptz - interval '24 hours'
		ORDER BY moment) AS sent
	FROM sso.account AS a
	LEFT JOIN sso.email_sent AS s ON s.account_id = a.id
	WHERE a.id = $2::bigint
), due AS (
	SELECT greatest(
		sent[cardinality(sent)] + interval '1 minute',
		CASE WHEN cardinality(sent) >= 5 THEN
			sent[cardinality(sent) - 4] + interval '1 hour' END,
		CASE WHEN cardinality(sent) >= 10 THEN
			sent[cardinality(sent) - 9] + interval '24 hours' END
	) AS again_at
	FROM recent
), counted AS (
	INSERT INTO sso.email_sent AS s (account_id, sent)
	SELECT $2, ARRAY[$3] FROM due
	WHERE again_at IS NULL OR again_at <= $3
	ON CONFLICT (account_id) DO UPDATE SET sent =
		ARRAY(SELECT moment FROM unnest(s.sent) AS moment
			WHERE moment > $3 - interval '24 hours' ORDER BY moment)
		|| excluded.sent
	WHERE s.sent[cardinality(s.sent)] <= $3 - interval '1 minute'
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM counted) AS counted, d.again_at
FROM due AS d;

-- name: email_code_put
-- role: app
-- retry: idempotent
-- row: sign_in_taken
-- A new code takes the place of the one before.
WITH put AS (
	INSERT INTO sso.email_code AS c (sign_in, account_id, address_id, mac,
		key_id, made_at, expires_at)
	SELECT i.number, i.account_id, d.id, $5::bytea, $6::bigint::smallint,
	       $7::timestamptz, $8::timestamptz
	FROM sso.sign_in AS i
	JOIN sso.address AS d ON d.account_id = i.account_id
	AND d.id = $4::bigint
	WHERE i.number = $2::bigint AND i.account_id = $3::bigint
	AND i.step IN ('code', 'proof') AND i.expires_at > $7
	ON CONFLICT (sign_in) DO UPDATE SET address_id = excluded.address_id,
		mac = excluded.mac, key_id = excluded.key_id,
		made_at = excluded.made_at, expires_at = excluded.expires_at,
		tries = 0, used_at = NULL
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM put) AS fresh, false AS verified;

-- name: email_code_try
-- role: app
-- retry: once
-- row: email_code
-- The code that a typed one is compared with: five tries, each counted first.
WITH tried AS (
	UPDATE sso.email_code SET tries = tries + 1
	WHERE sign_in = $2::bigint AND account_id = $3::bigint
	AND used_at IS NULL AND tries < 5 AND expires_at > $4::timestamptz
	RETURNING mac, key_id, tries
)
SELECT $1::bigint AS echo, t.mac IS NOT NULL AS found, t.mac, t.key_id,
       t.tries
FROM (SELECT 1) AS always LEFT JOIN tried AS t ON true;

-- name: sign_in_take_email
-- role: app
-- retry: once
-- row: sign_in_taken
-- The right code is used up, and what it is for goes on.
WITH counter AS MATERIALIZED ( -- locked first, as by who counts a try
	SELECT name FROM sso.throttle
	WHERE kind = 'second step' AND name = $6::bytea
	FOR UPDATE
), used AS (
	UPDATE sso.email_code SET used_at = $5::timestamptz
	WHERE sign_in = $2::bigint AND account_id = $3::bigint
	AND mac = $4::bytea AND used_at IS NULL
	AND (SELECT count(*) FROM counter) >= 0
	RETURNING address_id
), proved AS (
	UPDATE sso.address AS d SET verified_at = $5
	FROM used WHERE d.id = used.address_id AND d.verified_at IS NULL
), verified AS (
	UPDATE sso.sign_in
	SET step = CASE step WHEN 'proof' THEN 'set up' ELSE 'right' END,
	    verified_at = $5, verified_by = 'email', skipped = NULL
	WHERE number = $2 AND account_id = $3 AND step IN ('code', 'proof')
	AND expires_at > $5 AND EXISTS (SELECT FROM used)
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'second step' AND name = $6
	AND EXISTS (SELECT FROM verified)
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, client_address, request, detail)
	SELECT $5, 'second step', $3, $7::text, $8::text,
	       jsonb_build_object('by', 'email')
	FROM verified
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM used) AS fresh,
       EXISTS (SELECT FROM verified) AS verified;

-- name: recovery_find
-- role: app
-- retry: read
-- row: recovery_hash
-- The code of one place on the person's list, which is that of the newest
-- generator, as a hash.
SELECT $1::bigint AS echo, r.slot IS NOT NULL AS found,
       r.enrolment_id, r.slot, r.hash, r.used_at
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT c.* FROM sso.recovery_code AS c
	JOIN sso.enrolment AS e ON e.id = c.enrolment_id
	WHERE e.account_id = $2::bigint AND e.state = 'active'
	AND c.slot = $3::bigint
	ORDER BY e.confirmed_at DESC, e.id
	LIMIT 1
) AS r ON true;

-- name: sign_in_take_recovery
-- role: app
-- retry: once
-- row: sign_in_taken
-- The right code is used up, and what it is for goes on.  Another may stand in
-- its place by now: the hash says which code was right.
WITH counter AS MATERIALIZED ( -- locked first, as by who counts a try
	SELECT name FROM sso.throttle
	WHERE kind = 'second step' AND name = $7::bytea
	FOR UPDATE
), used AS (
	UPDATE sso.recovery_code AS r SET used_at = $6::timestamptz
	FROM sso.enrolment AS e
	WHERE r.enrolment_id = $4::bigint AND r.slot = $5::bigint
	AND r.hash = $10::text AND r.used_at IS NULL
	AND e.id = r.enrolment_id AND e.account_id = $3::bigint
	AND e.state = 'active'
	AND (SELECT count(*) FROM counter) >= 0
	RETURNING r.slot
), verified AS (
	UPDATE sso.sign_in
	SET step = CASE step WHEN 'proof' THEN 'set up' ELSE 'right' END,
	    verified_at = $6, verified_by = 'recovery', skipped = NULL
	WHERE number = $2::bigint AND account_id = $3
	AND step IN ('code', 'proof')
	AND expires_at > $6 AND EXISTS (SELECT FROM used)
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'second step' AND name = $7
	AND EXISTS (SELECT FROM verified)
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, client_address, request, detail)
	SELECT $6, 'second step', $3, $8::text, $9::text,
	       jsonb_build_object('by', 'recovery', 'slot', $5)
	FROM verified
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM used) AS fresh,
       EXISTS (SELECT FROM verified) AS verified;
