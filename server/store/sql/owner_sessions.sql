-- SPDX-License-Identifier: Apache-2.0

-- name: owner_session_list
-- role: app
-- retry: read
-- lane: slow
-- row: owner_session
-- The living sessions of an account: this one, then those used last.
SELECT $1::bigint AS echo, l.number IS NOT NULL AS found, l.number,
       l.created_at, l.last_used_at, l.password_at, l.verified_at,
       l.verified_by, l.skipped, l.long_term, l.client_address, l.user_agent, l.count
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT s.number, s.created_at, s.last_used_at, s.password_at,
	       s.verified_at, s.verified_by, s.skipped, s.long_term,
	       s.client_address, s.user_agent, count(*) OVER () AS count
	FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.account_id = $2::bigint AND s.ended_at IS NULL
	AND sso.session_lives(
	    s, $4::timestamptz, $5::timestamptz, $7::timestamptz)
	ORDER BY s.number = $3::bigint DESC, s.last_used_at DESC, s.number
	LIMIT $6::bigint
) AS l ON true
ORDER BY l.number = $3 DESC, l.last_used_at DESC, l.number;

-- name: owner_session_applications
-- role: app
-- retry: read
-- lane: slow
-- row: owner_application
-- What was opened in each living session of an account: the last few
-- applications and how many there are.  Tickets are stored by their day of
-- issue, which is none before the session began.
SELECT $1::bigint AS echo, l.session IS NOT NULL AS found, l.session, l.name,
       l.count
FROM (SELECT 1) AS always
LEFT JOIN (
	SELECT s.number AS session, opened.name, opened.count, opened.last_at
	FROM sso.session AS s, LATERAL (
		SELECT v.name, count(*) OVER () AS count,
		       max(r.redeemed_at) AS last_at
		FROM sso.redemption AS r
		JOIN sso.service AS v ON v.id = r.service_id
		WHERE r.session = s.number AND r.issued_at >=
		    floor(date_part('epoch', s.created_at))::bigint
		GROUP BY v.id, v.name
		ORDER BY last_at DESC, v.name
		LIMIT $5::bigint
	) AS opened
	WHERE s.account_id = $2::bigint AND s.ended_at IS NULL
	AND sso.session_lives(
	    s, $3::timestamptz, $4::timestamptz, $6::timestamptz)
) AS l ON true
ORDER BY l.session, l.last_at DESC, l.name;

-- name: owner_session_end
-- role: app
-- retry: idempotent
-- row: owner_sessions_ended
-- The owner, who is signed in with $3, ends another session, or with 0 all
-- others.  Rows are locked in one order; those ended at this very moment are
-- what an earlier try of this request ended.
WITH actor AS MATERIALIZED (
	SELECT s.number, s.account_id, s.account_epoch FROM sso.session AS s
	JOIN sso.account AS a ON a.id = s.account_id
	AND a.epoch = s.account_epoch AND a.state = 'active'
	WHERE s.number = $3::bigint AND s.account_id = $2::bigint
	AND s.ended_at IS NULL
), meant AS MATERIALIZED (
	SELECT s.number, s.ended_at,
	       s.account_epoch = actor.account_epoch
	       AND sso.session_lives(s, $6::timestamptz, $7::timestamptz,
		$10::timestamptz) AS alive
	FROM sso.session AS s
	JOIN actor ON actor.account_id = s.account_id
	WHERE s.account_id = $2 AND s.number <> $3
	AND ($4::bigint = 0 OR s.number = $4)
	ORDER BY s.number
	FOR NO KEY UPDATE
), ended AS (
	UPDATE sso.session AS s SET ended_at = $5::timestamptz
	FROM meant
	WHERE s.number = meant.number AND s.account_id = $2
	AND meant.ended_at IS NULL
	RETURNING s.number, meant.alive
), audited AS (
	INSERT INTO sso.audit
		(at, kind, account_id, session, client_address, request)
	SELECT $5, 'session ended by owner', $2, number, $8::text, $9::text
	FROM ended WHERE alive ORDER BY number
)
SELECT $1::bigint AS echo, true AS found,
       EXISTS (SELECT FROM actor) AS allowed,
       (SELECT count(*) FROM meant) AS meant,
       (SELECT count(*) FROM ended WHERE alive)
       + (SELECT count(*) FROM meant WHERE ended_at = $5) AS ended;
