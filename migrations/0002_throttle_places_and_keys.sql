-- SPDX-License-Identifier: Apache-2.0
--
-- Failures are counted by address and network too; which key is active is
-- changed, and old keys are retired, by functions that say no when it is early.

-- When a refused try left its last audit row.
ALTER TABLE sso.throttle ADD COLUMN noted_at timestamptz;

-- Failed tries from an address or a network, as a bucket that leaks: each try
-- adds a step, an hour divided by the tries an hour that are allowed, and the
-- bucket is full when it would take more than an hour to run empty.  No index
-- but the key and half-empty pages, so that a busy row stays on its page.
CREATE TABLE sso.throttle_place (
	-- "address 192.0.2.7", "network 192.0.2.0/24", "crowd 192.0.2.0/24"
	place text COLLATE "C" PRIMARY KEY
		CHECK (char_length(place) BETWEEN 1 AND 80),
	empty_at timestamptz NOT NULL,
	step interval NOT NULL,
	noted_at timestamptz
) WITH (fillfactor = 50);

-- The counters' names are made with this generation of keys on all nodes.
ALTER TABLE sso.generation
	ADD COLUMN throttle_key smallint NOT NULL DEFAULT 1
		CHECK (throttle_key BETWEEN 1 AND 255),
	-- tells two secrets of one number apart; 0: nobody has said yet
	ADD COLUMN active_check bigint NOT NULL DEFAULT 0;

UPDATE sso.generation SET throttle_key = active_key;

-- When a key stopped being the active one, for the last time.
CREATE TABLE sso.key_use (
	id smallint PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
	last_active_at timestamptz NOT NULL
);

