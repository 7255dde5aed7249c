/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first pipeline of a connection: session settings, then every statement of
 * the lane prepared and described, so that a statement that does not fit the
 * schema is found at the start and not at three in the morning.
 */
#ifndef STORE_SETUP_H
#define STORE_SETUP_H

#include "store/statement.h"

struct buf;
struct pg_conn;
struct pg_result;

enum setup_state {
	SETUP_GOING,
	SETUP_DONE,
	SETUP_MISFIT, /* the schema does not fit: a sentence is in `why` */
	SETUP_FAILED, /* anything else went wrong */
};

/* The process at the other end; numbers come again, starts do not. */
struct backend {
	int pid; /* 0: none */
	int64_t started; /* microseconds since 2000, as PostgreSQL counts */
};

struct setup {
	enum lane_kind lane;
	enum setup_state state;
	bool settled; /* the settings have been answered */
	bool parsed; /* the statement is prepared, not yet described */
	enum statement next; /* whose answer comes next */
	struct backend self;
	/*
	 * Of the connection before this one.  It is ended: what it still waits
	 * for, a lock or a standby, nobody wants any more, and given up
	 * connections must not pile up.
	 */
	struct backend before;
	int64_t server_start;
	struct buf *why;
};

/* False if the connection takes nothing. */
bool setup_send(struct setup *, struct pg_conn *,
    int64_t statement_timeout_ms) MUST_CHECK; /* of the quick lane */

/* Reads one result, in order; `state` says how far it got. */
void setup_take(struct setup *, const struct pg_result *);

#endif
