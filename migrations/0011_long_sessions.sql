-- SPDX-License-Identifier: Apache-2.0
--
-- What a visitor and an application wish for besides signing in, kept through
-- a sign-in that takes several pages.

ALTER TABLE sso.sign_in
	-- how the ticket goes to the application; NULL: in its address
	ADD COLUMN method text CHECK (method IN ('POST', 'HEADER')),
	ADD COLUMN warn boolean NOT NULL DEFAULT false;

ALTER TABLE sso.session
	-- wants to be asked before each application
	ADD COLUMN warn boolean NOT NULL DEFAULT false;
