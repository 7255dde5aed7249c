/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /mfa/send: a code by mail.  An address that a request names is not even
 * read: mails go where the policy says.
 */
#include "web/pages/code.h"

#include "model/service.h"
#include "web/form_token.h"
#include "web/request.h"
#include "web/snapshot.h"

static enum flow_next
send_count(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_send_state *s = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (s->code.step != SIGN_IN_CODE && s->code.step != SIGN_IN_PROOF)
		return code_elsewhere_reply(rq, s->code.step);
	code_decide(rq, &s->code);
	if (form_token_verify(rq) != FORM_GOOD)
		return code_reply(rq, &s->code,
		    &(struct code_answer){ .problem = CODE_PROBLEM_FORM });
	if (second_step_address(&s->code.second) == NULL)
		return reply_error(rq, 400);
	email_code_count(rq, f, s->code.found.sign_in.account_id, &s->sending);
	return FLOW_NEXT;
}

static enum flow_next
send_put(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_send_state *s = rq->page;
	const struct service *service = s->code.to.service;

	if (!s->sending.counted.counted)
		return code_reply(rq, &s->code,
		    &(struct code_answer){ .problem = CODE_PROBLEM_MAIL_WAIT,
			.wait_until = s->sending.counted.again_at });
	email_code_send(rq, f, &s->code.found.sign_in,
	    second_step_address(&s->code.second),
	    service != NULL ? service->name : STR_NONE, &s->sending);
	return FLOW_NEXT;
}

static enum flow_next
send_reply(struct flow *f)
{
	struct request *rq = request_of(f);

	return reply_redirect(rq, 303, request_own_url(rq, "/mfa"));
}

const struct flow_step code_send[] = {
	FLOW_STEP(code_find),
	FLOW_STEP(code_load),
	FLOW_STEP(send_count), /* one a minute, five an hour, ten a day */
	FLOW_STEP(send_put), /* code and mail commit together */
	FLOW_STEP(send_reply),
	FLOW_END,
};
