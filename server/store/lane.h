/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: one connection in pipeline mode, and the units under way on it.
 *
 * Results come strictly in the order of sending.  Every row carries the number
 * of its ask; one that does not is somebody else's, and the lane is closed at
 * once with everything on it refused.
 */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include "store/statement.h"

struct event_base;
struct lane;
struct unit;

enum unit_end {
	UNIT_COMMITTED,
	UNIT_REFUSED, /* rolled back, or nobody may trust the answer */
	UNIT_REPEAT, /* rolled back; may be sent again */
	UNIT_UNKNOWN, /* connection lost: done or not, nobody knows */
};

struct lane_ops {
	/* The unit is the owner's again.  May not call the lane. */
	void (*ended)(void *owner, struct unit *, enum unit_end);
	/* It came up or went down.  May not call the lane. */
	void (*changed)(void *owner);
};

struct lane *lane_new(struct event_base *, enum lane_kind,
    const struct store_settings *, const struct lane_ops *, void *owner);
void lane_free(struct lane *); /* only without units */

bool lane_is_up(const struct lane *);

/* Up, not too much under way, and nothing that others had to wait behind. */
bool lane_has_room(const struct lane *);

/* For how long nothing has come though something is due; 0: nothing is. */
int64_t lane_silence(const struct lane *, int64_t now);

/* Sends a unit, which the lane owns until it ends.  Only if there is room. */
void lane_send(struct lane *, struct unit *);

/* To be called when everything of this turn has been sent. */
void lane_flush(struct lane *);

void lane_drop(struct lane *, const char *why);

/* See connection.h. */
int64_t lane_down_since(const struct lane *);
int64_t lane_server_start(const struct lane *);
const char *lane_trouble(const struct lane *);

/* Looks for time-outs; call it a few times a second. */
void lane_tick(struct lane *, int64_t now);

#endif
