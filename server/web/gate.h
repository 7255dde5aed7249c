/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one gate process has: its settings, its connections to the database, its
 * threads for hashing, its pages, its keys and its snapshot of the registry.
 *
 * One gate, one event loop, one thread (besides the hashing threads, which
 * never see a gate).
 */
#ifndef WEB_GATE_H
#define WEB_GATE_H

#include "crypto/password.h"
#include "http/server.h"
#include "store/generation.h"
#include "store/sessions.h"
#include "store/store.h"

struct asset_set;
struct event_base;
struct keys;
struct page_set;
struct pool;
struct registry;
struct snapshot_waiter;
struct touches;

struct gate_settings {
	struct str origin; /* "https://sso.example.org:8443" */
	struct str host; /* "sso.example.org", lower case */
	struct str port; /* "8443"; the scheme's own where none is written */
	struct str prefix; /* "/cas", or empty */
	struct str institution;
	struct str help_url; /* empty: none */
	int64_t ticket_life; /* seconds */
	struct session_limits session;
	struct password_cost password;
};

struct gate {
	struct gate_settings settings;
	struct event_base *base;
	struct store *store;
	struct pool *hashing;
	struct http_server *server;
	const struct keys *keys;
	const struct page_set *pages;
	const struct asset_set *assets;

	/* The snapshot: replaced as a whole, see web/snapshot.h. */
	struct registry *registry; /* NULL until the first has been read */
	struct generation generation;
	struct snapshot_waiter *waiting; /* for a newer one */
	bool loading; /* it is on its way */

	struct touches *touches; /* sessions whose use is to be noted */

	bool draining;
};

/* Everything that is needed to sign people in is there. */
bool gate_ready(const struct gate *);

/* What a gate process is made of, put together by the master. */
struct gate_start {
	struct gate_settings settings;
	struct store_settings store;
	struct http_server_settings http; /* listener and TLS included */
	unsigned hashing_threads;
	size_t hashing_queue;
	const struct keys *keys;
	const struct page_set *pages;
	const struct asset_set *assets;
};

/*
 * The life of a gate process: serves until SIGTERM, then finishes what it has
 * begun.  Writes a byte to `ready_fd` once it can sign people in.
 */
int gate_run(const struct gate_start *, int ready_fd);

/* What the HTTP server of a gate calls. */
struct http_handler gate_handler(struct gate *);

#endif
