-- SPDX-License-Identifier: Apache-2.0
--
-- Front-channel logout: applications that the browser tells on the page of
-- sign-out; where a session ends without that page, the server calls them.

ALTER TABLE sso.service
	DROP CONSTRAINT service_logout_type_check,
	-- front: the browser tells it, if the session ends in that browser
	ADD CONSTRAINT service_logout_type_check
		CHECK (logout_type IN ('back', 'front', 'none'));

-- Most installations have none: asked at the end of each session.
CREATE INDEX service_front ON sso.service (id) WHERE logout_type = 'front';

-- Left to the browser, and so done with; whether it got there nobody knows.
ALTER TABLE sso.outbox
	ADD COLUMN by_browser boolean NOT NULL DEFAULT false
		CHECK (NOT by_browser OR delivered_at IS NOT NULL);

-- The tickets that such applications redeemed in a session: ids, and what is
-- read, as in sso.tell_applications; `turn` from 1 for the newest of an address.
CREATE FUNCTION sso.front_tickets(of_session bigint, began_at timestamptz)
RETURNS TABLE (id bigint, ticket text, redeemed_at timestamptz,
	service_id bigint, name text, url text, turn bigint)
LANGUAGE sql STABLE SET search_path = ''
SET enable_seqscan = 'off' SET enable_bitmapscan = 'off' AS $$
	WITH newest AS MATERIALIZED (
		SELECT r.ticket, r.redeemed_at, r.service_id, r.service_url
		FROM sso.redemption AS r
		WHERE r.session = of_session AND r.issued_at >=
		    floor(date_part('epoch', began_at))::bigint - 10
		ORDER BY r.issued_at DESC, r.random DESC
		LIMIT 10000
	)
	SELECT ('x' || left(encode(sha256(convert_to(n.ticket, 'UTF8')),
		    'hex'), 16))::bit(64)::bigint
		& x'7fffffffffffffff'::bigint,
	       n.ticket, n.redeemed_at, n.service_id, v.name,
	       coalesce(v.logout_url, n.service_url),
	       row_number() OVER (PARTITION BY n.service_id, n.service_url
		ORDER BY n.redeemed_at DESC, n.ticket)
	FROM newest AS n
	JOIN sso.service AS v ON v.id = n.service_id
	WHERE n.service_url IS NOT NULL AND v.logout_type = 'front'
$$;

-- Those that were not left to the browser are called like any other, with the
-- same limits.  The name of the person is not told: clients go by the ticket,
-- and what the browser sends stands in logs.
CREATE FUNCTION sso.tell_front_applications(ended_session bigint,
	of_account bigint, began_at timestamptz, moment timestamptz)
RETURNS bigint LANGUAGE sql SET search_path = '' AS $$
	WITH told AS (
		INSERT INTO sso.outbox (id, kind, account_id, created_at,
			expires_at, due_at, session, service_id, host, payload)
		SELECT id, 'logout', of_account, moment,
		       moment + interval '1 day', moment, ended_session,
		       service_id,
		       lower(substring(url FROM '^[A-Za-z]+://([^/?#]+)')),
		       convert_to(url, 'UTF8') || '\x00' ||
		       convert_to(ticket, 'UTF8') || '\x00' ||
		       convert_to('@NOT_USED@', 'UTF8')
		FROM sso.front_tickets(ended_session, began_at)
		WHERE turn <= 10
		ORDER BY redeemed_at DESC, ticket
		LIMIT 1000
		ON CONFLICT (id) DO NOTHING
		RETURNING 1
	)
	SELECT count(*) FROM told
$$;

CREATE OR REPLACE FUNCTION sso.session_ends()
RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
	PERFORM sso.tell_applications(
		NEW.number, NEW.account_id, NEW.created_at, NEW.ended_at);
	IF EXISTS (SELECT FROM sso.service WHERE logout_type = 'front') THEN
		PERFORM sso.tell_front_applications(
			NEW.number, NEW.account_id, NEW.created_at,
			NEW.ended_at);
	END IF;
	RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION
	sso.front_tickets(bigint, timestamptz),
	sso.tell_front_applications(
		bigint, bigint, timestamptz, timestamptz)
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	sso.front_tickets(bigint, timestamptz),
	sso.tell_front_applications(
		bigint, bigint, timestamptz, timestamptz)
	TO portillon_app;
