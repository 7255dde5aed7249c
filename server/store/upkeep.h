/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Upkeep of the tables: partitions ahead, rows nobody needs swept away.
 *
 * For the courier, on the slow lane.  Several may run at the same time: each
 * call does what is left to do.
 */
#ifndef STORE_UPKEEP_H
#define STORE_UPKEEP_H

#include <stdint.h>

struct flow;
struct store;

/* How long what is over is remembered. */
enum {
	UPKEEP_REDEMPTION_DAYS = 8,
	UPKEEP_DECISION_DAYS = 180,
	UPKEEP_SIGN_IN_DAYS = 1, /* and generators that are pending */
	UPKEEP_BROWSER_DAYS = 400 /* browsers keep no cookie for longer */
};

struct upkeep_partitions {
	int64_t made;
	int64_t dropped;
	int64_t ahead; /* whole days from tomorrow on that have a partition */
};

/* Days of redemptions that are kept, today not counted: at least 2. */
void upkeep_partitions(struct store *, struct flow *, int64_t now,
    int64_t keep_days, struct upkeep_partitions *into);

struct upkeep_swept {
	int64_t count; /* rows deleted; as many as asked for: call again */
};

/* Sessions ended, or opened so long ago that no limit can keep them alive. */
struct upkeep_session_sweep {
	int64_t ended_before;
	int64_t opened_before;
	int64_t most; /* rows in one go */
};

void upkeep_sweep_sessions(struct store *, struct flow *,
    const struct upkeep_session_sweep *, struct upkeep_swept *into);

/* Counters whose last failure is older than the 24 hours they look back. */
void upkeep_sweep_throttle(struct store *, struct flow *, int64_t now,
    int64_t most, struct upkeep_swept *into);

/* Counters of addresses and networks that count nothing any more. */
void upkeep_sweep_places(struct store *, struct flow *, int64_t now,
    int64_t most, struct upkeep_swept *into);

/* Decisions made before a moment. */
void upkeep_sweep_decisions(struct store *, struct flow *, int64_t before,
    int64_t most, struct upkeep_swept *into);

/* Sign-ins in progress that were over before a moment, with their codes. */
void upkeep_sweep_sign_ins(struct store *, struct flow *, int64_t before,
    int64_t most, struct upkeep_swept *into);

/* Generators begun before a moment, and never confirmed. */
void upkeep_sweep_pending(struct store *, struct flow *, int64_t before,
    int64_t most, struct upkeep_swept *into);

/* Browsers last seen before a moment, and what they were trusted for. */
void upkeep_sweep_browsers(struct store *, struct flow *, int64_t before,
    int64_t most, struct upkeep_swept *into);

#endif
