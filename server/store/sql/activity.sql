-- SPDX-License-Identifier: Apache-2.0

-- name: activity_list
-- role: app
-- retry: read
-- lane: slow
-- row: activity
-- What happened to one account, newest first, from below a row on.
SELECT $1::bigint AS echo, a.id IS NOT NULL AS found,
       a.id, a.at, a.kind, a.client_address, a.user_agent
FROM (SELECT 1) AS always
LEFT JOIN sso.account_activity($2::bigint, $3::bigint, $4::timestamptz,
	$5::bigint::integer, NULL, NULL) AS a ON true
ORDER BY a.id DESC;

-- name: activity_sign_in_before
-- role: app
-- retry: read
-- lane: slow
-- row: activity
-- The last sign-in of an account that did not open this session.
SELECT $1::bigint AS echo, a.id IS NOT NULL AS found,
       a.id, a.at, a.kind, a.client_address, a.user_agent
FROM (SELECT 1) AS always
LEFT JOIN sso.account_activity($2::bigint, 9223372036854775807,
	$4::timestamptz, 1, 'signed in', $3::bigint) AS a ON true;
