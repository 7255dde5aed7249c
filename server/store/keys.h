/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the database knows of the generations of keys; their secrets it never
 * sees.  For operators, on the slow lane; changes leave an audit row.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "base/str.h"
#include "store/audit.h"
#include "store/sessions.h"

struct flow;
struct row_list;
struct store;

struct key_used {
	bool changed; /* false: it is the active one already */
};

/* `check` is the keys_check() of the secret that is meant. */
void keys_use(struct store *, struct flow *, int64_t id, int64_t check,
    const struct audit_origin *, struct key_used *into);

struct key_retired {
	/* "retired", or why it must stay: "active", "recent", "sessions",
	 * "seals" */
	struct str verdict;
	int64_t sessions; /* living ones with a cookie or grant made with it */
	int64_t seals; /* secrets at rest that only it opens */
	int64_t free_at; /* when its tickets are old; 0: they are */
};

/*
 * May a generation go?  If so, counters are named with the active one from now
 * on, and those that were named with this one begin anew.
 */
void keys_retire(struct store *, struct flow *, int64_t id,
    const struct session_limits *, const struct audit_origin *,
    struct key_retired *into);

struct key_listed {
	int64_t id;
	bool active;
	bool names_counters;
	int64_t active_check; /* of the active one; 0: not known */
	int64_t last_active_at; /* when it stopped to be; 0: never */
	int64_t sessions; /* living ones with a cookie made with it */
};

/* `struct key_listed`, one for each number from 1 to 255. */
void keys_list(struct store *, struct flow *, int64_t now,
    const struct session_limits *, struct row_list *into);

struct restored {
	int64_t ended; /* sessions */
};

/* A backup came back: its tickets open no more, and all sessions end. */
void keys_restored(struct store *, struct flow *, const struct audit_origin *,
    struct restored *into);

#endif
