/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name and a password that somebody offers, on the form or by REST.
 *
 * Whether the account exists must not show, in words or in time: an unknown
 * name is counted, and compared with a password that nobody has.  The try is
 * counted as a failure, durably, before anything is compared.
 */
#ifndef WEB_PASSWORD_TRY_H
#define WEB_PASSWORD_TRY_H

#include "store/accounts.h"
#include "workers/password_work.h"

struct flow;
struct request;
struct second_step;

struct password_try {
	struct str username; /* as typed */
	struct str password; /* at most PASSWORD_LONGEST */
	struct sign_in_counters counters;
	struct sign_in_candidate candidate;
	struct password_work_result checked;
	struct account_changed rehashed;
	struct try_taken_back taken_back;
};

/* Counts it and asks for the account; the snapshot is settled.  False, and
 * nothing is counted, if too many passwords wait to be compared: a 503. */
bool password_try_count(
    struct request *, struct flow *, struct password_try *) MUST_CHECK;

/*
 * Has it compared, on a hashing thread, and asks meanwhile for the facts of
 * person and browser, and for a newer registry.  False, and nothing is
 * compared, if a limit was reached; candidate.wait_until says until when.
 */
bool password_try_compare(struct request *, struct flow *,
    struct password_try *, struct second_step *) MUST_CHECK;

/* It was not compared, or is good for nothing although it was right: it is no
 * failure. */
void password_try_take_back(
    struct request *, struct flow *, struct password_try *);

/* The password of an account that may sign in? */
bool password_try_is_right(const struct password_try *);

/* Stores a password that was right in today's form, if it is in another. */
void password_try_rehash(
    struct request *, struct flow *, struct password_try *);

/* The trail says what came of it, "sign-in refused" and the like; what was
 * granted says so itself. */
void password_try_refuse(
    struct request *, struct flow *, const struct password_try *, struct str);

/* The log and the metrics say it, once the answer is known. */
void password_try_note(
    const struct request *, const struct password_try *, bool right);

#endif
