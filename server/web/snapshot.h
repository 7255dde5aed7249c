/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of services as a gate knows it, and how it stays up to date.
 *
 * Statements that decide return the database's generation.  A flow that sees a
 * newer one than its gate's snapshot calls snapshot_follow() and, in its next
 * step, snapshot_settle(): it never decides on an old registry.
 */
#ifndef WEB_SNAPSHOT_H
#define WEB_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/str.h"

struct flow;
struct gate;
struct request;
struct service;

/* A flow that waits for the registry; in the list of its gate meanwhile. */
struct snapshot_waiter {
	struct snapshot_waiter *next;
	struct flow *flow;
	int64_t generation; /* the oldest that it can do with */
};

/*
 * Asks for the registry if `generation` is newer than the gate's.  However many
 * ask, a gate reads it once.
 */
void snapshot_follow(struct request *, struct flow *, int64_t generation);

/*
 * The request looks at the gate's registry from now on.  False if there is
 * none, or its generation wants a key that this node lacks: then nothing can be
 * granted and the answer is 503.
 */
bool snapshot_settle(struct request *) MUST_CHECK;

/* Has the gate a registry, and the keys to make new things with: the very
 * secrets that the operator meant, not only their numbers? */
bool snapshot_usable(const struct gate *);

/* The registered service of a canonical URL, NULL if none, disabled, or
 * not valid at this time. */
const struct service *snapshot_service(
    const struct request *, struct str canonical_url);

/* The same of a number. */
const struct service *snapshot_service_of(const struct request *, int64_t id);

/*
 * Reads the first snapshot and then looks for a newer generation every second,
 * so that also what never asks the database (the bare form) follows.
 */
void snapshot_keep(struct gate *);

#endif
