/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that stood too long.
 */
#include "store/jam.h"

enum {
	JAM_US = 1000 * 1000, /* twice as long as a lock is waited for */
	FORGOTTEN_US = 5 * 1000 * 1000, /* without a further try */
};

void
jam_note(struct jam *jam, const struct unit *unit, int64_t now)
{
	if (jam->next_try[unit->stuck_at] == 0)
		jam->suspects++;
	jam->next_try[unit->stuck_at] = now + JAM_US;
}

static bool
jam_suspects(const struct jam *jam, const struct unit *unit, enum statement at)
{
	return jam->next_try[at] != 0 && unit_has(unit, at);
}

/* A statement that is hardly ever asked for is not suspected for ever. */
static void
jam_forget(struct jam *jam, int64_t now)
{
	for (enum statement at = 0; at < STATEMENT_COUNT; at++) {
		if (jam->next_try[at] != 0 &&
		    now - jam->next_try[at] > FORGOTTEN_US) {
			jam->next_try[at] = 0;
			jam->suspects--;
		}
	}
}

void
jam_clear(struct jam *jam, const struct unit *unit)
{
	if (jam->suspects == 0)
		return;
	for (enum statement at = 0; at < STATEMENT_COUNT; at++) {
		if (jam_suspects(jam, unit, at)) {
			jam->next_try[at] = 0;
			jam->suspects--;
		}
	}
}

bool
jam_stops(const struct jam *jam, const struct unit *unit, int64_t now)
{
	if (jam->suspects == 0)
		return false;
	for (enum statement at = 0; at < STATEMENT_COUNT; at++) {
		if (jam_suspects(jam, unit, at) && jam->next_try[at] > now)
			return true;
	}
	return false;
}

bool
jam_lets_pass(struct jam *jam, const struct unit *unit, int64_t now)
{
	if (jam->suspects == 0)
		return true;
	jam_forget(jam, now);
	if (jam_stops(jam, unit, now))
		return false;
	for (enum statement at = 0; at < STATEMENT_COUNT; at++) {
		if (jam_suspects(jam, unit, at))
			jam->next_try[at] = now + JAM_US;
	}
	return true;
}
