-- SPDX-License-Identifier: Apache-2.0

-- name: second_step_facts
-- role: app
-- retry: read
-- row: second_step_facts
-- What deciding needs to know of a person and their browser; one row for
-- accounts that do not exist as well, since it is asked before anybody knows.
SELECT $1::bigint AS echo, true AS found,
       a.trust_epoch, a.offered_at, coalesce(a.skips, 0) AS skips,
       a.encouraged_at,
       a.removed_at, a.reset_at,
       (SELECT count(*) FROM sso.enrolment AS e
	WHERE e.account_id = a.id AND e.factor = 'totp'
	AND e.state = 'active') AS generators,
       (SELECT coalesce(bool_or(e.voluntary), false) FROM sso.enrolment AS e
	WHERE e.account_id = a.id AND e.state = 'active') AS voluntary,
       (SELECT max(e.last_used_at) FROM sso.enrolment AS e
	WHERE e.account_id = a.id AND e.state = 'active') AS generator_used_at,
       (SELECT count(*) FROM sso.recovery_code AS r
	JOIN sso.enrolment AS e ON e.id = r.enrolment_id
	WHERE e.account_id = a.id AND e.state = 'active'
	AND r.used_at IS NULL) AS recovery_codes,
       b.id IS NOT NULL AS browser_known,
       coalesce($4::bytea IN (b.mac, b.previous_mac) OR
	b.older_mac = $4 AND b.older_until > $6::timestamptz, false)
	AS secret_matches,
       t.known_at, t.trusted_at, t.verified_at, t.verified_by,
       t.last_sign_in_at, t.revoked_at,
       coalesce(e.state = 'active', true) AS verifier_stays,
       (SELECT max(u.trusted_at) FROM sso.browser_trust AS u
	JOIN sso.browser AS o ON o.id = u.browser_id
	WHERE u.account_id = a.id AND o.user_agent = $5::text
	AND o.id IS DISTINCT FROM $3::bytea) AS similar_trusted_at,
       g.number AS generation
FROM sso.generation AS g
LEFT JOIN sso.account AS a ON a.id = $2::bigint
LEFT JOIN sso.browser AS b ON b.id = $3
LEFT JOIN sso.browser_trust AS t
ON t.browser_id = b.id AND t.account_id = a.id
LEFT JOIN sso.enrolment AS e ON e.id = t.enrolment_id
WHERE g.singleton = 1;

-- name: membership_list
-- role: app
-- retry: read
-- row: membership
-- What a person is, in each organisation.
SELECT $1::bigint AS echo, m.account_id IS NOT NULL AS found,
       t.slug AS tenant, m.type, m.groups
FROM (SELECT 1) AS always
LEFT JOIN sso.membership AS m ON m.account_id = $2::bigint
LEFT JOIN sso.tenant AS t ON t.id = m.tenant_id
ORDER BY t.slug;

-- name: address_list
-- role: app
-- retry: read
-- row: address
-- Where mail reaches a person.
SELECT $1::bigint AS echo, d.id IS NOT NULL AS found,
       d.id, d.email, d.kind, d.source, d.verified_at, d.changed_at,
       d.bounced_at
FROM (SELECT 1) AS always
LEFT JOIN sso.address AS d ON d.account_id = $2::bigint
ORDER BY d.id;

-- name: address_put
-- role: app
-- retry: once
-- lane: slow
-- row: account_changed
-- Where mail reaches a person, as an office knows it; the first one on record
-- may be used at once.
WITH person AS (
	SELECT id FROM sso.account WHERE login = $2::text
), put AS (
	INSERT INTO sso.address AS d (account_id, email, kind, source,
		verified_at, changed_at)
	SELECT person.id, $3::text, $4::text, 'office', NULL,
	       CASE WHEN EXISTS (SELECT FROM sso.address AS o
		WHERE o.account_id = person.id AND o.kind = $4)
		THEN $5::timestamptz END
	FROM person
	ON CONFLICT (account_id, email) DO UPDATE SET kind = excluded.kind,
		source = excluded.source, bounced_at = NULL
	RETURNING account_id
), audited AS (
	INSERT INTO sso.audit (at, kind, account_id, client_address, request)
	SELECT $5, 'address set', account_id, $6::text, $7::text FROM put
)
SELECT $1::bigint AS echo, p.account_id IS NOT NULL AS found,
       p.account_id AS id
FROM (SELECT 1) AS always LEFT JOIN put AS p ON true;

