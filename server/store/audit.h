/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audit rows: what happened, to whom, from where; appended and never changed.
 *
 * Asked in the same step as a change, the row commits with the change.  The
 * statements of the other store modules write their own audit rows; this is
 * for what changes nothing, such as a refused sign-in.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/str.h"

struct flow;
struct store;

/* Where a change comes from; texts may be STR_NONE. */
struct audit_origin {
	int64_t at; /* microseconds since 1970 UTC */
	struct str client_address;
	struct str request; /* id of the request in the log */
};

struct audit_row {
	struct str kind; /* "sign-in refused" ... */
	int64_t account_id; /* 0: none, as for the next two */
	int64_t service_id;
	int64_t session;
	struct str detail; /* a JSON object; STR_NONE: none.  No secrets */
};

void audit_append(struct store *, struct flow *, const struct audit_row *,
    const struct audit_origin *);

#endif
