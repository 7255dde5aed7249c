-- SPDX-License-Identifier: Apache-2.0
--
-- What is set for one application alone: who may use it and from when to when,
-- what it is told and under which names, how it signs in.

ALTER TABLE sso.service
	-- read by cas/service_settings.c; what it does not know, it refuses
	ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'
		CHECK (jsonb_typeof(settings) = 'object');

-- As before, but that an application which does not learn the login of a person
-- does not learn it when they sign out either: clients go by the ticket.
CREATE OR REPLACE FUNCTION sso.tell_applications(ended_session bigint, of_account bigint,
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
		SELECT t.ticket, t.redeemed_at, t.service_id,
		       CASE WHEN v.settings ?| ARRAY['user_key', 'user_attribute']
			THEN '@NOT_USED@' ELSE a.login END AS login,
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

-- As before, and not while applications know people by names that are made with
-- it.
CREATE OR REPLACE FUNCTION sso.retire_key(key smallint, used_after timestamptz,
	opened_after timestamptz, long_after timestamptz, moment timestamptz,
	OUT verdict text, OUT sessions bigint, OUT seals bigint,
	OUT free_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	now_active smallint;
	names bigint;
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
	SELECT count(*) INTO names FROM sso.service AS v
	WHERE v.settings -> 'user_key' = to_jsonb(key);
	verdict := CASE WHEN now_active = key THEN 'active'
		WHEN free_at > moment THEN 'recent'
		WHEN sessions > 0 THEN 'sessions'
		WHEN seals > 0 THEN 'seals'
		WHEN names > 0 THEN 'names'
		ELSE 'retired' END;
	IF verdict = 'retired' THEN
		UPDATE sso.generation
		SET throttle_key = active_key, number = number + 1
		WHERE throttle_key = key;
	END IF;
END
$$;

-- Settings as they are to be kept: user_key 0 asks for opaque names, by the key
-- that made them before, else by the active one.
CREATE FUNCTION sso.settings_with_key(wanted jsonb, before jsonb)
RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' AS $$
	SELECT CASE WHEN wanted -> 'user_key' = '0'
		THEN jsonb_set(wanted, '{user_key}',
		    coalesce(before -> 'user_key', to_jsonb(g.active_key)))
		ELSE wanted END
	FROM sso.generation AS g WHERE g.singleton = 1
$$;

REVOKE ALL ON FUNCTION sso.settings_with_key(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sso.settings_with_key(jsonb, jsonb) TO portillon_app;
