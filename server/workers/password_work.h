/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking and making password hashes on worker threads, for flows.
 *
 * The password travels as a copy that the item owns and wipes.
 */
#ifndef WORKERS_PASSWORD_WORK_H
#define WORKERS_PASSWORD_WORK_H

#include "crypto/password.h"

struct flow;
struct pool;

/*
 * `verdict` is written before the next step runs.  For PASSWORD_RIGHT_OUTDATED
 * `rehashed` is a new hash of the same password in the flow's arena.  With a
 * full queue nothing is compared, nor when its turn comes after 4 seconds only:
 * the queue never works for those who have gone.  The verdict is PASSWORD_WRONG
 * then.
 */
struct password_work_result {
	bool not_compared;
	enum password_verdict verdict;
	struct str rehashed;
};

void password_work_check(struct pool *, struct flow *, struct str password,
    struct str hash, const struct password_cost *,
    struct password_work_result *into);

/*
 * Makes a hash: `rehashed` has it, and is STR_NONE if `not_compared`, for the
 * same reasons.
 */
void password_work_make(struct pool *, struct flow *, struct str password,
    const struct password_cost *, struct password_work_result *into);

#endif
