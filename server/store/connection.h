/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection that comes back: connects, prepares everything its lane sends,
 * and starts over with a growing pause when it is lost.
 *
 * Connecting has its own time limit, since libpq's does not apply to the
 * asynchronous calls, and goes through a list of hosts itself.  A name in the
 * connection string is resolved by libpq and blocks: endpoints_resolve() comes
 * first.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "store/statement.h"

struct connection;
struct event_base;
struct pg_conn;

struct connection_ops {
	/* Prepared; the socket is the owner's now. */
	void (*ready)(void *owner);
	/* Lost; leave the socket alone, it is closed after this call. */
	void (*lost)(void *owner);
};

struct connection *connection_new(struct event_base *, enum lane_kind,
    const struct store_settings *, const struct connection_ops *, void *owner);
void connection_free(struct connection *); /* calls nobody */

/* Closes and begins again a little later. */
void connection_drop(struct connection *, const char *why);

/* NULL unless ready. */
struct pg_conn *connection_pg(const struct connection *);

/* Monotonic time since when it is not ready; 0 if it is. */
int64_t connection_down_since(const struct connection *);

/* When the server at the other end was started; tells servers apart. */
int64_t connection_server_start(const struct connection *);

/* Whether the server has warned since the last call. */
bool connection_take_warning(struct connection *);

/* NULL, or what does not fit in the schema. */
const char *connection_trouble(const struct connection *);

/* Gives up an attempt that takes too long; call it a few times a second. */
void connection_tick(struct connection *, int64_t now);

#endif
