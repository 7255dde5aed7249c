-- SPDX-License-Identifier: Apache-2.0

-- name: audit_append
-- role: app
-- retry: once
-- A row about something that changes nothing else.
INSERT INTO sso.audit (at, kind, account_id, service_id, session,
	client_address, request, detail)
VALUES ($2::timestamptz, $3::text, $4::bigint, $5::bigint, $6::bigint,
	$7::text, $8::text, $9::text::jsonb)
RETURNING $1::bigint AS echo;
