-- SPDX-License-Identifier: Apache-2.0
--
-- Counting a try was a third of what a sign-in cost the database.  The body of a
-- function in SQL is parsed and planned at every call, unless it becomes a part
-- of the statement around it; one in PL/pgSQL once a connection.

-- A sum of a time and an interval is STABLE, so these are, and not more: called
-- IMMUTABLE they were never made a part of anything.
ALTER FUNCTION sso.place_empty_at(timestamptz, timestamptz) STABLE;
ALTER FUNCTION sso.place_wait(timestamptz, bigint, timestamptz) STABLE;

-- The longest wait that a try has before it, and whose it is.
CREATE OR REPLACE FUNCTION sso.throttle_look(counted bytea, address text,
	address_most bigint, network text, network_most bigint,
	moment timestamptz, OUT wait_until timestamptz, OUT refused_by text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	SELECT due.later, due.whose INTO wait_until, refused_by
	FROM (
		SELECT sso.throttle_wait(t.tries, moment), 'account'
		FROM sso.throttle AS t
		WHERE t.kind = 'sign-in' AND t.name = counted
		UNION ALL
		SELECT sso.place_wait(p.empty_at, address_most, moment), 'address'
		FROM sso.throttle_place AS p WHERE p.place = address
		UNION ALL
		SELECT sso.place_wait(p.empty_at, network_most, moment), 'network'
		FROM sso.throttle_place AS p WHERE p.place = network
	) AS due (later, whose)
	WHERE due.later IS NOT NULL
	ORDER BY due.later DESC
	LIMIT 1;
END
$$;