-- name: address_remove
-- role: app
-- retry: once
-- lane: slow
-- row: account_changed
-- Mail does not reach the person there any more; codes on their way die.
WITH removed AS (
	DELETE FROM sso.address AS d USING sso.account AS a
	WHERE a.id = d.account_id AND a.login = $2::text AND d.email = $3::text
	RETURNING d.account_id
), audited AS (
	INSERT INTO sso.audit (at, kind, account_id, client_address, request)
	SELECT $4::timestamptz, 'address removed', account_id, $5::text, $6::text
	FROM removed
)
SELECT $1::bigint AS echo, r.account_id IS NOT NULL AS found,
       r.account_id AS id
FROM (SELECT 1) AS always LEFT JOIN removed AS r ON true;

-- name: sign_in_begin
-- role: app
-- retry: idempotent
-- row: sign_in_begun
-- The password was right for the account as it was, and its failures are
-- forgotten.  The cookie is random and so names the request.
WITH begun AS MATERIALIZED (
	INSERT INTO sso.sign_in (mac, key_id, account_id, account_epoch,
		step, began_at, expires_at, password_at, skipped, service_url,
		renew)
	SELECT $2::bytea, $3::bigint::smallint, a.id, a.epoch, $6::text,
	       $7::timestamptz, $8::timestamptz, $9::timestamptz, $10::text,
	       $11::text, $12::boolean
	FROM sso.account AS a
	WHERE a.id = $4::bigint AND a.epoch = $5::bigint AND a.state = 'active'
	ON CONFLICT (mac) DO UPDATE SET skipped = excluded.skipped
	WHERE sign_in.account_id = excluded.account_id
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'sign-in' AND name = $13::bytea
	AND EXISTS (SELECT FROM begun)
	RETURNING 1
), address_forgiven AS ( -- behind the name: rows are locked in one order
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = $14::text AND EXISTS (SELECT FROM begun)
	AND (SELECT count(*) FROM forgiven) >= 0
	RETURNING 1
), network_forgiven AS (
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = $15::text AND EXISTS (SELECT FROM begun)
	AND (SELECT count(*) FROM address_forgiven) >= 0
)
SELECT $1::bigint AS echo, true AS found,
       coalesce(b.number, 0) AS number
FROM (SELECT 1) AS always LEFT JOIN begun AS b ON true;

-- name: sign_in_find
-- role: app
-- retry: read
-- row: sign_in
-- The sign-in in progress of a cookie.
SELECT $1::bigint AS echo, true AS found,
       coalesce(s.number, 0) AS number, coalesce(s.account_id, 0) AS account_id,
       coalesce(s.account_epoch, 0) AS account_epoch, s.login, s.display_name,
       s.step, s.began_at, s.expires_at, s.password_at, s.verified_at,
       s.verified_by, s.service_url, coalesce(s.renew, false) AS renew,
       coalesce(s.address_id, 0) AS address_id, s.email, s.code_made_at,
       s.code_expires_at,
       g.number AS generation
FROM sso.generation AS g
LEFT JOIN (
	SELECT i.*, a.login, a.display_name,
	       c.address_id, d.email,
	       c.made_at AS code_made_at, c.expires_at AS code_expires_at
	FROM sso.sign_in AS i
	JOIN sso.account AS a ON a.id = i.account_id
	AND a.epoch = i.account_epoch AND a.state = 'active'
	LEFT JOIN sso.email_code AS c ON c.sign_in = i.number
	LEFT JOIN sso.address AS d ON d.id = c.address_id
	WHERE i.mac = $2::bytea AND i.expires_at > $3::timestamptz
	AND i.step NOT IN ('done', 'ended')
) AS s ON true
WHERE g.singleton = 1;

