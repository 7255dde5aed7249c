/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that stood too long.
 */
#include "store/jam.h"

enum {
	JAM_US = 500 * 1000, /* as long as the lock was waited for */
};

void
jam_note(struct jam *jam, const struct unit *unit, int64_t now)
{
	jam->latest = now + JAM_US;
	jam->until[unit->stuck_at] = jam->latest;
}

bool
jam_stops(const struct jam *jam, const struct unit *unit, int64_t now)
{
	if (jam->latest <= now)
		return false;
	for (enum statement at = 0; at < STATEMENT_COUNT; at++) {
		if (jam->until[at] > now && unit_has(unit, at))
			return true;
	}
	return false;
}
