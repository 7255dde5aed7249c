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
 * `rehashed` is a new hash of the same password in the flow's arena.  A full
 * queue fails the flow, and so does one in which it would wait for longer than
 * 4 seconds: the queue never works for those who have gone.
 */
struct password_work_result {
	enum password_verdict verdict;
	struct str rehashed;
};

void password_work_check(struct pool *, struct flow *, struct str password,
    struct str hash, const struct password_cost *,
    struct password_work_result *into);

#endif