-- name: sign_in_astray
-- role: app
-- retry: once
-- row: sign_in_moved
-- A request that does not fit the step; the third one ends the sign-in.
WITH moved AS (
	UPDATE sso.sign_in SET astray = astray + 1,
		step = CASE WHEN astray >= 2 THEN 'ended' ELSE step END
	WHERE number = $2::bigint AND account_id = $3::bigint
	AND step NOT IN ('done', 'ended')
	RETURNING step
)
SELECT $1::bigint AS echo, m.step IS NOT NULL AS found, m.step
FROM (SELECT 1) AS always LEFT JOIN moved AS m ON true;

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
       e.id, e.label, e.secret, e.key_id, e.last_step, e.drift,
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
WITH used AS (
	UPDATE sso.enrolment
	SET last_step = $5::bigint, drift = $6::bigint::smallint,
	    last_used_at = $7::timestamptz
	WHERE id = $4::bigint AND account_id = $3::bigint
	AND state = 'active' AND last_step < $5
	RETURNING id
), verified AS (
	UPDATE sso.sign_in
	SET step = 'right', verified_at = $7, verified_by = 'totp'
	WHERE number = $2::bigint AND account_id = $3 AND step = 'code'
	AND expires_at > $7 AND EXISTS (SELECT FROM used)
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'second step' AND name = $8::bytea
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
WITH used AS (
	UPDATE sso.email_code SET used_at = $5::timestamptz
	WHERE sign_in = $2::bigint AND account_id = $3::bigint
	AND mac = $4::bytea AND used_at IS NULL
	RETURNING address_id
), proved AS (
	UPDATE sso.address AS d SET verified_at = $5
	FROM used WHERE d.id = used.address_id AND d.verified_at IS NULL
), verified AS (
	UPDATE sso.sign_in
	SET step = CASE step WHEN 'proof' THEN 'set up' ELSE 'right' END,
	    verified_at = $5, verified_by = 'email'
	WHERE number = $2 AND account_id = $3 AND step IN ('code', 'proof')
	AND expires_at > $5 AND EXISTS (SELECT FROM used)
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'second step' AND name = $6::bytea
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
-- The codes of one place on the person's lists, as hashes.
SELECT $1::bigint AS echo, r.slot IS NOT NULL AS found,
       r.enrolment_id, r.slot, r.hash, r.used_at
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT c.* FROM sso.recovery_code AS c
	JOIN sso.enrolment AS e ON e.id = c.enrolment_id
	WHERE e.account_id = $2::bigint AND e.state = 'active'
	AND c.slot = $3::bigint
) AS r ON true
ORDER BY r.enrolment_id
LIMIT 5;

-- name: sign_in_take_recovery
-- role: app
-- retry: once
-- row: sign_in_taken
-- The right code is used up, and what it is for goes on.
WITH used AS (
	UPDATE sso.recovery_code AS r SET used_at = $6::timestamptz
	FROM sso.enrolment AS e
	WHERE r.enrolment_id = $4::bigint AND r.slot = $5::bigint
	AND r.used_at IS NULL AND e.id = r.enrolment_id
	AND e.account_id = $3::bigint AND e.state = 'active'
	RETURNING r.slot
), verified AS (
	UPDATE sso.sign_in
	SET step = CASE step WHEN 'proof' THEN 'set up' ELSE 'right' END,
	    verified_at = $6, verified_by = 'recovery'
	WHERE number = $2::bigint AND account_id = $3
	AND step IN ('code', 'proof')
	AND expires_at > $6 AND EXISTS (SELECT FROM used)
	RETURNING number
), forgiven AS (
	DELETE FROM sso.throttle
	WHERE kind = 'second step' AND name = $7::bytea
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

-- name: browser_show
-- role: app
-- retry: once
-- row: browser_shown
-- A browser shows its secret and gets the next one.
SELECT $1::bigint AS echo, true AS found, b.verdict,
       coalesce(b.key, 0)::bigint AS key_id
FROM sso.browser_show($2::bytea, $3::bytea, $4::bytea, $5::bigint::smallint,
	$6::timestamptz, $7::text) AS b;

-- name: browser_add
-- role: app
-- retry: idempotent
-- A browser that we have not met, or that lost its cookie.
WITH added AS (
	INSERT INTO sso.browser (id, mac, key_id, first_seen_at, last_seen_at,
		user_agent)
	VALUES ($2::bytea, $3::bytea, $4::bigint::smallint, $5::timestamptz,
		$5, $6::text)
	ON CONFLICT (id) DO NOTHING
)
SELECT $1::bigint AS echo;

-- name: browser_use
-- role: app
-- retry: idempotent
-- The person signed in with this browser, and trusts it if they said so.
WITH used AS (
	INSERT INTO sso.browser_trust AS t (account_id, browser_id, known_at,
		last_sign_in_at, trusted_at, verified_at, verified_by,
		enrolment_id, name)
	SELECT $2::bigint, b.id, $4::timestamptz, $4,
	       CASE WHEN $5::boolean THEN $4 END, $6::timestamptz, $7::text,
	       $8::bigint, coalesce($9::text, '')
	FROM sso.browser AS b WHERE b.id = $3::bytea
	ON CONFLICT (account_id, browser_id) DO UPDATE SET
		last_sign_in_at = excluded.last_sign_in_at,
		trusted_at = CASE WHEN $5 AND
			(t.trusted_at IS NULL OR t.revoked_at IS NOT NULL)
			THEN excluded.trusted_at ELSE t.trusted_at END,
		revoked_at = CASE WHEN $5 THEN NULL ELSE t.revoked_at END,
		revoked_why = CASE WHEN $5 THEN NULL ELSE t.revoked_why END,
		verified_at = coalesce(excluded.verified_at, t.verified_at),
		verified_by = coalesce(excluded.verified_by, t.verified_by),
		enrolment_id = CASE WHEN excluded.verified_at IS NOT NULL
			THEN excluded.enrolment_id ELSE t.enrolment_id END,
		name = CASE WHEN t.name = '' THEN excluded.name ELSE t.name END
)
SELECT $1::bigint AS echo;
