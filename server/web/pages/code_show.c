/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /mfa: asks for a code.
 */
#include "web/pages/code.h"

#include "web/request.h"
#include "web/snapshot.h"

static enum flow_next
show_find(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_show_state *s = rq->page;

	return code_ask(rq, f, &s->code) ? FLOW_NEXT : code_over_reply(rq);
}

static enum flow_next
show_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_show_state *s = rq->page;

	return code_ask_more(rq, f, &s->code) ? FLOW_NEXT : code_over_reply(rq);
}

static enum flow_next
show_reply(struct flow *f)
{
	static const struct code_answer first = { .problem = CODE_NO_PROBLEM };
	struct request *rq = request_of(f);
	struct code_show_state *s = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (s->code.step != SIGN_IN_CODE && s->code.step != SIGN_IN_PROOF)
		return code_elsewhere_reply(rq, s->code.step);
	code_decide(rq, &s->code);
	if (code_is_denied(&s->code))
		return second_step_denied_reply(rq, &s->code.second);
	return code_reply(rq, &s->code, &first);
}

const struct flow_step code_show[] = {
	FLOW_STEP(show_find), /* the sign-in of the cookie */
	FLOW_STEP(show_load), /* what deciding needs */
	FLOW_STEP(show_reply),
	FLOW_END,
};
