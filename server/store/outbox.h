/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox: what is to be delivered outside, and what became of it.
 *
 * Asked in the same step as a change, outbox_add() commits with the change: it
 * is told if and only if it happened.  A courier claims rows before it acts, so
 * that no other one acts at the same time, and settles them afterwards.  A row
 * whose courier went in between is due again when its claim has run out: at
 * least once, and the same id each time.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "base/str.h"
#include "store/upkeep.h"

struct flow;
struct row_list;
struct store;

struct outbox_item {
	int64_t id; /* random, above 0 */
	int64_t account_id; /* whom it is about; 0: nobody */
	int64_t now; /* microseconds since 1970 UTC, as all times here */
	int64_t expires_at; /* nobody wants it after that */
	int64_t key_id; /* that the payload is sealed with */
	struct str payload; /* at most 32 KiB */
};

void outbox_add(struct store *, struct flow *, const struct outbox_item *);

struct outbox_claim {
	struct str by; /* random, another one for each claim */
	int64_t now;
	int64_t until; /* others leave the rows alone till then */
	int64_t most; /* rows */
};

struct outbox_claimed {
	int64_t id;
	int64_t created_at;
	int64_t expires_at;
	int64_t tries; /* this one included */
	int64_t key_id;
	struct str payload;
};

/* A list of `struct outbox_claimed`, the longest due first. */
void outbox_claim(struct store *, struct flow *, const struct outbox_claim *,
    struct row_list *into);

struct outbox_outcome {
	int64_t id;
	struct str by; /* the claim */
	int64_t now;
	bool delivered;
	int64_t again_at; /* 0: no more tries; if not delivered, given up */
	struct str why; /* at most 200 letters, no secrets; STR_NONE: nothing */
};

/* Does nothing if the claim does not hold the row any more. */
void outbox_settle(
    struct store *, struct flow *, const struct outbox_outcome *);

struct outbox_state {
	int64_t waiting; /* mails */
	int64_t oldest_at; /* when the oldest of them was added; 0: none */
	int64_t logouts; /* waiting too */
};

void outbox_look(struct store *, struct flow *, struct outbox_state *into);

struct outbox_fate {
	int64_t tries;
	int64_t due_at;
	int64_t delivered_at; /* 0: not yet */
	int64_t failed_at; /* 0: not given up */
	struct str last_error; /* of the last try */
};

/* Left alone if there is no such row. */
void outbox_follow(
    struct store *, struct flow *, int64_t id, struct outbox_fate *into);

/* Upkeep: gives up what has expired, and deletes what was settled long ago. */
void upkeep_expire_outbox(struct store *, struct flow *, int64_t now,
    int64_t most, struct upkeep_swept *into);
void upkeep_sweep_outbox(struct store *, struct flow *, int64_t added_before,
    int64_t most, struct upkeep_swept *into);

#endif
