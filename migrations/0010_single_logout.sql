-- SPDX-License-Identifier: Apache-2.0
--
-- Single logout: every application that redeemed a ticket in a session is told
-- when the session ends, by rows of the outbox that commit with the end.

ALTER TABLE sso.service
	-- back: the server calls the application; none: it is not told
	ADD COLUMN logout_type text NOT NULL DEFAULT 'back'
		CHECK (logout_type IN ('back', 'none')),
	-- NULL: the address that redeemed the ticket
	ADD COLUMN logout_url text CHECK (logout_url ~ '^https?://[^/?#]');

-- The address that a ticket was redeemed for, as the application gave it but
-- without a ticket; NULL as service_id, and in rows from before this file.
ALTER TABLE sso.redemption
	ADD COLUMN service_url text CHECK (octet_length(service_url) <= 16384);

ALTER TABLE sso.outbox
	DROP CONSTRAINT outbox_kind_check,
	ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('mail', 'logout')),
	ALTER COLUMN key_id DROP NOT NULL,
	ADD COLUMN session bigint,
	ADD COLUMN service_id bigint,
	-- name and port of whom it is for: nobody is called too often at a time
	ADD COLUMN host text,
	-- A logout is written by the statement that ends the session, which has no
	-- keys; it holds no more than the spent tickets beside it.
	ADD CONSTRAINT outbox_sealed CHECK (kind <> 'mail' OR key_id IS NOT NULL),
	ADD CONSTRAINT outbox_addressed CHECK (kind <> 'logout' OR
		(host IS NOT NULL AND session IS NOT NULL
		AND service_id IS NOT NULL));

-- Neither kind is looked for behind a heap of the other, nor first calls behind
-- repetitions.
DROP INDEX sso.outbox_due;
CREATE INDEX outbox_due ON sso.outbox (kind, due_at)
	WHERE payload IS NOT NULL;
CREATE INDEX outbox_first_call ON sso.outbox (due_at)
	WHERE payload IS NOT NULL AND kind = 'logout' AND tries = 0;
CREATE INDEX outbox_repetition ON sso.outbox (due_at)
	WHERE payload IS NOT NULL AND kind = 'logout' AND tries > 0;

-- For those that look for sessions that have run out, or are of an old epoch.
CREATE INDEX session_open ON sso.session (created_at, number)
	WHERE ended_at IS NULL;

-- For those that go through sessions in the order of their ends.
DROP INDEX sso.session_ended;
CREATE INDEX session_ended ON sso.session (ended_at, number)
	WHERE ended_at IS NOT NULL;

-- One row for each ticket that was redeemed in a session: address, ticket and
-- name, with a zero byte between.  Its id follows from the ticket, so that
-- nothing is added twice.  Of the ten thousand tickets issued last, which is all
-- that is read however many there are, a looping application gets ten, and a
-- session sends a thousand at most, the newest.  Tickets are stored by their day
-- of issue, which is none before the session began, but for the clocks of two
-- nodes.  The primary key has them in order; who sorts reads them all.
CREATE FUNCTION sso.tell_applications(ended_session bigint, of_account bigint,
	began_at timestamptz, moment timestamptz)
RETURNS bigint LANGUAGE sql SET search_path = ''
SET enable_seqscan = 'off' SET enable_bitmapscan = 'off' AS $$
	WITH newest AS MATERIALIZED (
		SELECT r.ticket, r.redeemed_at, r.service_id, r.service_url
		FROM sso.redemption AS r
		WHERE r.session = ended_session AND r.issued_at >=
		    floor(date_part('epoch', began_at))::bigint - 10
		ORDER BY r.issued_at DESC, r.random DESC
		LIMIT 10000
	), turns AS (
		SELECT n.*, row_number() OVER (
			PARTITION BY n.service_id, n.service_url
			ORDER BY n.redeemed_at DESC, n.ticket) AS turn
		FROM newest AS n WHERE n.service_url IS NOT NULL
	), redeemed AS (
		SELECT t.ticket, t.redeemed_at, t.service_id, a.login,
		       coalesce(v.logout_url, t.service_url) AS url
		FROM turns AS t
		JOIN sso.service AS v ON v.id = t.service_id
		JOIN sso.account AS a ON a.id = of_account
		WHERE t.turn <= 10 AND v.logout_type = 'back'
	), told AS (
		INSERT INTO sso.outbox (id, kind, account_id, created_at,
			expires_at, due_at, session, service_id, host, payload)
		SELECT ('x' || left(encode(sha256(convert_to(ticket, 'UTF8')),
			    'hex'), 16))::bit(64)::bigint
			& x'7fffffffffffffff'::bigint,
		       'logout', of_account, moment, moment + interval '1 day',
		       moment, ended_session, service_id,
		       lower(substring(url FROM '^[A-Za-z]+://([^/?#]+)')),
		       convert_to(url, 'UTF8') || '\x00' ||
		       convert_to(ticket, 'UTF8') || '\x00' ||
		       convert_to(login, 'UTF8')
		FROM redeemed
		ORDER BY redeemed_at DESC, ticket
		LIMIT 1000
		ON CONFLICT (id) DO NOTHING
		RETURNING 1
	)
	SELECT count(*) FROM told
$$;

-- Whoever ends a session, and however many at once: none is forgotten.
CREATE FUNCTION sso.session_ends()
RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
	PERFORM sso.tell_applications(
		NEW.number, NEW.account_id, NEW.created_at, NEW.ended_at);
	RETURN NULL;
END
$$;

CREATE TRIGGER session_ends
AFTER UPDATE OF ended_at ON sso.session
FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
EXECUTE FUNCTION sso.session_ends();

REVOKE ALL ON FUNCTION
	sso.tell_applications(bigint, bigint, timestamptz, timestamptz),
	sso.session_ends()
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	sso.tell_applications(bigint, bigint, timestamptz, timestamptz)
	TO portillon_app;
