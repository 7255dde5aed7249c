/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow answers one request in steps.
 *
 * A step asks for what it needs (rows, a password check), names the place
 * where the result goes, and returns.  The next step runs once everything
 * asked for has arrived; a step that asks for nothing is followed at once.
 * Steps never block and never see a half-finished answer.
 *
 * When something asked for cannot be had (database away, queue full) or the
 * deadline passes, the runner replies "unavailable" and no later step runs.
 * What the protocol must know (ticket used, wrong password) is not a failure
 * but a result in the state.
 *
 * The state lives until its last answer is in, even when the client has long
 * had its 503.
 */
#ifndef LOOP_FLOW_H
#define LOOP_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct event_base;
struct flow;

enum flow_next {
	FLOW_NEXT, /* go on when all that was asked for is here */
	FLOW_DONE, /* the reply is given; only if nothing was asked */
};

struct flow_step {
	const char *name;
	enum flow_next (*run)(struct flow *);
};

/* clang-format off */
#define FLOW_STEP(function) { #function, function }
#define FLOW_END { 0 }
/* clang-format on */

struct flow_ops {
	/* Reply that the request cannot be answered now. */
	void (*unavailable)(void *state);
	/* Nothing points to the state any more: free it. */
	void (*release)(void *state);
};

struct flow_start {
	struct event_base *base;
	const struct flow_step *steps;
	const struct flow_ops *ops;
	void *state;
	struct arena
	    *arena; /* where answers put their texts; the state's own */
	const char *id; /* request id for traces; lives as long as the state */
	struct str name; /* what is asked for: a route; lives as long too */
	int deadline_ms;
	int64_t slow_us; /* one that takes longer is logged; 0: none is */
};

/* May run steps, and even release the state, before it returns. */
void flow_start(const struct flow_start *);

/* Goes on with the first step of another table; called from a step. */
void flow_become(struct flow *, const struct flow_step *);

void *flow_state(const struct flow *);
struct arena *flow_arena(const struct flow *);
const char *flow_id(const struct flow *);
struct event_base *flow_base(const struct flow *);

/* The number of the running step, different for each run of a step. */
uint64_t flow_turn(const struct flow *);

/*
 * For the modules that fetch what a step asks for: each flow_asked() is met by
 * one flow_answered(), never inside the call that asked.  `whom` is a literal
 * such as "database", for the line about a slow flow.  `trouble` is one too,
 * why it cannot be had, for the log; NULL: all is well.
 */
void flow_asked(struct flow *, const char *whom);
void flow_answered(struct flow *, const char *trouble);

/*
 * What the running step asks for may take long: the deadline is `ms` from now,
 * whatever it was.
 */
void flow_allow(struct flow *, int ms);

/* Flows begun and not yet released, in this process. */
unsigned flow_count(void);

#endif
