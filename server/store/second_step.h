/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What deciding needs to know of a person, and where mail reaches them.
 */
#ifndef STORE_SECOND_STEP_H
#define STORE_SECOND_STEP_H

#include "store/audit.h"
#include "store/browsers.h"

struct account_changed;
struct flow;
struct row_list;
struct store;

/* What deciding needs to know of a person and their browser. */
struct second_step_facts {
	struct str login;
	struct str attributes; /* a JSON object: name to list of texts */
	int64_t trust_epoch; /* 0: never raised */
	int64_t offered_at;
	int64_t skips;
	int64_t encouraged_at;
	int64_t removed_at;
	int64_t reset_at;
	int64_t generators;
	bool voluntary;
	int64_t generator_used_at;
	int64_t recovery_codes; /* unused */
	bool browser_known;
	bool secret_matches;
	int64_t known_at;
	int64_t trusted_at;
	int64_t verified_at;
	struct str verified_by;
	int64_t last_sign_in_at;
	int64_t revoked_at;
	bool verifier_stays; /* the generator that verified it is still there */
	int64_t similar_trusted_at;
	int64_t generation;
};

/* generation stays 0 if there is no such account. */
void second_step_facts_read(struct store *, struct flow *, int64_t account_id,
    const struct browser_presented *, struct second_step_facts *into);

/* `struct membership`, by the slug of the organisation. */
void memberships_list(
    struct store *, struct flow *, int64_t account_id, struct row_list *into);

struct address_row {
	int64_t id;
	struct str email;
	struct str kind; /* "personal", "institutional" */
	struct str source; /* "directory", "office", "self" */
	int64_t verified_at;
	int64_t changed_at;
	int64_t bounced_at;
};

/* `struct address_row`, the first one on record first. */
void addresses_list(
    struct store *, struct flow *, int64_t account_id, struct row_list *into);

/* As an office knows it; `kind` is "personal" or "institutional".  id stays 0
 * if there is no such account. */
void addresses_put(struct store *, struct flow *, struct str login,
    struct str email, struct str kind, const struct audit_origin *,
    struct account_changed *into);

/* Codes on their way there die.  id stays 0 if there was nothing to remove. */
void addresses_remove(struct store *, struct flow *, struct str login,
    struct str email, const struct audit_origin *,
    struct account_changed *into);

#endif
