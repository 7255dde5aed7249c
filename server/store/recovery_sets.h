/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of recovery codes of a person, and its replacement by another.
 *
 * A person has one list that counts, whatever the number of generators: that of
 * the newest.  It has a number, which is no secret: who replaces a list says
 * which, so that no list goes that the person has not seen go.
 */
#ifndef STORE_RECOVERY_SETS_H
#define STORE_RECOVERY_SETS_H

#include "store/audit.h"

struct flow;
struct owner;
struct store;

struct recovery_set {
	int64_t number; /* 0: no generator */
	int64_t codes_left; /* that are not used */
};

void recovery_sets_find(struct store *, struct flow *, int64_t account_id,
    struct recovery_set *into);

struct recovery_set_new {
	int64_t instead_of; /* number of the list that is to go */
	int64_t number; /* random, above 0 */
	struct str codes; /* hashes, a JSON list */
};
struct recovery_set_replaced {
	bool allowed; /* the session lives */
	bool replaced; /* false: nothing changed */
	int64_t number; /* if not: of the list that counts; 0: no generator */
};

void recovery_sets_replace(struct store *, struct flow *, const struct owner *,
    const struct recovery_set_new *, const struct audit_origin *,
    struct recovery_set_replaced *into);

#endif
