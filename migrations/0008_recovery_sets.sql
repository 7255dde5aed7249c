-- SPDX-License-Identifier: Apache-2.0
--
-- Recovery codes may be replaced while the generator stays.

-- Names the list of codes that counts, so that of two pages that replace the
-- same list one does; random.  NULL: the list that came with the generator.
ALTER TABLE sso.enrolment ADD COLUMN recovery_set bigint
	CHECK (recovery_set > 0);
