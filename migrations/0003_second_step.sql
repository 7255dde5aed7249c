-- SPDX-License-Identifier: Apache-2.0
--
-- The second step: where codes are sent, generators and their recovery codes,
-- browsers and whom they are trusted for, sign-ins in progress, networks,
-- policies, decisions.

ALTER TABLE sso.account
	-- what was verified up to then makes no browser trusted any more
	ADD COLUMN trust_epoch timestamptz,
	-- when a second step was first offered; what is left is the policy's
	ADD COLUMN offered_at timestamptz,
	ADD COLUMN skips integer NOT NULL DEFAULT 0,
	-- when a better factor was last shown
	ADD COLUMN encouraged_at timestamptz,
	-- when the person, or an administrator, removed the last factor
	ADD COLUMN removed_at timestamptz,
	ADD COLUMN reset_at timestamptz;

CREATE TABLE sso.address (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account_id bigint NOT NULL REFERENCES sso.account ON DELETE CASCADE,
	email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
	kind text NOT NULL CHECK (kind IN ('personal', 'institutional')),
	source text NOT NULL CHECK (source IN ('directory', 'office', 'self')),
	verified_at timestamptz,
	changed_at timestamptz, -- NULL: the first one on record
	bounced_at timestamptz,
	UNIQUE (account_id, email)
);

-- A generator.  One that is pending proves nothing, and one that is revoked
-- stays for the trail.  The number is random: the secret is sealed for it before
-- the row is there.
CREATE TABLE sso.enrolment (
	id bigint PRIMARY KEY CHECK (id > 0),
	account_id bigint NOT NULL REFERENCES sso.account ON DELETE CASCADE,
	factor text NOT NULL CHECK (factor IN ('totp')),
	label text NOT NULL DEFAULT '' CHECK (char_length(label) <= 64),
	state text NOT NULL CHECK (state IN ('pending', 'active', 'revoked')),
	-- the one sign-in or session that may confirm it; NULL: none any more
	holder text UNIQUE CHECK (holder ~ '^(sign-in|session) [0-9]+$'),
	-- sealed with generation key_id, for this row; NULL once revoked
	secret bytea,
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	-- of the last code that was accepted: only a later one is
	last_step bigint NOT NULL DEFAULT -1,
	drift smallint NOT NULL DEFAULT 0 CHECK (drift BETWEEN -20 AND 20),
	voluntary boolean NOT NULL DEFAULT false, -- no policy demanded it
	created_at timestamptz NOT NULL,
	confirmed_at timestamptz,
	last_used_at timestamptz,
	revoked_at timestamptz,
	CHECK ((state = 'revoked') = (secret IS NULL)),
	CHECK (state = 'pending' OR holder IS NULL)
);

CREATE INDEX enrolment_account ON sso.enrolment (account_id);

CREATE TABLE sso.recovery_code (
	enrolment_id bigint NOT NULL REFERENCES sso.enrolment ON DELETE CASCADE,
	slot smallint NOT NULL CHECK (slot BETWEEN 1 AND 16),
	hash text NOT NULL CHECK (hash <> ''),
	used_at timestamptz,
	PRIMARY KEY (enrolment_id, slot)
);

-- A browser holds a number and a secret that changes at each sign-in, each made
-- of the one before.  Before the last one has been seen, an answer may have been
-- lost: the one before is good until then, and for a minute after.
CREATE TABLE sso.browser (
	id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
	mac bytea NOT NULL CHECK (octet_length(mac) = 32),
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	previous_mac bytea CHECK (octet_length(previous_mac) = 32),
	previous_key_id smallint,
	older_mac bytea CHECK (octet_length(older_mac) = 32),
	older_until timestamptz,
	first_seen_at timestamptz NOT NULL,
	last_seen_at timestamptz NOT NULL,
	user_agent text CHECK (char_length(user_agent) <= 256)
) WITH (fillfactor = 80);

CREATE INDEX browser_last_seen ON sso.browser (last_seen_at);

-- One row per person and browser: several people may share one.
CREATE TABLE sso.browser_trust (
	account_id bigint NOT NULL REFERENCES sso.account ON DELETE CASCADE,
	browser_id bytea NOT NULL REFERENCES sso.browser ON DELETE CASCADE,
	name text NOT NULL DEFAULT '' CHECK (char_length(name) <= 64),
	known_at timestamptz NOT NULL,
	trusted_at timestamptz, -- NULL: only known
	verified_at timestamptz,
	verified_by text,
	enrolment_id bigint, -- the generator that verified it
	last_sign_in_at timestamptz NOT NULL,
	revoked_at timestamptz,
	revoked_why text,
	PRIMARY KEY (account_id, browser_id)
) WITH (fillfactor = 80);

