-- SPDX-License-Identifier: Apache-2.0
--
-- Proxy-granting tickets: an application that may get tickets for others in
-- somebody's name, as long as their session lives.

ALTER TABLE sso.service
	-- it may ask for proxy-granting tickets, and with them for proxy tickets
	ADD COLUMN proxy boolean NOT NULL DEFAULT false,
	-- a pattern for the addresses that they are sent to; NULL: its own
	ADD COLUMN proxy_callback text
		CHECK (proxy_callback ~ '^https://[^/?#]'),
	-- a callback that fails spoils nothing but the proxy-granting ticket
	ADD COLUMN proxy_lenient boolean NOT NULL DEFAULT false;

-- Written only when the application has taken the ticket.  A proxy ticket holds
-- 48 bits of the number.  A grant is good as long as its session is alive, and
-- goes with the row of that.
CREATE TABLE sso.proxy_grant (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
		CHECK (number > 0 AND number < 281474976710656),
	session bigint NOT NULL REFERENCES sso.session ON DELETE CASCADE,
	mac bytea NOT NULL UNIQUE CHECK (octet_length(mac) = 32),
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	service_id bigint NOT NULL,
	-- the addresses that it was sent to and those behind it, a line each, the
	-- latest first
	proxies text NOT NULL CHECK (proxies <> ''
		AND octet_length(proxies) <= 32768),
	granted_at timestamptz NOT NULL
);

CREATE INDEX proxy_grant_session ON sso.proxy_grant (session);

GRANT SELECT, INSERT ON sso.proxy_grant TO portillon_app;

-- As before, and not while a living session has a grant made with it: its cookie
-- may be of a later key.
CREATE OR REPLACE FUNCTION sso.retire_key(key smallint, used_after timestamptz,
	opened_after timestamptz, long_after timestamptz, moment timestamptz,
	OUT verdict text, OUT sessions bigint, OUT seals bigint,
	OUT free_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	now_active smallint;
BEGIN
	SELECT g.active_key INTO now_active FROM sso.generation AS g FOR UPDATE;
	SELECT u.last_active_at + interval '6 minutes' INTO free_at
	FROM sso.key_use AS u WHERE u.id = key;
	SELECT count(*) INTO sessions FROM sso.session AS s
	WHERE (s.key_id = key OR s.number IN (SELECT p.session
		FROM sso.proxy_grant AS p WHERE p.key_id = key))
	AND s.ended_at IS NULL
	AND sso.session_lives(s, used_after, opened_after, long_after);
	SELECT (SELECT count(*) FROM sso.enrolment AS e
		WHERE e.key_id = key AND e.state = 'active')
	     + (SELECT count(*) FROM sso.outbox AS o
		WHERE o.key_id = key AND o.payload IS NOT NULL)
	INTO seals;
	verdict := CASE WHEN now_active = key THEN 'active'
		WHEN free_at > moment THEN 'recent'
		WHEN sessions > 0 THEN 'sessions'
		WHEN seals > 0 THEN 'seals'
		ELSE 'retired' END;
	IF verdict = 'retired' THEN
		UPDATE sso.generation
		SET throttle_key = active_key, number = number + 1
		WHERE throttle_key = key;
	END IF;
END
$$;
