/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Setting up a generator, on the way in or from the dashboard: what both have
 * in common.
 *
 * A secret belongs to the sign-in or session that it was made for, and lives
 * for 15 minutes, whatever is reloaded.  It proves nothing until a code of it
 * was right.  Recovery codes are drawn then (web/recovery_codes.h).
 */
#ifndef WEB_SET_UP_H
#define WEB_SET_UP_H

#include "base/memory.h"
#include "loop/flow.h"
#include "store/enrolments.h"
#include "store/store.h"
#include "web/recovery_codes.h"

struct request;
struct second_step;
struct set_up_page;

enum set_up_problem {
	SET_UP_NO_PROBLEM,
	SET_UP_WRONG,
	SET_UP_OLD_QR, /* the code belongs to a secret made before */
	SET_UP_LATE, /* of a phone whose clock is behind */
	SET_UP_EMPTY,
	SET_UP_FORM, /* the page was too old */
};

struct set_up {
	struct holder holder;
	struct generator_begun begun;
	struct row_list pending; /* of struct pending_generator */
	int64_t minutes_late; /* for SET_UP_LATE */
	struct generator_confirmation confirmation;
	struct recovery_codes codes;
	struct generator_confirmed confirmed;
};

/* Asks for the secret of `sign_in`, or of `session`; the other is 0.  A new one
 * is made if there is none that still counts. */
void set_up_ask(
    struct request *, struct flow *, struct set_up *, const struct holder *);

/*
 * The secret has come: shows it.  The caller has filled in where the page leads
 * and for whom it is.
 */
enum flow_next set_up_reply(struct request *, const struct set_up *,
    enum set_up_problem, struct set_up_page *);

/* Reads what was typed and compares.  SET_UP_NO_PROBLEM: the code is right. */
enum set_up_problem set_up_judge(
    struct request *, struct set_up *, const struct second_step *);

/* The code was right, recovery codes were drawn and hashed: the generator
 * counts from now on, and who should know gets a mail.  False: the hashing
 * threads had too much to do, nothing was asked. */
bool set_up_confirm(struct request *, struct flow *, struct set_up *,
    const struct second_step *);

#endif
