-- SPDX-License-Identifier: Apache-2.0
--
-- People, services, sessions, spent tickets, counters, audit.
--
-- Schema sso exists and belongs to portillon_migrator, who runs this.  What
-- portillon_app may do is listed at the end; whatever is not there it may not.

CREATE TABLE sso.tenant (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
	name text NOT NULL CHECK (name <> '')
);

-- The tenant of an installation that has only one.
INSERT INTO sso.tenant (slug, name) VALUES ('main', 'Main');

-- One person is one account, whatever the number of tenants.
CREATE TABLE sso.account (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- canonical: printable ASCII without blanks, lower case
	login text NOT NULL UNIQUE CHECK (login ~ '^[!-@[-~]{1,128}$'),
	display_name text NOT NULL,
	password text CHECK (password <> ''),
	attributes jsonb NOT NULL DEFAULT '{}'
		CHECK (jsonb_typeof(attributes) = 'object'),
	-- raised to end all sessions of the account
	epoch bigint NOT NULL DEFAULT 0,
	state text NOT NULL DEFAULT 'active'
		CHECK (state IN ('active', 'disabled', 'locked')),
	created_at timestamptz NOT NULL
);

CREATE TABLE sso.membership (
	account_id bigint NOT NULL REFERENCES sso.account ON DELETE CASCADE,
	tenant_id bigint NOT NULL REFERENCES sso.tenant,
	type text NOT NULL DEFAULT '',
	groups jsonb NOT NULL DEFAULT '[]'
		CHECK (jsonb_typeof(groups) = 'array'),
	PRIMARY KEY (account_id, tenant_id)
);

CREATE INDEX membership_tenant ON sso.membership (tenant_id);

CREATE TABLE sso.service (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant_id bigint NOT NULL REFERENCES sso.tenant,
	name text NOT NULL CHECK (name <> ''),
	pattern text NOT NULL UNIQUE CHECK (pattern <> ''),
	-- attribute names; "*" for all
	released jsonb NOT NULL DEFAULT '[]'
		CHECK (jsonb_typeof(released) = 'array'),
	enabled boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL
);

CREATE INDEX service_tenant ON sso.service (tenant_id);

-- last_used_at has no index and pages keep room, so that a touch stays on its
-- page and changes no index.  A ticket holds 48 bits of the number.
CREATE TABLE sso.session (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
		CHECK (number > 0 AND number < 281474976710656),
	mac bytea NOT NULL UNIQUE CHECK (octet_length(mac) = 32),
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	-- no foreign keys: this row is read far more often than an account goes,
	-- and one whose account is gone is not alive
	account_id bigint NOT NULL,
	account_epoch bigint NOT NULL,
	created_at timestamptz NOT NULL,
	last_used_at timestamptz NOT NULL,
	password_at timestamptz NOT NULL,
	ended_at timestamptz,
	client_address text,
	user_agent text CHECK (char_length(user_agent) <= 256)
) WITH (fillfactor = 80);

CREATE INDEX session_account ON sso.session (account_id);
CREATE INDEX session_created ON sso.session (created_at);
CREATE INDEX session_ended ON sso.session (ended_at) WHERE ended_at IS NOT NULL;

-- A row says that a ticket was spent, and by which request.  Partitioned by
-- the UTC day of issue; sso.keep_partitions makes and drops them.
CREATE TABLE sso.redemption (
	session bigint NOT NULL,
	issued_at bigint NOT NULL, -- seconds since 1970 UTC
	random bytea NOT NULL CHECK (octet_length(random) = 6),
	request uuid NOT NULL,
	service_id bigint, -- NULL: presented by a service it was not for
	ticket text NOT NULL,
	redeemed_at timestamptz NOT NULL,
	PRIMARY KEY (session, issued_at, random)
) PARTITION BY RANGE (issued_at);

-- The tries of the last 24 hours under a name (a keyed hash), each counted as a
-- failure before anything was compared.  A right secret deletes the row.
CREATE TABLE sso.throttle (
	kind text NOT NULL,
	name bytea NOT NULL CHECK (octet_length(name) = 32),
	tries timestamptz[] NOT NULL,
	-- for whom the last call counted nothing: when to come again
	wait_until timestamptz,
	swept_after timestamptz NOT NULL,
	PRIMARY KEY (kind, name)
) WITH (fillfactor = 70);

CREATE INDEX throttle_swept ON sso.throttle (swept_after);

-- One row.  The number is raised by every change of what gates keep in memory.
CREATE TABLE sso.generation (
	singleton smallint PRIMARY KEY DEFAULT 1 CHECK (singleton = 1),
	number bigint NOT NULL,
	-- raised when a backup came back: tickets from before it do not open
	restore_epoch bigint NOT NULL,
	active_key smallint NOT NULL CHECK (active_key BETWEEN 1 AND 255)
);

INSERT INTO sso.generation (number, restore_epoch, active_key)
VALUES (1, 1, 1);