CREATE INDEX browser_trust_browser ON sso.browser_trust (browser_id);

-- A sign-in in progress: the password was right, the rest is not there yet.
CREATE TABLE sso.sign_in (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- of the cookie of the browser that began it
	mac bytea NOT NULL UNIQUE CHECK (octet_length(mac) = 32),
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	account_id bigint NOT NULL,
	account_epoch bigint NOT NULL,
	step text NOT NULL CHECK (step IN
		('code', 'proof', 'set up', 'codes', 'right', 'done', 'ended')),
	began_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	password_at timestamptz NOT NULL,
	verified_at timestamptz,
	verified_by text,
	skipped text CHECK (skipped IN ('off', 'zone', 'trust', 'exempt')),
	service_url text,
	renew boolean NOT NULL DEFAULT false,
	-- of the session that it opened: asked again, this request finds it
	opened_mac bytea CHECK (octet_length(opened_mac) = 32)
) WITH (fillfactor = 60);

CREATE INDEX sign_in_account ON sso.sign_in (account_id);
CREATE INDEX sign_in_expires ON sso.sign_in (expires_at);

CREATE TABLE sso.email_code (
	sign_in bigint PRIMARY KEY REFERENCES sso.sign_in ON DELETE CASCADE,
	account_id bigint NOT NULL,
	address_id bigint NOT NULL REFERENCES sso.address ON DELETE CASCADE,
	mac bytea NOT NULL CHECK (octet_length(mac) = 32),
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	made_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	tries smallint NOT NULL DEFAULT 0,
	used_at timestamptz
);

-- When codes were sent to the person, within the last day.
CREATE TABLE sso.email_sent (
	account_id bigint PRIMARY KEY REFERENCES sso.account ON DELETE CASCADE,
	sent timestamptz[] NOT NULL
);

ALTER TABLE sso.session
	ADD COLUMN verified_at timestamptz,
	ADD COLUMN verified_by text,
	ADD COLUMN skipped text,
	ADD COLUMN browser_id bytea;

CREATE TABLE sso.zone (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tenant_id bigint NOT NULL REFERENCES sso.tenant,
	key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
	label text NOT NULL CHECK (label <> ''),
	prefixes jsonb NOT NULL CHECK (jsonb_typeof(prefixes) = 'array'),
	skip_ok boolean NOT NULL DEFAULT false,
	shared_computers boolean NOT NULL DEFAULT false,
	enrol_ok boolean NOT NULL DEFAULT false,
	blocked boolean NOT NULL DEFAULT false,
	UNIQUE (tenant_id, key)
);

-- Versions are never changed; the highest number of a tenant holds.
CREATE TABLE sso.policy_version (
	tenant_id bigint NOT NULL REFERENCES sso.tenant,
	number bigint NOT NULL CHECK (number > 0),
	document text NOT NULL CHECK (document <> ''),
	comment text NOT NULL DEFAULT '',
	activated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, number)
);

CREATE TRIGGER raise_generation
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sso.zone
FOR EACH STATEMENT EXECUTE FUNCTION sso.raise_generation();

CREATE TRIGGER raise_generation
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sso.policy_version
FOR EACH STATEMENT EXECUTE FUNCTION sso.raise_generation();

-- What was decided and why.  Facts have no secrets and no mail addresses.
CREATE TABLE sso.decision (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code text NOT NULL CHECK (code <> ''), -- what a person tells the desk
	at timestamptz NOT NULL,
	account_id bigint NOT NULL,
	service_id bigint,
	sign_in bigint, -- NULL: none was begun
	session bigint, -- NULL: none was opened
	tenant text, -- NULL: of no organisation in particular
	policy_number bigint NOT NULL, -- 0: it has no policy
	profile text,
	rule text, -- NULL: the default
	outcome text NOT NULL,
	floors jsonb NOT NULL CHECK (jsonb_typeof(floors) = 'array'),
	reasons jsonb NOT NULL CHECK (jsonb_typeof(reasons) = 'array'),
	facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object')
);

CREATE INDEX decision_account ON sso.decision (account_id, id);
CREATE INDEX decision_code ON sso.decision (code);

-- Counts a try at a second step, unless one has to wait: from the 5th failure a
-- minute, from the 10th fifteen, 25 in 24 hours, and 100 in a row are all.
ALTER TABLE sso.throttle ADD COLUMN in_a_row integer NOT NULL DEFAULT 0;

