/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that stood too long before a lock, or took too long.
 *
 * Results come in order, so one statement that waits holds up everybody behind
 * it.  Where one has just waited until its time-out, the next would wait as
 * well: for a moment those that ask for it are told no at once, and the
 * connection is free for everything else.
 */
#ifndef STORE_JAM_H
#define STORE_JAM_H

#include "store/unit.h"

struct jam {
	int64_t until[STATEMENT_COUNT]; /* monotonic */
	int64_t latest; /* of them */
};

/* The unit was rolled back because of its statement `stuck_at`. */
void jam_note(struct jam *, const struct unit *, int64_t now);

/* Whether the unit has a statement that is not to be tried now. */
bool jam_stops(const struct jam *, const struct unit *, int64_t now);

#endif
