-- SPDX-License-Identifier: Apache-2.0
--
-- A generator is offered on the way in: a step of its own, behind which the
-- session waits, and with it what was said with the code.

ALTER TABLE sso.sign_in
	DROP CONSTRAINT sign_in_step_check,
	ADD CONSTRAINT sign_in_step_check CHECK (step IN
		('code', 'offer', 'proof', 'set up', 'codes', 'right', 'done',
		'ended')),
	-- the person wants this browser trusted
	ADD COLUMN trust boolean NOT NULL DEFAULT false,
	-- the generator that was set up in it
	ADD COLUMN enrolment_id bigint;
