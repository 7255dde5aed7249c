-- SPDX-License-Identifier: Apache-2.0
--
-- People may read what happened to their own account.
--
-- portillon_app may append to sso.audit and not read it: whoever breaks into a
-- gate shall not learn what everybody did.  This function gives out one account
-- at a time, and of it only what its owner sees.

-- Newest first; only rows below the id, since a moment, of one kind (NULL: of
-- all kinds), and not of one session (NULL: of all).  At most 100.
CREATE FUNCTION sso.account_activity(account bigint, below bigint,
	since timestamptz, most integer, only_kind text, but_session bigint)
RETURNS TABLE (id bigint, at timestamptz, kind text, client_address text,
	user_agent text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
	SELECT a.id, a.at, a.kind, a.client_address, s.user_agent
	FROM sso.audit AS a
	LEFT JOIN sso.session AS s
	ON s.number = a.session AND s.account_id = a.account_id
	WHERE a.account_id = account_activity.account
	AND a.id < account_activity.below AND a.at > account_activity.since
	AND (only_kind IS NULL OR a.kind = only_kind)
	AND (but_session IS NULL OR a.session IS DISTINCT FROM but_session)
	ORDER BY a.id DESC
	LIMIT greatest(least(most, 100), 0)
$$;

REVOKE ALL ON FUNCTION sso.account_activity(bigint, bigint, timestamptz,
	integer, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sso.account_activity(bigint, bigint, timestamptz,
	integer, text, bigint) TO portillon_app;
