/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many people at once: one transaction on a connection of its own.
 *
 * Blocks, and is for the command line only.  The lanes of the store do not fit:
 * there each step is a transaction, and none may take longer than seconds.
 * Whatever ends the process or the server before people_commit() is through
 * leaves nothing behind.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "base/memory.h"
#include "base/str.h"
#include "store/audit.h"

struct arena;
struct buf;
struct people;
struct row_list;

enum people_purpose {
	PEOPLE_READ, /* everything as it was at one moment */
	PEOPLE_WRITE,
};

/* Connects and begins.  NULL and a sentence; so it is with false below. */
struct people *people_open(
    const char *conninfo, enum people_purpose, struct buf *why);

/* Takes everything back that was not committed; NULL is nothing to close. */
void people_close(struct people *);

struct people_outcome {
	int64_t line;
	struct str login;
	/* "added", "changed", "same"; or refused: "login taken",
	   "name missing", "tenant unknown" */
	struct str outcome;
};

/*
 * `batch` is a JSON list of objects: line, login (no two the same), and
 * display_name, password, state, attributes, memberships, each of
 * which may be missing.  With `update` those whose login is known are changed;
 * what is missing stays.  Sessions end with another password or state.
 * `outcomes` gets one struct people_outcome for each, by line.
 */
bool people_put(struct people *, struct str batch, bool update,
    const struct audit_origin *, struct arena *,
    struct row_list *outcomes) MUST_CHECK;

/* Writes an audit row in the same transaction. */
bool people_note(struct people *, struct str kind, struct str detail,
    const struct audit_origin *) MUST_CHECK;

/*
 * Durable if true.  If the connection breaks meanwhile, the server is asked
 * whether it was done; only when it cannot be asked either, `why` says that
 * nobody knows.
 */
bool people_commit(struct people *) MUST_CHECK;

/*
 * After people_commit(): tells the applications of sessions that ended with
 * another password or state.  Some at a time, so that nobody who signs out
 * waits; what a false or a crash leaves, the next call does.
 */
bool people_end_sessions(struct people *) MUST_CHECK;

struct people_shape {
	struct str attributes; /* a JSON list of names */
	int64_t memberships_most; /* of one person */
};

bool people_look(
    struct people *, struct arena *, struct people_shape *into) MUST_CHECK;

struct person {
	struct str login;
	struct str display_name;
	struct str password; /* hashed; STR_NONE: none, or not asked for */
	struct str state;
	struct str attributes; /* a JSON object: name to list of texts */
	struct str memberships; /* JSON: list of {tenant, type, groups} */
};

/* `struct person`, by login, at most 1000 behind `after`; none: the end. */
bool people_page(struct people *, struct str after, bool with_passwords,
    struct arena *, struct row_list *into) MUST_CHECK;

#endif
