/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One flow on a small event loop of its own, for commands.
 *
 * So commands call the very store functions that pages call.  The state of a
 * command's flow is its struct run, which points to what the command needs:
 *
 *	CLEANUP(run_clear) struct run run = { .state = &adding };
 */
#ifndef CTL_RUN_H
#define CTL_RUN_H

#include "base/arena.h"
#include "base/memory.h"
#include "loop/flow.h"
#include "store/audit.h"

struct buf;
struct settings;
struct store;

struct run {
	void *state; /* the command's own */
	struct arena arena; /* what the flow fetched; until run_clear() */
	struct store *store; /* while steps run */
	struct audit_origin origin;
	bool unavailable;
	bool released;
};

/*
 * Connects, runs the steps to their end and disconnects.  False and a sentence
 * if the database is not to be had, or gave up midway.
 */
bool run_steps(struct run *, const struct settings *, const struct flow_step *,
    struct buf *why) MUST_CHECK;

/* Who asks, and now, for audit rows; the texts are in the arena. */
struct audit_origin run_origin(struct arena *);

/* The last step of every command: everything asked for is there. */
enum flow_next run_end(struct flow *);

/* Wipes and frees what the flow fetched. */
void run_clear(struct run *);

/* The same as run_steps(), complaining on standard error. */
bool run_or_complain(
    struct run *, const struct settings *, const struct flow_step *) MUST_CHECK;

#endif
