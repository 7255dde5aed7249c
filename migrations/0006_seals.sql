-- SPDX-License-Identifier: Apache-2.0
--
-- Secrets at rest keep a generation of keys; a backup that comes back ends more
-- than sessions; what lies about of sign-ins is swept.

DROP FUNCTION sso.retire_key(smallint, timestamptz, timestamptz, timestamptz);

-- May a generation of keys go?  Not while anything is sealed with it: that would
-- be lost for ever.
CREATE FUNCTION sso.retire_key(key smallint, used_after timestamptz,
	made_after timestamptz, moment timestamptz,
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
	AND s.last_used_at > used_after AND s.created_at > made_after;
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

-- A backup came back: tickets from before do not open; what had ended since is
-- not to live again, so all sessions, sign-ins and trust end; a recovery code
-- that was used since would be good once more, so none is good.
CREATE OR REPLACE FUNCTION sso.mark_restored(moment timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	ended bigint;
BEGIN
	UPDATE sso.generation
	SET restore_epoch = restore_epoch + 1, number = number + 1;
	UPDATE sso.session SET ended_at = moment WHERE ended_at IS NULL;
	GET DIAGNOSTICS ended = ROW_COUNT;
	UPDATE sso.sign_in SET step = 'ended'
	WHERE step NOT IN ('done', 'ended');
	UPDATE sso.account SET trust_epoch = moment WHERE id IN (
		SELECT t.account_id FROM sso.browser_trust AS t
		WHERE t.trusted_at IS NOT NULL);
	UPDATE sso.recovery_code SET used_at = moment WHERE used_at IS NULL;
	RETURN ended;
END
$$;

REVOKE ALL ON FUNCTION
	sso.retire_key(smallint, timestamptz, timestamptz, timestamptz)
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	sso.retire_key(smallint, timestamptz, timestamptz, timestamptz)
	TO portillon_app;

CREATE INDEX enrolment_key ON sso.enrolment (key_id) WHERE state <> 'revoked';
CREATE INDEX enrolment_pending ON sso.enrolment (created_at)
	WHERE state = 'pending';
