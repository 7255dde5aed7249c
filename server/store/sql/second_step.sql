-- SPDX-License-Identifier: Apache-2.0

-- name: second_step_facts
-- role: app
-- retry: read
-- row: second_step_facts
-- What deciding needs to know of a person and their browser; one row for
-- accounts that do not exist as well, since it is asked before anybody knows.
SELECT $1::bigint AS echo, true AS found,
       a.login, a.attributes, a.trust_epoch, a.offered_at, coalesce(a.skips, 0) AS skips,
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
