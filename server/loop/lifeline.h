/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child's end of its channel to the master, on its event loop.
 *
 * Says once a second that the loop still turns: a child that is silent for ten
 * seconds is killed and replaced.
 */
#ifndef LOOP_LIFELINE_H
#define LOOP_LIFELINE_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct lifeline;

/* What the master asks for; NULL for what does not concern this child. */
struct lifeline_ops {
	/* Read everything again; false: something is wrong, the old stays. */
	bool (*reload)(void *context);
	/* End; a successor already has the door. */
	void (*leave)(void *context);
	/* End: the master is gone. */
	void (*orphaned)(void *context);
	void (*adopt)(size_t socket, void *context);
	void (*give_back)(size_t socket, void *context);
};

/* Takes over the descriptor. */
struct lifeline *lifeline_new(struct event_base *, int channel,
    const struct lifeline_ops *, void *context);
void lifeline_free(struct lifeline *);

/* The child can do its work. */
void lifeline_tell_ready(struct lifeline *);

#endif
