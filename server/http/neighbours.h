/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections each client address has (inside http/ only).  Of IPv6 a
 * /64 counts as one address: a visitor has a whole one.
 */
#ifndef HTTP_NEIGHBOURS_H
#define HTTP_NEIGHBOURS_H

#include "text/address.h"

struct neighbour {
	struct neighbour *next;
	struct address address;
	size_t connections; /* counted by the caller */
};

enum {
	NEIGHBOUR_BUCKETS = 1024
};

struct neighbours {
	struct neighbour *buckets[NEIGHBOUR_BUCKETS];
};

/* Never NULL; good for as long as it has connections. */
struct neighbour *neighbours_find(struct neighbours *, const struct address *);
void neighbours_clear(struct neighbours *);

#endif