CREATE FUNCTION sso.factor_wait(tries timestamptz[], in_a_row integer,
	moment timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
	SELECT CASE WHEN later > moment THEN later END
	FROM (
		SELECT greatest(
			CASE WHEN failures >= 10 THEN
				recent[failures] + interval '15 minutes'
			WHEN failures >= 5 THEN
				recent[failures] + interval '1 minute' END,
			CASE WHEN failures >= 25 THEN
				recent[failures - 24] + interval '24 hours' END,
			CASE WHEN in_a_row >= 100 THEN 'infinity'::timestamptz END
		) AS later
		FROM (
			SELECT recent, cardinality(recent) AS failures
			FROM (
				SELECT sso.throttle_recent(tries, moment) AS recent
			) AS kept
		) AS counted
	) AS due);

CREATE FUNCTION sso.factor_try(counted bytea, moment timestamptz,
	OUT wait_until timestamptz, OUT failures integer)
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO sso.throttle AS t (kind, name, tries, swept_after, in_a_row)
	VALUES ('second step', counted, ARRAY[moment],
		moment + interval '400 days', 1)
	ON CONFLICT (kind, name) DO UPDATE SET
		tries = sso.throttle_recent(t.tries, moment) || moment,
		swept_after = excluded.swept_after,
		in_a_row = t.in_a_row + 1
	WHERE sso.factor_wait(t.tries, t.in_a_row, moment) IS NULL;
	IF FOUND THEN
		SELECT cardinality(t.tries) INTO failures FROM sso.throttle AS t
		WHERE t.kind = 'second step' AND t.name = counted;
	ELSE
		SELECT sso.factor_wait(t.tries, t.in_a_row, moment),
		       cardinality(t.tries)
		INTO wait_until, failures FROM sso.throttle AS t
		WHERE t.kind = 'second step' AND t.name = counted;
		-- forgotten between the two: then it is not counted either
		wait_until := coalesce(wait_until, moment + interval '1 second');
	END IF;
END
$$;

-- A browser shows its secret; `follower` is what comes next if that is the last
-- one.  `key` makes the cookie that goes back.  Whoever shows a secret that was
-- left behind has copied it, or was copied: then the browser is trusted no more.
CREATE FUNCTION sso.browser_show(shown_id bytea, shown bytea, follower bytea,
	follower_key smallint, moment timestamptz, agent text,
	OUT verdict text, OUT key smallint)
LANGUAGE plpgsql AS $$
DECLARE
	b sso.browser;
BEGIN
	SELECT * INTO b FROM sso.browser WHERE id = shown_id FOR UPDATE;
	IF NOT FOUND THEN
		verdict := 'unknown';
	ELSIF b.mac = shown THEN
		UPDATE sso.browser SET mac = follower, key_id = follower_key,
			previous_mac = b.mac, previous_key_id = b.key_id,
			older_mac = b.previous_mac,
			older_until = moment + interval '1 minute',
			last_seen_at = moment, user_agent = agent
		WHERE id = shown_id;
		verdict := 'good';
		key := follower_key;
	ELSIF b.previous_mac = shown THEN
		verdict := 'good';
		key := b.key_id;
	ELSIF b.older_mac = shown AND b.older_until > moment THEN
		verdict := 'good';
		key := b.previous_key_id;
	ELSE
		UPDATE sso.browser_trust
		SET revoked_at = moment, revoked_why = 'copied'
		WHERE browser_id = shown_id AND revoked_at IS NULL;
		verdict := 'copied';
	END IF;
END
$$;

REVOKE ALL ON FUNCTION
	sso.factor_wait(timestamptz[], integer, timestamptz),
	sso.factor_try(bytea, timestamptz),
	sso.browser_show(bytea, bytea, bytea, smallint, timestamptz, text)
	FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
	sso.factor_wait(timestamptz[], integer, timestamptz),
	sso.factor_try(bytea, timestamptz),
	sso.browser_show(bytea, bytea, bytea, smallint, timestamptz, text)
	TO portillon_app;
GRANT SELECT, INSERT, UPDATE, DELETE
	ON sso.address, sso.enrolment, sso.recovery_code, sso.browser,
	sso.browser_trust, sso.sign_in, sso.email_code, sso.email_sent, sso.zone
	TO portillon_app;
GRANT SELECT, INSERT ON sso.policy_version TO portillon_app;
GRANT SELECT, INSERT, DELETE ON sso.decision TO portillon_app;
