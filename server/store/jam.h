/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that stood too long before a lock, or took too long.
 *
 * Results come in order, so one statement that waits holds up everybody behind
 * it.  Where one has just waited until its time-out the next would as well: so
 * until one of them succeeds, one a second may try, the others are told no at
 * once, and the connection is free for everything else.
 */
#ifndef STORE_JAM_H
#define STORE_JAM_H

#include "store/unit.h"

struct jam {
	int64_t next_try[STATEMENT_COUNT]; /* monotonic; 0: no suspicion */
	unsigned suspects; /* how many are not 0 */
};

/* The unit was rolled back because of its statement `stuck_at`. */
void jam_note(struct jam *, const struct unit *, int64_t now);

/* The unit was committed: nothing in it is under suspicion. */
void jam_clear(struct jam *, const struct unit *);

/* Whether the unit need not even begin to wait. */
bool jam_stops(const struct jam *, const struct unit *, int64_t now);

/* Whether the unit may be sent; if something in it is suspected, it is the try
 * of this second. */
bool jam_lets_pass(struct jam *, const struct unit *, int64_t now);

#endif
