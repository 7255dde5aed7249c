/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of the REST endpoints (cas.md 1.9, 1.11 J), as programs that were
 * written for the best known server read them.
 */
#ifndef CAS_REST_ANSWER_H
#define CAS_REST_ANSWER_H

#include "base/str.h"

struct answer_success;
struct buf;

/* A session was opened: a page whose form has its address. */
void rest_answer_form(struct buf *, struct str address);

/* The user, and what is released of the attributes; the times do not count. */
void rest_answer_user(struct buf *, const struct answer_success *);

struct rest_refusal {
	struct str name; /* what programs compare */
	struct str text; /* a sentence for people */
	struct str support_code; /* STR_NONE: none */
};

void rest_answer_refusal(struct buf *, const struct rest_refusal *);

#endif
