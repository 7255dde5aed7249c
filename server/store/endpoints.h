/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the database may be: the hosts of a connection string, one at a time.
 *
 * libpq goes through a list of hosts itself, but its asynchronous calls know no
 * time limit: a first host that swallows packets, a primary whose machine is
 * gone, would keep it from ever asking the second.
 */
#ifndef STORE_ENDPOINTS_H
#define STORE_ENDPOINTS_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct endpoints;
struct pg_conn;

enum {
	ENDPOINTS_TEXT_MOST = 16 * 1024, /* of a resolved string */
};

/* NULL, and why in words, for a string that libpq does not understand. */
struct endpoints *endpoints_new(const char *conninfo, struct buf *why);
void endpoints_free(struct endpoints *); /* wipes: there may be a password */

size_t endpoints_count(const struct endpoints *); /* at least one */

/* For log lines: a host, an address, the folder of a socket, or "". */
const char *endpoints_name(const struct endpoints *, size_t at);

/*
 * Begins to connect to one of them, without waiting; PQconnectPoll() goes on.
 * What the operator wrote comes before our defaults: UTF-8, a server that takes
 * writes, dead connections found within seconds.
 */
struct pg_conn *endpoints_connect(
    const struct endpoints *, size_t at, const char *application_name);

/*
 * Appends the string with the addresses of all host names in it, so that nobody
 * has to ask for them later: libpq would wait for the answer.  Waits itself,
 * and so is for the start and the reload only.  False, and why in words, if a
 * name is not known.
 */
bool endpoints_resolve(
    const char *conninfo, struct buf *out, struct buf *why) MUST_CHECK;

#endif