-- When a bucket is empty, as seen from a moment.  None can take more than an
-- hour: one that does was filled by a clock that was wrong, and is forgotten.
CREATE FUNCTION sso.place_empty_at(empty_at timestamptz, moment timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN empty_at > moment + interval '61 minutes' THEN moment
	ELSE greatest(empty_at, moment) END;

-- When the next try from a place may be made: NULL, at once.  A hundredth of a
-- step is forgiven, since steps are rounded.
CREATE FUNCTION sso.place_wait(empty_at timestamptz, most bigint,
	moment timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN sso.place_empty_at(empty_at, moment) +
	interval '1 hour' / most * 0.99 > moment + interval '1 hour'
	THEN empty_at + interval '1 hour' / most - interval '1 hour' END;

-- Counts a try from a place, unless that is full.  No place: nothing to count.
CREATE FUNCTION sso.place_count(counted text, most bigint, moment timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO sso.throttle_place AS p (place, empty_at, step)
	SELECT counted, moment + interval '1 hour' / most,
	       interval '1 hour' / most
	WHERE counted IS NOT NULL
	ON CONFLICT (place) DO UPDATE SET
		empty_at = sso.place_empty_at(p.empty_at, moment) + excluded.step,
		step = excluded.step
	WHERE sso.place_wait(p.empty_at, most, moment) IS NULL;
	RETURN FOUND OR counted IS NULL;
END
$$;

-- Takes back one try of this moment that was counted and never compared.
CREATE FUNCTION sso.throttle_take_back(counted bytea, address text,
	network text, moment timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	UPDATE sso.throttle
	SET tries = tries[:array_position(tries, moment) - 1] ||
	    tries[array_position(tries, moment) + 1:]
	WHERE kind = 'sign-in' AND name = counted AND moment = ANY (tries);
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = address;
	UPDATE sso.throttle_place SET empty_at = empty_at - step
	WHERE place = network;
	RETURN true;
END
$$;

-- The longest wait that a try has before it, and whose it is.
CREATE FUNCTION sso.throttle_look(counted bytea, address text,
	address_most bigint, network text, network_most bigint,
	moment timestamptz, OUT wait_until timestamptz, OUT refused_by text)
LANGUAGE sql STABLE AS $$
	SELECT due.later, due.whose
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
	LIMIT 1
$$;

-- A refused try is worth an audit row if its name or place had none within the
-- last minute.
CREATE FUNCTION sso.throttle_note(counted bytea, refused_place text,
	moment timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF refused_place IS NULL THEN
		UPDATE sso.throttle SET noted_at = moment
		WHERE kind = 'sign-in' AND name = counted AND
		(noted_at IS NULL OR noted_at <= moment - interval '1 minute');
	ELSE
		UPDATE sso.throttle_place SET noted_at = moment
		WHERE place = refused_place AND
		(noted_at IS NULL OR noted_at <= moment - interval '1 minute');
	END IF;
	RETURN FOUND;
END
$$;

-- Counts one try under a name, an address and a network, or under none of them
-- and says when to come again.  Looks without a lock first: who has to wait
-- anyway costs nobody else anything.  Rows are locked in one order everywhere,
-- name, address, network: the one that most people share is held the shortest.
CREATE FUNCTION sso.throttle_try(counted bytea, address text,
	address_most bigint, network text, network_most bigint,
	moment timestamptz,
	OUT wait_until timestamptz, OUT refused_by text, OUT noted boolean)
LANGUAGE plpgsql AS $$
BEGIN
	SELECT l.wait_until, l.refused_by INTO wait_until, refused_by
	FROM sso.throttle_look(counted, address, address_most, network,
		network_most, moment) AS l;
	IF refused_by IS NULL THEN
		-- whole hours: a row that changes nothing indexed stays on its page
		INSERT INTO sso.throttle AS t (kind, name, tries, swept_after)
		VALUES ('sign-in', counted, ARRAY[moment],
			date_trunc('hour', moment, 'UTC') + interval '25 hours')
		ON CONFLICT (kind, name) DO UPDATE SET
			tries = sso.throttle_recent(t.tries, moment) || moment,
			swept_after = greatest(t.swept_after, excluded.swept_after)
		WHERE sso.throttle_wait(t.tries, moment) IS NULL;
		IF NOT FOUND THEN
			refused_by := 'account';
		ELSIF NOT sso.place_count(address, address_most, moment) THEN
			refused_by := 'address';
			PERFORM sso.throttle_take_back(counted, NULL, NULL, moment);
		ELSIF NOT sso.place_count(network, network_most, moment) THEN
			refused_by := 'network';
			PERFORM sso.throttle_take_back(counted, address, NULL,
				moment);
		END IF;
		IF refused_by IS NOT NULL THEN -- somebody was quicker
			SELECT l.wait_until INTO wait_until
			FROM sso.throttle_look(counted, address, address_most,
				network, network_most, moment) AS l;
			wait_until := coalesce(wait_until,
				moment + interval '1 second');
		END IF;
	END IF;
	noted := refused_by IS NOT NULL AND sso.throttle_note(counted,
		CASE refused_by WHEN 'address' THEN address
		WHEN 'network' THEN network END, moment);
END
$$;

-- Makes a key the active one; false if it is that already.
CREATE FUNCTION sso.use_key(key smallint, key_check bigint,
	moment timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	before smallint;
BEGIN
	SELECT g.active_key INTO before FROM sso.generation AS g FOR UPDATE;
	IF before = key THEN
		RETURN false;
	END IF;
	UPDATE sso.generation
	SET active_key = key, active_check = key_check, number = number + 1;
	INSERT INTO sso.key_use (id, last_active_at) VALUES (before, moment)
	ON CONFLICT (id) DO UPDATE SET last_active_at = excluded.last_active_at;
	RETURN true;
END
$$;

-- May a key go?  'active'; 'recent', until tickets made with it are old, 300
-- seconds at most, and requests under way have ended; 'sessions', while living
-- ones have a cookie made with it; or 'retired'.  If the counters' names were
-- made with it, they are made with the active one from now on.
CREATE FUNCTION sso.retire_key(key smallint, used_after timestamptz,
	made_after timestamptz, moment timestamptz,
	OUT verdict text, OUT sessions bigint, OUT free_at timestamptz)
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
	verdict := CASE WHEN now_active = key THEN 'active'
		WHEN free_at > moment THEN 'recent'
		WHEN sessions > 0 THEN 'sessions'
		ELSE 'retired' END;
	IF verdict = 'retired' THEN
		UPDATE sso.generation
		SET throttle_key = active_key, number = number + 1
		WHERE throttle_key = key;
	END IF;
END
$$;

-- A backup came back: tickets from before do not open, and sessions that had
-- ended since are not to live again, so all end.
CREATE FUNCTION sso.mark_restored(moment timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	ended bigint;
BEGIN
	UPDATE sso.generation
	SET restore_epoch = restore_epoch + 1, number = number + 1;
	UPDATE sso.session SET ended_at = moment WHERE ended_at IS NULL;
	GET DIAGNOSTICS ended = ROW_COUNT;
	RETURN ended;
END
$$;

REVOKE ALL ON FUNCTION
	sso.place_empty_at(timestamptz, timestamptz),
	sso.place_wait(timestamptz, bigint, timestamptz),
	sso.place_count(text, bigint, timestamptz),
	sso.throttle_take_back(bytea, text, text, timestamptz),
	sso.throttle_look(bytea, text, bigint, text, bigint, timestamptz),
	sso.throttle_note(bytea, text, timestamptz),
	sso.throttle_try(bytea, text, bigint, text, bigint, timestamptz),
	sso.use_key(smallint, bigint, timestamptz),
	sso.retire_key(smallint, timestamptz, timestamptz, timestamptz),
	sso.mark_restored(timestamptz)
	FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE, DELETE ON sso.throttle_place TO portillon_app;
GRANT SELECT ON sso.key_use TO portillon_app;
GRANT EXECUTE ON FUNCTION
	sso.place_empty_at(timestamptz, timestamptz),
	sso.place_wait(timestamptz, bigint, timestamptz),
	sso.place_count(text, bigint, timestamptz),
	sso.throttle_take_back(bytea, text, text, timestamptz),
	sso.throttle_look(bytea, text, bigint, text, bigint, timestamptz),
	sso.throttle_note(bytea, text, timestamptz),
	sso.throttle_try(bytea, text, bigint, text, bigint, timestamptz),
	sso.use_key(smallint, bigint, timestamptz),
	sso.retire_key(smallint, timestamptz, timestamptz, timestamptz),
	sso.mark_restored(timestamptz)
	TO portillon_app;
