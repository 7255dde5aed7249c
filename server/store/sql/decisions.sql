-- SPDX-License-Identifier: Apache-2.0

-- name: decision_add
-- role: app
-- retry: idempotent
-- What was decided, in the transaction that acts on it: behind the sign-in that
-- it began and the session that it opened.  Of a sign-in that was not begun
-- nothing is kept.  Code and moment name the request: sent again, it finds the
-- row there.
WITH added AS (
	INSERT INTO sso.decision (code, at, account_id, service_id, sign_in,
		session, tenant, policy_number, profile, rule, outcome, floors,
		reasons, facts)
	SELECT $2::text, $3::timestamptz, $4::bigint, $5::bigint, i.number,
	       s.number, $7::text, $8::bigint, $9::text, $10::text, $11::text,
	       $12::text::jsonb, $13::text::jsonb, $14::text::jsonb
	FROM (SELECT 1) AS always
	LEFT JOIN sso.sign_in AS i ON i.mac = $6::bytea AND i.account_id = $4
	LEFT JOIN sso.session AS s ON s.mac = i.opened_mac
	WHERE ($6 IS NULL OR i.number IS NOT NULL)
	AND NOT EXISTS (
		SELECT FROM sso.decision AS d
		WHERE d.code = $2 AND d.at = $3 AND d.account_id = $4
	)
)
SELECT $1::bigint AS echo;

-- name: decision_code
-- role: app
-- retry: read
-- row: decision_named
-- The code of the decision that a sign-in stands at.
SELECT $1::bigint AS echo, true AS found, d.code
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT code FROM sso.decision
	WHERE account_id = $2::bigint AND sign_in = $3::bigint
	ORDER BY id DESC LIMIT 1
) AS d ON true;

-- name: decision_list
-- role: app
-- retry: read
-- lane: slow
-- row: decision_shown
-- What a code stands for, and what else was decided in the same sign-in.
SELECT $1::bigint AS echo, l.id IS NOT NULL AS found, l.id, l.code, l.at,
       l.login, l.display_name, l.service, l.tenant, l.policy_number,
       l.profile, l.rule, l.outcome, l.floors, l.reasons, l.facts,
       l.sign_in, l.session
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT d.id, d.code, d.at, a.login, a.display_name, v.name AS service,
	       d.tenant, d.policy_number, d.profile, d.rule, d.outcome,
	       d.floors, d.reasons, d.facts,
	       coalesce(d.sign_in, 0) AS sign_in,
	       coalesce(d.session, 0) AS session
	FROM sso.decision AS named
	JOIN sso.decision AS d ON d.id = named.id
	OR (d.account_id = named.account_id AND d.sign_in = named.sign_in)
	LEFT JOIN sso.account AS a ON a.id = d.account_id
	LEFT JOIN sso.service AS v ON v.id = d.service_id
	WHERE named.code = $2::text
	ORDER BY d.id
	LIMIT $3::bigint
) AS l ON true
ORDER BY l.id;
