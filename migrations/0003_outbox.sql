-- SPDX-License-Identifier: Apache-2.0
--
-- What is to be told to the outside, committed with the change that causes it
-- and delivered afterwards by a courier: for now mails.

CREATE TABLE sso.outbox (
	-- random, drawn by the sender: the payload is sealed for it, asking to
	-- add the row again adds nothing, and the mail is known by it outside
	id bigint PRIMARY KEY CHECK (id > 0),
	kind text NOT NULL CHECK (kind IN ('mail')),
	account_id bigint REFERENCES sso.account ON DELETE SET NULL,
	created_at timestamptz NOT NULL,
	-- of no use to anybody after that: it is given up
	expires_at timestamptz NOT NULL,
	-- when it is tried next; a courier that claims it moves this to the time
	-- until which the row is left to it
	due_at timestamptz NOT NULL,
	tries integer NOT NULL DEFAULT 0,
	-- the claim that holds it; NULL: none
	claimed_by text CHECK (char_length(claimed_by) BETWEEN 1 AND 80),
	delivered_at timestamptz,
	failed_at timestamptz, -- given up
	last_error text CHECK (char_length(last_error) <= 200),
	key_id smallint NOT NULL CHECK (key_id BETWEEN 1 AND 255),
	-- sealed; NULL once delivered or given up
	payload bytea CHECK (octet_length(payload) <= 32768),
	CHECK (delivered_at IS NULL OR failed_at IS NULL),
	CHECK ((payload IS NULL) =
		(delivered_at IS NOT NULL OR failed_at IS NOT NULL))
);

CREATE INDEX outbox_due ON sso.outbox (due_at) WHERE payload IS NOT NULL;
CREATE INDEX outbox_old ON sso.outbox (created_at) WHERE payload IS NULL;
CREATE INDEX outbox_account ON sso.outbox (account_id)
	WHERE account_id IS NOT NULL;

-- Who wrote it, when and for whom does not change.
GRANT SELECT, INSERT, DELETE,
	UPDATE (due_at, tries, claimed_by, delivered_at, failed_at, last_error,
		payload)
	ON sso.outbox TO portillon_app;
