-- SPDX-License-Identifier: Apache-2.0
--
-- The REST endpoints: an application that signs people in by itself, and so
-- learns their passwords, needs to be allowed to.

ALTER TABLE sso.service
	-- gets tickets by REST
	ADD COLUMN rest boolean NOT NULL DEFAULT false;
