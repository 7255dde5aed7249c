/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decision as JSON, for keeping it: written here, read by people.
 *
 * Moments are written as RFC 3339 has them, spans in whole seconds.  There are
 * no secrets in it and no mail addresses, only of what kind they are.  Each
 * function appends one value; buf_ok() says at the end whether all fitted.
 */
#ifndef POLICY_EXPLAIN_H
#define POLICY_EXPLAIN_H

#include "policy/decide.h"

struct buf;

enum {
	EXPLAIN_LONGEST = 8 * 1024 /* each of the three */
};

/* An array of objects: {"code": "OUTSIDE_ZONE", "zone": "campus"}. */
void explain_reasons(struct buf *, const struct decision *);

/* An array of the names of the floors that changed something. */
void explain_floors(struct buf *, const struct decision *);

/* What the browser says it is; may be empty. */
struct explain_browser {
	struct str name;
	struct str system;
};

/* An object; what is not known, did not happen or is not so is left out. */
void explain_facts(struct buf *, const struct facts *,
    const struct explain_browser *, int64_t now);

#endif
