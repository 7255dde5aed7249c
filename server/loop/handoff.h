/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passing finished work back from worker threads to the loop.
 *
 * A thread posts an item; the loop that owns the handoff takes it and runs its
 * function.  An item belongs to the handoff between the two.
 */
#ifndef LOOP_HANDOFF_H
#define LOOP_HANDOFF_H

struct event_base;
struct handoff;

struct handoff_item {
	struct handoff_item *next; /* the handoff's while the item is in it */
	void (*arrived)(struct handoff_item *); /* runs on the loop */
};

struct handoff *handoff_new(struct event_base *);

/* Only when no thread can post any more. */
void handoff_free(struct handoff *);

/* From any thread. */
void handoff_post(struct handoff *, struct handoff_item *);

#endif
