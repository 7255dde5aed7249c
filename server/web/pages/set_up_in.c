/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /mfa/set-up and /mfa/codes: a generator is set up on the way in.
 *
 * The sign-in goes on to its recovery codes in the statement that confirms the
 * generator, and from them to its session only when nothing is missing.
 */
#include "base/log.h"
#include "model/service.h"
#include "web/decided.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/set_up.h"
#include "web/request.h"
#include "web/set_up_pages.h"
#include "web/snapshot.h"
#include "workers/pool.h"

static bool
stands_at(const struct set_up_in_state *s, enum sign_in_step step)
{
	const struct sign_in *sign_in = &s->code.found.sign_in;

	return sign_in->number > 0 &&
	       sign_in_step_of(sign_in->step_name) == step;
}

/* To the page of the step at which the sign-in does stand. */
static enum flow_next
reply_elsewhere(struct request *rq)
{
	const struct set_up_in_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;

	return sign_in->number > 0 ? code_elsewhere_reply(rq,
					 sign_in_step_of(sign_in->step_name))
				   : code_over_reply(rq);
}

static enum flow_next
set_up_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;

	if (!stands_at(s, SIGN_IN_SET_UP) || !code_ask_more(rq, f, &s->code))
		return reply_elsewhere(rq);
	set_up_ask(rq, f, &s->set_up,
	    &(struct holder){ .account_id = sign_in->account_id,
		.sign_in = sign_in->number });
	return FLOW_NEXT;
}

static struct str
service_name(const struct set_up_in_state *s)
{
	const struct service *service = s->code.to.service;

	return service != NULL ? service->name : STR_NONE;
}

static enum flow_next
reply_form(struct request *rq, enum set_up_problem problem)
{
	struct set_up_in_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;
	struct set_up_page page = {
		.action = request_own_url(rq, "/mfa/set-up"),
		.again_url = request_own_url(rq, "/login"),
		.service_name = service_name(s),
		.display_name = sign_in->display_name,
		.login = sign_in->login,
		.later = code_later(rq, &s->code),
	};

	return set_up_reply(rq, &s->set_up, problem, &page);
}

static enum flow_next
show_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	code_decide(rq, &s->code);
	if (!second_step_may_set_up(&s->code.second))
		return code_over_reply(rq);
	return reply_form(rq, SET_UP_NO_PROBLEM);
}

static enum flow_next
submit_judge(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;
	enum set_up_problem problem;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	code_decide(rq, &s->code);
	if (code_is_denied(&s->code))
		return second_step_denied_reply(rq, &s->code.second);
	if (!second_step_may_set_up(&s->code.second))
		return code_over_reply(rq);
	if (form_token_verify(rq) != FORM_GOOD)
		return reply_form(rq, SET_UP_FORM);
	problem = set_up_judge(rq, &s->set_up, &s->code.second);
	if (problem != SET_UP_NO_PROBLEM)
		return reply_form(rq, problem);
	if (pool_is_full(rq->gate->hashing))
		return reply_error(rq, 503);
	recovery_codes_draw(rq, f, &s->set_up.codes, &s->code.second);
	return FLOW_NEXT;
}

static enum flow_next
submit_confirm(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;

	return set_up_confirm(rq, f, &s->set_up, &s->code.second)
		   ? FLOW_NEXT
		   : reply_error(rq, 503);
}

static struct recovery_codes_way
way_on(struct request *rq)
{
	const struct set_up_in_state *s = rq->page;

	return (struct recovery_codes_way){
		.action = request_own_url(rq, "/mfa/codes"),
		.service_name = service_name(s),
		.with_generator = true,
	};
}

static enum flow_next
submit_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;
	struct recovery_codes_way way = way_on(rq);

	if (!s->set_up.confirmed.confirmed) /* another tab was quicker */
		return code_elsewhere_reply(rq, SIGN_IN_CODES);
	log_event(LOG_INFO, "generator added",
	    LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", s->code.found.sign_in.login));
	return recovery_codes_reply(rq, &s->set_up.codes, &way);
}

static enum flow_next
codes_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;

	if (!stands_at(s, SIGN_IN_CODES) || !code_ask_more(rq, f, &s->code))
		return reply_elsewhere(rq);
	return FLOW_NEXT;
}

static enum flow_next
codes_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;
	struct recovery_codes_way way;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &s->code.to);
	way = way_on(rq);
	return recovery_codes_again_reply(rq, &way);
}

/* The policy is asked again: what was set up may not be all. */
static enum flow_next
leave_open(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;
	uint8_t mac[MAC_SIZE];

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (form_token_verify(rq) != FORM_GOOD || !sign_in_cookie_mac(rq, mac))
		return code_elsewhere_reply(rq, SIGN_IN_CODES);
	code_decide(rq, &s->code);
	s->denied = second_step_next(&s->code.second) != SIGN_IN_RIGHT;
	if (s->denied) {
		s->code.second.support_code = decided_keep(
		    rq, f, sign_in->account_id, mac, &s->code.second);
		return FLOW_NEXT;
	}
	enrolments_leave_codes(rq->gate->store, f, sign_in, rq->now, &s->moved);
	sign_in_finish(rq, f,
	    &(struct sign_in_last){
		.mac = mac,
		.account_id = sign_in->account_id,
		.to = &s->code.to,
		.second = &s->code.second,
		.trust = sign_in->trust,
		.verified_by = sign_in->verified_by,
		.generator = sign_in->enrolment_id,
	    },
	    &s->end);
	return FLOW_NEXT;
}

static enum flow_next
leave_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;

	if (s->denied)
		return second_step_denied_reply(rq, &s->code.second);
	snapshot_follow(rq, f, s->end.grant.opened.generation);
	return FLOW_NEXT;
}

static enum flow_next
leave_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct set_up_in_state *s = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	return code_leave(rq, &s->code, &s->end);
}

const struct flow_step set_up_show[] = {
	FLOW_STEP(code_find), /* the sign-in of the cookie */
	FLOW_STEP(set_up_load), /* its secret, made if there is none */
	FLOW_STEP(show_reply),
	FLOW_END,
};

const struct flow_step set_up_submit[] = {
	FLOW_STEP(code_find),
	FLOW_STEP(set_up_load),
	FLOW_STEP(submit_judge), /* recovery codes on hashing threads */
	FLOW_STEP(submit_confirm), /* and the sign-in moves on */
	FLOW_STEP(submit_reply),
	FLOW_END,
};

const struct flow_step codes_show[] = {
	FLOW_STEP(code_find),
	FLOW_STEP(codes_load),
	FLOW_STEP(codes_reply), /* that they were shown */
	FLOW_END,
};

const struct flow_step codes_leave[] = {
	FLOW_STEP(code_find),
	FLOW_STEP(codes_load),
	FLOW_STEP(leave_open), /* the session, if nothing is missing */
	FLOW_STEP(leave_follow),
	FLOW_STEP(leave_reply),
	FLOW_END,
};
