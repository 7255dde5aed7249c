/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one gate process has: its configuration, its connections to the
 * database, its threads for hashing and for making registries, its snapshot of
 * the registry.
 *
 * One gate, one event loop, one thread (besides those threads, which never see
 * a gate).
 */
#ifndef WEB_GATE_H
#define WEB_GATE_H

#include "http/server.h"
#include "store/generation.h"
#include "store/store.h"

struct callbacks;
struct configuration;
struct event_base;
struct pool;
struct protection;
struct registry;
struct snapshot_waiter;
struct touches;

struct gate {
	/* The current one: new requests take it, begun ones keep theirs. */
	struct configuration *configuration;
	struct event_base *base;
	struct store *store;
	struct pool *hashing;
	struct pool *background; /* one thread: making registries */
	struct http_server *server;
	struct http_server *status_server; /* NULL: none */

	/* The snapshot: replaced as a whole, see web/snapshot.h. */
	struct registry *registry; /* NULL until the first has been read */
	struct protection *protection; /* likewise */
	struct generation generation;
	struct snapshot_waiter *waiting; /* for a newer one */
	bool loading; /* it is on its way */

	struct callbacks *callbacks; /* asked of the courier */
	struct touches *touches; /* sessions whose use is to be noted */

	bool draining;
};

/* Everything that is needed to sign people in is there. */
bool gate_ready(const struct gate *);

/* Tells the scoreboard how this gate stands. */
void gate_report(const struct gate *);

/* What a gate process is made of, put together by the master. */
struct gate_start {
	struct configuration *configuration;
	/* What a reload brings, the caller's; NULL, and has logged why not. */
	struct configuration *(*read)(void *context);
	void *context;
	struct store_settings store;
	const int *listeners; /* the sockets of all gates stay the master's */
	size_t listener_count;
	int courier_line; /* loop/callback_line.h; the master's too */
	int status_listener; /* -1: none; shared with the other gates */
	unsigned hashing_threads;
};

/*
 * The life of a gate process: serves until SIGTERM, or until the master leaves
 * or bids it leave, then finishes what it has begun.  Tells the master through
 * its channel once it can sign people in.
 */
int gate_run(const struct gate_start *, int channel);

/* What the HTTP server of a gate calls. */
struct http_handler gate_handler(struct gate *);

#endif
