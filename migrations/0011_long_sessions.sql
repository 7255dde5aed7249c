-- SPDX-License-Identifier: Apache-2.0
--
-- What a visitor and an application wish for besides signing in, kept through
-- a sign-in that takes several pages; and sessions that outlive the browser.

ALTER TABLE sso.sign_in
	-- how the ticket goes to the application; NULL: in its address
	ADD COLUMN method text CHECK (method IN ('POST', 'HEADER')),
	ADD COLUMN warn boolean NOT NULL DEFAULT false,
	ADD COLUMN long_term boolean NOT NULL DEFAULT false;

ALTER TABLE sso.session
	-- wants to be asked before each application
	ADD COLUMN warn boolean NOT NULL DEFAULT false,
	-- the person asked to stay signed in: it has a limit of its own
	ADD COLUMN long_term boolean NOT NULL DEFAULT false;

-- Is a session within its limits?  Written so that it is inlined.
CREATE FUNCTION sso.session_lives(s sso.session, used_after timestamptz,
	opened_after timestamptz, long_after timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN s.long_term THEN s.created_at > long_after
		ELSE s.last_used_at > used_after
		AND s.created_at > opened_after END
$$;

-- As the function with four arguments, which the release before this one calls;
-- long sessions need their key, too.
CREATE FUNCTION sso.retire_key(key smallint, used_after timestamptz,
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
	WHERE s.key_id = key AND s.ended_at IS NULL
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

REVOKE ALL ON FUNCTION
	sso.retire_key(smallint, timestamptz, timestamptz, timestamptz,
		timestamptz),
	sso.session_lives(sso.session, timestamptz, timestamptz, timestamptz)
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	sso.retire_key(smallint, timestamptz, timestamptz, timestamptz,
		timestamptz),
	sso.session_lives(sso.session, timestamptz, timestamptz, timestamptz)
	TO portillon_app;
