-- SPDX-License-Identifier: Apache-2.0

-- name: ticket_redeem
-- role: app
-- retry: idempotent
-- row: ticket_redeemed
-- Spends a ticket, whatever becomes of it, and reads whom it stands for.
WITH spent AS (
	INSERT INTO sso.redemption AS r (session, issued_at, random, request,
		service_id, ticket, redeemed_at, service_url)
	VALUES ($2::bigint, $3::bigint, $4::bytea,
		encode($5::bytea, 'hex')::uuid, $6::bigint, $7::text,
		$8::timestamptz, $12::text)
	ON CONFLICT (session, issued_at, random) DO UPDATE
	SET request = excluded.request WHERE r.request = excluded.request
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM spent) AS fresh,
       s.number IS NOT NULL AS alive, coalesce(a.id, 0) AS account_id,
       a.login, a.display_name, a.attributes, s.created_at, s.last_used_at,
       s.password_at, coalesce(s.long_term, false) AS long_term,
       g.number AS generation, g.restore_epoch
FROM sso.generation AS g
LEFT JOIN (sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active')
ON s.number = $2 AND s.ended_at IS NULL
AND sso.session_lives(s, $9::timestamptz, $10::timestamptz, $11::timestamptz)
WHERE g.singleton = 1;
