/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generators that people set up and take away.
 *
 * One that is pending belongs to the sign-in or session that began it, its
 * holder, and proves nothing.  Its secret is sealed for its random number.
 */
#ifndef STORE_ENROLMENTS_H
#define STORE_ENROLMENTS_H

#include "store/audit.h"

struct flow;
struct row_list;
struct sign_in;
struct sign_in_moved;
struct store;

/* Who is setting up: a sign-in in progress, or a session; the other is 0. */
struct holder {
	int64_t account_id;
	int64_t sign_in;
	int64_t session;
	struct str name; /* "sign-in 7", "session 7" */
};

struct pending_generator {
	int64_t id;
	struct str secret; /* sealed */
	int64_t key_id;
	int64_t created_at;
	bool current; /* the one that the holder may confirm */
};

/* Microseconds since 1970 UTC. */
struct pending_limits {
	int64_t current_since; /* made later: may be confirmed */
	int64_t recognised_since; /* made later: its codes are recognised */
};

/* `struct pending_generator`, the current one first. */
void enrolments_pending(struct store *, struct flow *, const struct holder *,
    const struct pending_limits *, struct row_list *into);

struct generator_new {
	int64_t id; /* random, above 0 */
	struct str secret; /* sealed for it */
	int64_t key_id;
	int64_t now;
	int64_t current_since; /* one made later stays instead */
};
struct generator_begun {
	bool begun; /* false: one is there */
};

void enrolments_begin(struct store *, struct flow *, const struct holder *,
    const struct generator_new *, struct generator_begun *into);

struct generator_confirmation {
	int64_t id;
	int64_t step; /* of the code */
	int64_t drift;
	bool voluntary; /* no policy demands it */
	int64_t most; /* generators of a person; older ones go */
	struct str codes; /* hashes of the recovery codes, a JSON list */
};
struct generator_confirmed {
	bool confirmed;
	int64_t replaced;
};

/* A sign-in goes on to its recovery codes; a session is verified by it. */
void enrolments_confirm(struct store *, struct flow *, const struct holder *,
    const struct generator_confirmation *, const struct audit_origin *,
    struct generator_confirmed *into);

/* Recovery codes were seen: nothing is missing in the sign-in any more. */
void enrolments_leave_codes(struct store *, struct flow *,
    const struct sign_in *, int64_t now, struct sign_in_moved *into);

/* Who takes away. */
struct owner {
	int64_t account_id;
	int64_t session;
};
struct generators_removed {
	bool allowed; /* the session lives */
	int64_t removed;
};

/* `id` 0: all of them. */
void enrolments_remove(struct store *, struct flow *, const struct owner *,
    int64_t id, const struct audit_origin *, struct generators_removed *into);

struct trust_ended {
	bool allowed;
};
/* No browser is trusted any more that was trusted up to now. */
void trust_end(struct store *, struct flow *, const struct owner *,
    const struct audit_origin *, struct trust_ended *into);

/* Sealed with another key than the active one. */
struct generator_seal {
	int64_t id;
	struct str secret;
	int64_t key_id;
	int64_t active_key;
};

/* `struct generator_seal`, 200 at most, numbered above `after`. */
void enrolments_seals(
    struct store *, struct flow *, int64_t after, struct row_list *into);

/* Sealed with the active key; begun: it was as it was. */
void enrolments_reseal(struct store *, struct flow *,
    const struct generator_seal *, struct str sealed,
    struct generator_begun *into);

#endif
