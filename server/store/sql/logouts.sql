-- SPDX-License-Identifier: Apache-2.0
--
-- What applications are to be told when sessions end; the rows themselves are
-- written by a trigger of sso.session.

-- name: logout_claim
-- role: app
-- retry: idempotent
-- lane: bulk
-- row: logout_claimed
-- Takes what is due until a time: what nobody was called for yet, and only then,
-- at most $7, what failed before, so that applications that hang do not stand
-- before others.  The oldest first, two for each host, and none for those in $6,
-- who are being called.  The claim is random and so names the request: asked
-- again, it finds what the first attempt took.
WITH due AS MATERIALIZED (
	(SELECT id, due_at, host, 0 AS rank FROM sso.outbox
	WHERE payload IS NOT NULL AND kind = 'logout'
	AND due_at = $3::timestamptz AND claimed_by = $4::text)
	UNION ALL
	(SELECT id, due_at, host, 1 FROM sso.outbox
	WHERE payload IS NOT NULL AND kind = 'logout' AND tries = 0
	AND due_at <= $2::timestamptz AND host <> ALL ($6::text::text[])
	ORDER BY due_at
	LIMIT 2000)
	UNION ALL
	(SELECT id, due_at, host, 2 FROM sso.outbox
	WHERE payload IS NOT NULL AND kind = 'logout' AND tries > 0
	AND due_at <= $2 AND host <> ALL ($6::text[])
	ORDER BY due_at
	LIMIT CASE WHEN $7::bigint > 0 THEN 2000 ELSE 0 END)
), turns AS MATERIALIZED (
	SELECT id, due_at, rank, row_number() OVER (
		PARTITION BY host ORDER BY rank, due_at, id) AS turn
	FROM due
), places AS MATERIALIZED (
	SELECT id, rank, row_number() OVER (
		PARTITION BY rank ORDER BY due_at, id) AS place
	FROM turns WHERE turn <= 2
), chosen AS MATERIALIZED (
	SELECT o.id FROM places AS p JOIN sso.outbox AS o ON o.id = p.id
	WHERE (p.rank < 2 OR p.place <= $7::bigint)
	AND o.payload IS NOT NULL
	AND (o.due_at <= $2 OR o.claimed_by = $4)
	ORDER BY p.rank, o.due_at, o.id
	LIMIT $5::bigint
	FOR UPDATE SKIP LOCKED
), claimed AS (
	UPDATE sso.outbox AS o
	SET due_at = $3, claimed_by = $4, tries = o.tries + 1
	FROM chosen WHERE o.id = chosen.id
	RETURNING o.id, o.created_at, o.expires_at, o.tries, o.session,
		o.service_id, o.host, o.payload
)
SELECT $1::bigint AS echo, true AS found, c.id, c.created_at, c.expires_at,
       c.tries, c.session, c.service_id, c.host, c.payload
FROM claimed AS c;

-- name: logout_leave_to_browser
-- role: app
-- retry: idempotent
-- row: logout_left
-- Whom the browser of this cookie tells on the page of sign-out; asked before
-- the session ends, since whoever is noted here is not called then.  Each
-- application's newest ticket goes first.  Only addresses that a browser loads
-- from a page with https and that its policy can name, and no endless ones; the
-- server calls the others.  A session that has just ended counts too: the page
-- may not have arrived.
WITH mine AS MATERIALIZED (
	SELECT s.number, s.account_id, s.created_at FROM sso.session AS s
	WHERE s.mac = $2::bytea
	AND (s.ended_at IS NULL OR s.ended_at > $4::timestamptz)
	AND EXISTS (SELECT FROM sso.service WHERE logout_type = 'front')
), chosen AS MATERIALIZED (
	SELECT t.*, mine.number, mine.account_id
	FROM mine, LATERAL sso.front_tickets(mine.number, mine.created_at) AS t
	WHERE t.url
	    ~* '^https://[a-z0-9.-]*[a-z][a-z0-9-]*(:[0-9]+)?([/?#]|$)'
	AND octet_length(t.url) <= 1000 AND t.turn <= 10
	ORDER BY t.turn, t.redeemed_at DESC, t.ticket
	LIMIT $5::bigint
), noted AS (
	INSERT INTO sso.outbox (id, kind, account_id, created_at, expires_at,
		due_at, session, service_id, host, delivered_at, by_browser)
	SELECT id, 'logout', account_id, $3::timestamptz, $3, $3, number,
	       service_id, lower(substring(url FROM '^[A-Za-z]+://([^/?#]+)')),
	       $3, true
	FROM chosen
	ON CONFLICT (id) DO NOTHING
)
SELECT $1::bigint AS echo, c.id IS NOT NULL AS found, c.id, c.service_id,
       c.name, c.url, c.ticket
