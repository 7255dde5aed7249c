/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kind of work is a table of stages, each with what to ask and how to judge;
 * what the kinds have in common.
 */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "work.h"

enum {
	STAGES_MOST = 4
};

struct stage {
	void (*ask)(const struct work *, const struct errand *, struct buf *);
	enum verdict (*judge)(
	    struct work *, struct errand *, const struct answer *);
};

struct work_kind {
	const char *name;
	enum {
		PEOPLE_NONE,
		PEOPLE_ANY, /* at random, again and again */
		PEOPLE_ONCE, /* one after the other */
	} people;
	struct stage stages[STAGES_MOST];
};

/* The whole of a sign-in: form, password, code, ticket. */
extern const struct work_kind work_sign_in;

/* Counts an answer that is wrong, and keeps the first. */
enum verdict answer_wrong(
    struct work *, const struct answer *, uint64_t *counter) MUST_CHECK;

/* "GET /cas", and the fields behind the path that every request has. */
void ask_begin(const struct work *, const char *method, struct buf *);
void ask_end(const struct work *, struct buf *);

/* "service=...", as a parameter. */
void ask_service(const struct errand *, struct buf *);

/* A redirection to the errand's service with a ticket, which it keeps. */
bool ticket_is_there(struct work *, struct errand *, const struct answer *,
    unsigned status) MUST_CHECK;

#endif
