/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proving once more who one is.
 *
 * Proof is the password; its moment stands in the session and is written by
 * signing in only.
 */
#include "web/elevation.h"

#include "model/session.h"
#include "web/request.h"

enum {
	SECOND_US = 1000 * 1000,
	PROOF_LIFE = 600, /* seconds */
	CLOCKS_APART = 5, /* seconds between two nodes */
};

bool
change_allowed(const struct request *rq, const struct session *session)
{
	int64_t age = rq->now - session->password_at;

	return session->number > 0 &&
	       age >= -CLOCKS_APART * (int64_t)SECOND_US &&
	       age <= PROOF_LIFE * (int64_t)SECOND_US;
}

enum flow_next
change_confirm(struct request *rq)
{
	rq->outcome = STR("Confirmation asked.");
	return reply_redirect(
	    rq, 303, request_own_url(rq, "/login?renew=true"));
}
