/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every path of the server, in one table: what it runs, and what must hold
 * before it runs.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include <stdbool.h>

#include "base/str.h"

struct flow_step;

enum route_method {
	ON_NO_ROUTE = 0, /* one that no row has */
	ON_GET = 1,
	ON_HEAD = 2, /* never where a GET changes something */
	ON_POST = 4,
	ON_DELETE = 8,
};

enum route_flag {
	ROUTE_GRANTS = 1, /* may open a session or issue a ticket */
	ROUTE_FORM = 2, /* a POST of our own page: same origin and token */
	ROUTE_MACHINE = 4, /* no cookies, no pages: errors are plain text */
	ROUTE_PROBE = 8, /* outside the prefix, under any Host */
	ROUTE_VALIDATES = 16, /* tickets: measured apart from the rest */
	ROUTE_BODY =
	    32, /* a POST brings no form: request.body has it as sent */
	ROUTE_SECRET = 64, /* what follows the path is a secret: not logged */
	ROUTE_OURS = 128, /* no page of another site may post here: for what
			    needs no token, since it brings a password */
	ROUTE_PROXIES = 256, /* may let an application act for somebody */
};

struct route {
	unsigned methods;
	struct str path; /* behind the prefix; a final '/' takes what follows */
	const struct flow_step *steps;
	unsigned state_size; /* of request.page */
	unsigned flags;
};

/*
 * The route of a path and one method.  NULL if there is none; then `*methods`
 * has the methods that the path exists for, 0 if there is no such path.
 */
const struct route *route_find(
    struct str local_path, enum route_method, unsigned *methods);

/* The table, for tests that walk it. */
const struct route *route_table(size_t *count);

#endif
