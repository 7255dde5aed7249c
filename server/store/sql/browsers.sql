-- SPDX-License-Identifier: Apache-2.0

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
-- The person signed in with this browser, and trusts it if they said so.  Of 21
-- that are trusted then, the one used least lately is trusted no more.
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
), too_many AS (
	SELECT browser_id FROM sso.browser_trust
	WHERE $5 AND account_id = $2 AND browser_id <> $3
	AND trusted_at IS NOT NULL AND revoked_at IS NULL
	ORDER BY last_sign_in_at DESC, browser_id
	OFFSET 19
), revoked AS (
	UPDATE sso.browser_trust AS t
	SET revoked_at = $4, revoked_why = 'too many'
	FROM too_many
	WHERE t.account_id = $2 AND t.browser_id = too_many.browser_id
)
SELECT $1::bigint AS echo;
