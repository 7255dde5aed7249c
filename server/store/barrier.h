/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flush barrier: which committed units are known to be durable.
 *
 * Commits on the quick lane are not flushed.  A barrier, one statement that
 * commits synchronously on a connection of its own, flushes everything in
 * front of it.  It vouches for a unit only if
 *
 *   - it was sent after the unit's Sync had come back, and
 *   - it came back on the flush connection that was up when the unit was
 *     committed, to the server that committed it.
 *
 * Without the second rule a server that crashed in between, losing the commit,
 * would vouch for it after its restart on a new connection.  So when the flush
 * connection is lost, the units that wait are as unknown as those under way.
 */
#ifndef STORE_BARRIER_H
#define STORE_BARRIER_H

#include "store/unit.h"

struct barrier {
	struct unit_queue waiting; /* committed behind the last barrier sent */
	struct unit_queue covered; /* by the barrier under way */
	bool under_way;
};

/* A unit that was committed; owned until it comes out of one of these. */
void barrier_add(struct barrier *, struct unit *);

/* The barrier to send now, NULL if none is needed. */
struct unit *barrier_begin(struct barrier *);

/* It came back: the units it vouches for. */
struct unit_queue barrier_end(struct barrier *);

/* The flush connection is lost: all units, of which nobody knows. */
struct unit_queue barrier_lost(struct barrier *);

/* Takes out the units that were asked before `oldest`. */
void barrier_expire(struct barrier *, int64_t oldest, struct unit_queue *out);

#endif
