/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions of the second step, kept with their reasons: what the help desk
 * looks up by the code that a page shows.
 *
 * Ask for the keeping last in the step that acts on the decision: it commits
 * with that, and finds the sign-in and the session that the step makes.
 */
#ifndef STORE_DECISIONS_H
#define STORE_DECISIONS_H

#include "crypto/mac.h"

struct flow;
struct row_list;
struct store;

struct decision_kept {
	struct str code; /* "K7QM-4T" (text/support_code.h) */
	int64_t at;
	int64_t account_id;
	int64_t service_id; /* 0: none */
	const uint8_t *sign_in_mac; /* NULL: they may not pass */
	struct str tenant; /* slug; STR_NONE: of none in particular */
	int64_t policy_number; /* 0: it has none */
	struct str profile;
	struct str rule; /* STR_NONE: the default */
	struct str outcome;
	struct str floors; /* JSON, as the next two: policy/explain.h */
	struct str reasons;
	struct str facts;
};

void decisions_add(struct store *, struct flow *, const struct decision_kept *);

struct decision_named {
	struct str code; /* STR_NONE: nothing was kept */
};

/* The code of what was decided last in a sign-in. */
void decisions_code(struct store *, struct flow *, int64_t account_id,
    int64_t sign_in, struct decision_named *into);

enum {
	DECISIONS_SHOWN_MOST = 100
};

struct decision_shown {
	int64_t id;
	struct str code;
	int64_t at;
	struct str login; /* STR_NONE: the account is gone */
	struct str display_name;
	struct str service; /* name; STR_NONE: none, or it is gone */
	struct str tenant;
	int64_t policy_number;
	struct str profile;
	struct str rule;
	struct str outcome;
	struct str floors;
	struct str reasons;
	struct str facts;
	int64_t sign_in; /* 0: none */
	int64_t session; /* 0: none */
};

/* A list of struct decision_shown by time: those of this code, and the others
 * of their sign-ins. */
void decisions_list(
    struct store *, struct flow *, struct str code, struct row_list *into);

#endif
