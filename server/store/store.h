/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the database: a statement by name, its values, where the row goes.
 *
 * Everything one step of a flow asks commits together: it is one pipeline unit
 * and so one transaction.  An answer that speaks of a write reaches the flow
 * only when that write is durable (architecture D3).
 *
 * A gate has four connections: quick for tickets, sessions and flows, flush for
 * the barrier that makes quick commits durable, slow for reports, so that none
 * stands in front of a ticket, bulk for what a gate does in batches: reading
 * the registry, writing down uses of sessions.
 *
 * While the database is away, asks wait for it for at most a second from the
 * moment it was lost, so that its restart is not noticed; after that they fail
 * at once, until it is back.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/memory.h"
#include "base/str.h"
#include "store/statements.h" /* generated from store/sql: enum statement */

struct arena;
struct buf;
struct event_base;
struct flow;
struct store;

enum value_kind {
	VALUE_NULL,
	VALUE_INT, /* smallint, integer, bigint */
	VALUE_BOOL,
	VALUE_TEXT, /* text, json, jsonb: UTF-8 without NUL */
	VALUE_BYTES, /* bytea */
	VALUE_TIME, /* timestamptz; microseconds since 1970 UTC */
};

struct value {
	enum value_kind kind;
	int64_t number;
	struct str text;
};

#define INT_VALUE(n) ((struct value){ VALUE_INT, (n), STR_NONE })
#define BOOL_VALUE(b) ((struct value){ VALUE_BOOL, (b), STR_NONE })
#define TIME_VALUE(t) ((struct value){ VALUE_TIME, (t), STR_NONE })
#define TEXT_VALUE(s) ((struct value){ VALUE_TEXT, 0, (s) })
#define BYTES_VALUE(p, n) \
	((struct value){ VALUE_BYTES, 0, { (const char *)(p), (n) } })
#define NULL_VALUE ((struct value){ VALUE_NULL, 0, STR_NONE })

enum {
	STORE_VALUES_MOST = 18
};

struct store_settings {
	const char *conninfo; /* libpq connection string of the app role */
	int64_t statement_timeout_ms; /* quick lane */
	size_t waiting_most; /* units waiting or in flight; then asks fail */
};

/* Connects in the background and goes on trying; never fails itself. */
struct store *store_new(struct event_base *, const struct store_settings *);

/* Only when no flow is left that asked it anything. */
void store_free(struct store *);

/* All lanes are connected and prepared, and the schema fits. */
bool store_ready(const struct store *);

/*
 * NULL, or a sentence: the database answers but its schema does not fit this
 * release.  A database that is merely away is no trouble.
 */
const char *store_trouble(const struct store *);

/*
 * For one row: `into` is the struct that the statement's row table (`-- row:`
 * in its .sql file) describes.  It is left alone if the statement found
 * nothing; texts are copied into the flow's arena.  The values are copied
 * before the call returns.  If the queue is full or the database is away, the
 * flow fails.
 */
void store_ask(struct store *, struct flow *, enum statement,
    const struct value *, size_t count, void *into);

/* The rows of a list, in the flow's arena. */
struct row_list {
	void *items; /* array of the structs of the statement's row table */
	size_t count;
};

void store_ask_list(struct store *, struct flow *, enum statement,
    const struct value *, size_t count, struct row_list *into);

/*
 * The same for a list so long that it is read on another thread: see row_set.h.
 * Whoever asked owns what came; nothing did if it is left NULL.
 */
struct row_set;

void store_ask_rows(struct store *, struct flow *, enum statement,
    const struct value *, size_t count, struct row_set **into);

#endif