FROM (SELECT 1) AS always LEFT JOIN chosen AS c ON true
ORDER BY c.turn, c.redeemed_at DESC, c.ticket;

-- name: logout_list
-- role: app
-- retry: read
-- lane: slow
-- row: logout_host
-- How it stands with each application that was to be told in the last days, the
-- worst first.
SELECT $1::bigint AS echo, true AS found, o.host, v.name AS service,
       count(*) FILTER (WHERE o.payload IS NOT NULL) AS waiting,
       count(*) FILTER (WHERE o.failed_at IS NOT NULL) AS given_up,
       count(*) FILTER (WHERE o.delivered_at IS NOT NULL
	AND NOT o.by_browser) AS delivered,
       count(*) FILTER (WHERE o.by_browser) AS by_browser,
       (array_agg(o.last_error ORDER BY o.created_at DESC)
	FILTER (WHERE o.delivered_at IS NULL AND o.last_error IS NOT NULL))[1]
	AS last_error
FROM sso.outbox AS o LEFT JOIN sso.service AS v ON v.id = o.service_id
WHERE o.kind = 'logout'
GROUP BY o.host, v.name
ORDER BY waiting DESC, given_up DESC, o.host, v.name
LIMIT 1000;

-- name: logout_sweep
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Deletes rows that are delivered or given up, a batch at a time: sooner than
-- mails, of which there are fewer.
WITH old AS (
	SELECT id FROM sso.outbox
	WHERE payload IS NULL AND kind = 'logout'
	AND created_at < $2::timestamptz
	LIMIT $3::bigint
	FOR UPDATE SKIP LOCKED
), swept AS (
	DELETE FROM sso.outbox AS o USING old WHERE o.id = old.id
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM swept;

-- name: logout_find_missed
-- role: app
-- retry: idempotent
-- lane: slow
-- row: logout_missed
-- A ticket that was redeemed at the very moment at which its session ended may
-- be seen by neither statement; later it is.  Looks at some sessions at a time,
-- in the order of their ends, behind the one in $2 and $3.
WITH ended AS MATERIALIZED (
	SELECT s.number, s.account_id, s.created_at, s.ended_at
	FROM sso.session AS s
	WHERE s.ended_at IS NOT NULL
	AND (s.ended_at, s.number) > ($2::timestamptz, $3::bigint)
	ORDER BY s.ended_at, s.number
	LIMIT $5::bigint
), told AS MATERIALIZED (
	SELECT e.number, e.ended_at, sso.tell_applications(e.number,
		e.account_id, e.created_at, $4::timestamptz)
	    + sso.tell_front_applications(e.number, e.account_id,
		e.created_at, $4) AS count
	FROM ended AS e
)
SELECT $1::bigint AS echo, true AS found,
       (SELECT coalesce(sum(t.count), 0)::bigint FROM told AS t) AS count,
       (SELECT count(*) FROM told) AS looked, l.ended_at,
       coalesce(l.number, 0) AS session
FROM (SELECT 1) AS always LEFT JOIN (
	SELECT t.ended_at, t.number FROM told AS t
	ORDER BY t.ended_at DESC, t.number DESC LIMIT 1) AS l ON true;

-- name: logout_expire_sessions
-- role: app
-- retry: idempotent
-- lane: slow
-- row: upkeep_swept
-- Ends sessions that have run out, a batch at a time, so that the applications
-- hear of it.
WITH old AS MATERIALIZED (
	SELECT s.number FROM sso.session AS s
	WHERE s.ended_at IS NULL AND NOT sso.session_lives(
	    s, $3::timestamptz, $4::timestamptz, $6::timestamptz)
	LIMIT $5::bigint
	FOR NO KEY UPDATE SKIP LOCKED
), ended AS (
	UPDATE sso.session AS s SET ended_at = $2::timestamptz
	FROM old WHERE s.number = old.number
	RETURNING 1
)
SELECT $1::bigint AS echo, true AS found, count(*) AS count FROM ended;
