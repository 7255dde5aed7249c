/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few threads for work that takes long, and a bounded queue in front.
 *
 * An item is owned by the pool from pool_submit() until its `finished` runs on
 * the loop; `work` runs on a thread, alone with the item.  Threads are joined
 * by pool_free().
 */
#ifndef WORKERS_POOL_H
#define WORKERS_POOL_H

#include <stdbool.h>

#include "base/memory.h"
#include "loop/handoff.h"

struct event_base;
struct pool;

struct pool_item {
	struct handoff_item back; /* first: the way back to the loop */
	struct pool_item *next; /* the pool's while waiting */
	void (*work)(struct pool_item *); /* on a thread; cannot fail */
	void (*finished)(struct pool_item *); /* on the loop; frees the item */
};

/* `waiting_most` items may wait for a thread, besides those at work. */
struct pool *pool_new(
    struct event_base *, unsigned threads, size_t waiting_most);

/* Another limit from now on; who waits already is not sent away. */
void pool_limit(struct pool *, size_t waiting_most);

/* Waits for items at work; only when none is expected back any more. */
void pool_free(struct pool *);

/* One more would be refused now. */
bool pool_is_full(struct pool *);

/* False, and the item stays the caller's, if the queue is full. */
bool pool_submit(struct pool *, struct pool_item *) MUST_CHECK;

#endif
