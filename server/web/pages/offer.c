/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /mfa/offer: a generator is offered on the way in, to be set up now or later.
 *
 * "Later" comes from the pages behind the offer too.  It is the policy, asked
 * again, that says whether it may be said, never the step; and what it notes is
 * noted in the statement that moves the sign-in on, so no second tab counts it
 * twice.
 */
#include "web/pages/offer.h"

#include "base/arena.h"
#include "model/service.h"
#include "web/decided.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/help.h"
#include "web/request.h"
#include "web/set_up_pages.h"
#include "web/snapshot.h"

static struct str
service_name(const struct offer_state *s)
{
	const struct service *service = s->code.to.service;

	return service != NULL ? service->name : STR_NONE;
}

/* Until when, and how often, it can be put off. */
static void
fill_end(struct request *rq, struct offer_page *page)
{
	const struct offer_state *s = rq->page;
	const struct decision *d = &s->code.second.decision;

	page->later = code_later(rq, &s->code);
	page->due = page->later.until;
	if (d->skips_left > 0)
		page->skips_left =
		    arena_format(&rq->arena, "%lld", (long long)d->skips_left);
}

static enum flow_next
reply_offer(struct request *rq)
{
	struct offer_state *s = rq->page;
	enum sign_in_step way = second_step_set_up(&s->code.second);
	struct offer_page page = {
		.action = request_own_url(rq, "/mfa/offer"),
		.execution = form_token_new(rq),
		.again_url = request_own_url(rq, "/login"),
		.app_url = help_url_of(rq, HELP_WHICH_APP),
		.service_name = service_name(s),
		.display_name = s->code.found.sign_in.display_name,
		.offered = way != SIGN_IN_ENDED,
		.proof = way == SIGN_IN_PROOF,
	};

	fill_end(rq, &page);
	request_fill_frame(rq, &page.frame);
	if (s->code.named.code.len > 0)
		page.frame.support_code = s->code.named.code;
	return reply_page(rq, PAGE_OFFER, 200, &page);
}

/* What was enough is not any more: a code, or nothing at all, would do. */
static bool
is_lost(const struct offer_state *s)
{
	enum sign_in_step next = second_step_next(&s->code.second);

	return next == SIGN_IN_CODE || next == SIGN_IN_ENDED;
}

static enum flow_next
show_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct offer_state *s = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (s->code.step != SIGN_IN_OFFER)
		return code_elsewhere_reply(rq, s->code.step);
	code_decide(rq, &s->code);
	return is_lost(s) ? code_over_reply(rq) : reply_offer(rq);
}

/* Of an offer with an end or not; what only encourages is not counted. */
static bool
is_counted(const struct offer_state *s)
{
	return s->code.second.decision.outcome == OUTCOME_OFFER;
}

static void
put_off(struct request *rq, struct flow *f, const uint8_t *mac)
{
	struct offer_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;

	sign_ins_put_off(rq->gate->store, f, sign_in,
	    &(struct sign_in_put_off){
		.now = rq->now,
		.skipped = second_step_skipped(&s->code.second),
		.counts = is_counted(s),
	    },
	    &s->moved);
	sign_in_finish(rq, f,
	    &(struct sign_in_last){
		.mac = mac,
		.account_id = sign_in->account_id,
		.to = &s->code.to,
		.second = &s->code.second,
		.trust = sign_in->trust,
		.verified_by = sign_in->verified_by,
	    },
	    &s->end);
}

static enum flow_next
choose_later(struct request *rq, struct flow *f)
{
	struct offer_state *s = rq->page;
	uint8_t mac[MAC_SIZE];

	if (!sign_in_cookie_mac(rq, mac))
		return code_over_reply(rq);
	s->next = second_step_next(&s->code.second);
	if (s->next != SIGN_IN_RIGHT) /* by now it cannot be put off */
		return code_elsewhere_reply(rq, s->code.step);
	put_off(rq, f, mac);
	return FLOW_NEXT;
}

static enum flow_next
choose_now(struct request *rq, struct flow *f)
{
	struct offer_state *s = rq->page;

	s->next = second_step_set_up(&s->code.second);
	if (s->code.step != SIGN_IN_OFFER || s->next == SIGN_IN_ENDED)
		return code_elsewhere_reply(rq, s->code.step);
	sign_ins_take_up(rq->gate->store, f, &s->code.found.sign_in,
	    &(struct sign_in_take_up){ rq->now, s->next }, &s->moved);
	return FLOW_NEXT;
}

static enum flow_next
submit_choose(struct flow *f)
{
	struct request *rq = request_of(f);
	struct offer_state *s = rq->page;
	enum sign_in_step step = s->code.step;
	struct str choice = STR_NONE;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (params_get(&rq->params, STR("choice"), &choice) == PARAM_TWICE)
		return reply_error(rq, 400);
	if ((step != SIGN_IN_OFFER && step != SIGN_IN_PROOF &&
		step != SIGN_IN_SET_UP) ||
	    form_token_verify(rq) != FORM_GOOD)
		return code_elsewhere_reply(rq, step);
	code_decide(rq, &s->code);
	if (is_lost(s))
		return code_over_reply(rq);
	if (str_equal(choice, STR("later")))
		return choose_later(rq, f);
	if (str_equal(choice, STR("now")))
		return choose_now(rq, f);
	return code_elsewhere_reply(rq, step);
}

/* Whoever proves by mail that it is they gets the code at once. */
static enum flow_next
submit_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct offer_state *s = rq->page;

	if (s->next == SIGN_IN_RIGHT)
		snapshot_follow(rq, f, s->end.grant.opened.generation);
	else if (s->next == SIGN_IN_PROOF && s->moved.step.len > 0 &&
		 second_step_address(&s->code.second) != NULL)
		email_code_count(
		    rq, f, s->code.found.sign_in.account_id, &s->sending);
	return FLOW_NEXT;
}

static enum flow_next
submit_send(struct flow *f)
{
	struct request *rq = request_of(f);
	struct offer_state *s = rq->page;

	if (s->sending.counted.counted)
		email_code_send(rq, f, &s->code.found.sign_in,
		    second_step_address(&s->code.second), service_name(s),
		    &s->sending);
	return FLOW_NEXT;
}

static enum flow_next
submit_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct offer_state *s = rq->page;

	if (s->next != SIGN_IN_RIGHT)
		return code_elsewhere_reply(rq, s->next);
	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	return code_leave(rq, &s->code, &s->end);
}

const struct flow_step offer_show[] = {
	FLOW_STEP(code_find), /* the sign-in of the cookie */
	FLOW_STEP(code_load), /* what deciding needs */
	FLOW_STEP(show_reply),
	FLOW_END,
};

const struct flow_step offer_submit[] = {
	FLOW_STEP(code_find),
	FLOW_STEP(code_load),
	FLOW_STEP(submit_choose), /* later: with the session */
	FLOW_STEP(submit_follow),
	FLOW_STEP(submit_send), /* a code by mail, if that comes first */
	FLOW_STEP(submit_reply),
	FLOW_END,
};
