/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to an account, as its owner may read it.
 *
 * The rows are those of sso.audit, which a gate cannot read but through a
 * function that gives out one account.
 */
#ifndef STORE_ACTIVITY_H
#define STORE_ACTIVITY_H

#include "base/str.h"

struct flow;
struct row_list;
struct store;

enum {
	ACTIVITY_MOST = 100 /* rows that one call gives */
};

struct activity {
	int64_t id; /* rises with time */
	int64_t at; /* microseconds since 1970 UTC */
	struct str kind; /* as in store/audit.h */
	struct str client_address; /* STR_NONE: unknown, as for the next */
	struct str user_agent; /* of the session, while that is stored */
};

struct activity_range {
	int64_t account_id;
	int64_t below; /* rows with a lower id; INT64_MAX: from the newest on */
	int64_t since; /* and later than this */
	int64_t most; /* up to ACTIVITY_MOST */
};

/* A list of struct activity, newest first. */
void activity_list(struct store *, struct flow *, const struct activity_range *,
    struct row_list *into);

/* The last sign-in that did not open this session; id stays 0 without one. */
void activity_sign_in_before(struct store *, struct flow *, int64_t account_id,
    int64_t session, int64_t since, struct activity *into);

#endif
