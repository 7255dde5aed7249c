/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people see of the browsers they trust, and trusting them no more.
 *
 * The account stands in every statement: the browser of somebody else is as if
 * it were not there.
 */
#ifndef STORE_OWNER_BROWSERS_H
#define STORE_OWNER_BROWSERS_H

#include "store/audit.h"

struct flow;
struct row_list;
struct store;

enum {
	OWNER_BROWSER_ID_LENGTH = 32 /* hexadecimal */
};

struct owner_browser {
	struct str id; /* hexadecimal */
	struct str name; /* as its owner calls it; empty: not at all */
	struct str user_agent;
	int64_t trusted_at;
	int64_t verified_at; /* when a code was last given with it */
	int64_t last_sign_in_at;
	bool current;
};

/* A list of struct owner_browser: this one first, then by last use; `browser`
 * is the number of this one, or NULL. */
void owner_browsers_list(struct store *, struct flow *, int64_t account_id,
    const uint8_t *browser, struct row_list *into);

struct owner_browsers_forgotten {
	bool allowed; /* the session that is signed in with still lives */
	int64_t meant; /* 0: there is no such browser */
	int64_t forgotten; /* how many were trusted until now */
};

/* `session` is the one that is signed in with; `id` STR_NONE: all. */
void owner_browsers_forget(struct store *, struct flow *, int64_t account_id,
    int64_t session, struct str id, const struct audit_origin *,
    struct owner_browsers_forgotten *into);

struct owner_browser_name {
	int64_t account_id;
	int64_t session; /* that is signed in with */
	struct str id;
	struct str name; /* from label_read(); empty: none any more */
};

struct owner_browser_named {
	bool allowed; /* the session that is signed in with still lives */
	int64_t named; /* 0: no such browser is trusted */
};

void owner_browsers_name(struct store *, struct flow *,
    const struct owner_browser_name *, const struct audit_origin *,
    struct owner_browser_named *into);

#endif