-- Appended, never changed.
CREATE TABLE sso.audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL,
	kind text NOT NULL CHECK (kind <> ''),
	account_id bigint,
	service_id bigint,
	session bigint,
	client_address text,
	request text,
	detail jsonb CHECK (jsonb_typeof(detail) = 'object')
);

CREATE INDEX audit_at ON sso.audit USING brin (at);
CREATE INDEX audit_account ON sso.audit (account_id, id)
	WHERE account_id IS NOT NULL;

-- The tries that still count at a moment, oldest first.
CREATE FUNCTION sso.throttle_recent(tries timestamptz[], moment timestamptz)
RETURNS timestamptz[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
	SELECT try FROM unnest(tries) AS try
	WHERE try > moment - interval '24 hours' ORDER BY try);

-- When the next try may be made: NULL, at once.  From the 5th failure on one
-- waits 1, 2, 4, 8, then 15 minutes; and 25 in any 24 hours are all.
CREATE FUNCTION sso.throttle_wait(tries timestamptz[], moment timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
	SELECT CASE WHEN later > moment THEN later END
	FROM (
		SELECT greatest(
			CASE WHEN failures >= 5 THEN recent[failures] +
				least(interval '15 minutes', interval '1 minute' *
				    (1 << least(failures - 5, 4))) END,
			CASE WHEN failures >= 25 THEN
				recent[failures - 24] + interval '24 hours' END
		) AS later
		FROM (
			SELECT recent, cardinality(recent) AS failures
			FROM (
				SELECT sso.throttle_recent(tries, moment) AS recent
			) AS kept
		) AS counted
	) AS due);

CREATE FUNCTION sso.raise_generation()
RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	UPDATE sso.generation SET number = number + 1;
	RETURN NULL;
END
$$;

CREATE TRIGGER raise_generation
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sso.tenant
FOR EACH STATEMENT EXECUTE FUNCTION sso.raise_generation();

CREATE TRIGGER raise_generation
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sso.service
FOR EACH STATEMENT EXECUTE FUNCTION sso.raise_generation();

-- Partitions from the day before `today` to seven days after it; drops those
-- that lie more than `keep_days` before it.  Partitions are named
-- redemption_YYYYMMDD after the UTC day of issue.
CREATE FUNCTION sso.keep_partitions(today date, keep_days integer DEFAULT 8,
	OUT made integer, OUT dropped integer, OUT ahead integer)
LANGUAGE plpgsql SECURITY DEFINER
-- dropping waits for every redemption under way and stops all new ones
SET search_path = '' SET lock_timeout = '200ms' AS $$
DECLARE
	day date;
	part text;
	start bigint;
BEGIN
	IF keep_days < 2 THEN
		RAISE EXCEPTION 'redemptions are kept for at least 2 days';
	END IF;
	-- two callers at once would both try to make the same partition
	PERFORM pg_advisory_xact_lock(7309453, 1);
	made := 0;
	dropped := 0;
	ahead := 0;
	FOR day IN SELECT today + n FROM generate_series(-1, 7) AS n LOOP
		part := 'redemption_' || to_char(day, 'YYYYMMDD');
		start := (day - date '1970-01-01')::bigint * 86400;
		IF to_regclass('sso.' || part) IS NULL THEN
			-- attaching, other than creating in place, lets others insert
			EXECUTE format('CREATE TABLE sso.%I '
			    '(LIKE sso.redemption INCLUDING CONSTRAINTS)', part);
			EXECUTE format('ALTER TABLE sso.redemption '
			    'ATTACH PARTITION sso.%I FOR VALUES FROM (%s) TO (%s)',
			    part, start, start + 86400);
			made := made + 1;
		END IF;
		IF day > today THEN
			ahead := ahead + 1;
		END IF;
	END LOOP;
	FOR part IN
		SELECT c.relname
		FROM pg_inherits AS i
		JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'sso.redemption'::regclass
		AND c.relname ~ '^redemption_[0-9]{8}$'
		AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - keep_days
	LOOP
		EXECUTE format('DROP TABLE sso.%I', part);
		dropped := dropped + 1;
	END LOOP;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sso FROM PUBLIC;

GRANT USAGE ON SCHEMA sso TO portillon_app, portillon_auditor;
GRANT SELECT, INSERT, UPDATE, DELETE
	ON sso.account, sso.membership, sso.service, sso.session, sso.throttle
	TO portillon_app;
GRANT SELECT, INSERT ON sso.tenant TO portillon_app;
GRANT SELECT, INSERT, UPDATE (request) ON sso.redemption TO portillon_app;
GRANT SELECT ON sso.generation TO portillon_app;
GRANT INSERT ON sso.audit TO portillon_app;
GRANT SELECT ON sso.audit TO portillon_auditor;
GRANT EXECUTE ON FUNCTION
	sso.throttle_recent(timestamptz[], timestamptz),
	sso.throttle_wait(timestamptz[], timestamptz),
	sso.keep_partitions(date, integer)
	TO portillon_app;
