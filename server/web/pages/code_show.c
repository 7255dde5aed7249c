/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /mfa: asks for a code.
 */
#include "web/pages/code.h"

#include "web/request.h"
#include "web/snapshot.h"

static enum flow_next
show_reply(struct flow *f)
{
	static const struct code_answer first = { .problem = CODE_NO_PROBLEM };
	struct request *rq = request_of(f);
	struct code_state *c = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (c->step != SIGN_IN_CODE && c->step != SIGN_IN_PROOF)
		return code_elsewhere_reply(rq, c->step);
	code_decide(rq, c);
	if (code_is_denied(c))
		return second_step_denied_reply(rq, &c->second);
	return code_reply(rq, c, &first);
}

const struct flow_step code_show[] = {
	FLOW_STEP(code_find), /* the sign-in of the cookie */
	FLOW_STEP(code_load), /* what deciding needs */
	FLOW_STEP(show_reply),
	FLOW_END,
};
