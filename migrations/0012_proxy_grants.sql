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

GRANT SELECT, INSERT, DELETE ON sso.proxy_grant TO portillon_app;
