/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sign-in in progress behind a request to /mfa, and the page that asks for
 * a code.
 */
#include "web/pages/code.h"
#include "web/code_pages.h"

#include "base/arena.h"
#include "base/log.h"
#include "loop/scoreboard.h"
#include "model/service.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/page.h"
#include "web/pages/help.h"
#include "web/request.h"
#include "web/said.h"
#include "web/snapshot.h"
#include "web/why.h"

enum {
	MINUTE_US = 60 * 1000 * 1000
};

static const int64_t day_us = INT64_C(86400) * 1000000;

enum flow_next
code_find(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_state *c = rq->page;
	uint8_t mac[MAC_SIZE];

	if (!sign_in_cookie_mac(rq, mac))
		return code_over_reply(rq);
	sign_ins_find(rq->gate->store, f, mac, rq->now, &c->found);
	return FLOW_NEXT;
}

bool
code_ask_more(struct request *rq, struct flow *f, struct code_state *c)
{
	const struct sign_in *s = &c->found.sign_in;

	if (s->number == 0)
		return false;
	c->step = sign_in_step_of(s->step_name);
	destination_recall(&c->to, s->service_url, s->method);
	destination_make_canonical(rq, &c->to);
	second_step_ask(rq, f, s->account_id, &c->second);
	decisions_code(rq->gate->store, f, s->account_id, s->number, &c->named);
	snapshot_follow(rq, f, c->found.generation);
	return true;
}

enum flow_next
code_load(struct flow *f)
{
	struct request *rq = request_of(f);

	return code_ask_more(rq, f, rq->page) ? FLOW_NEXT : code_over_reply(rq);
}

bool
code_password_given(const struct sign_in *s)
{
	return s->password_at >= s->began_at;
}

/* What was shown in this sign-in besides the password. */
static factor_set
code_methods(const struct sign_in *s)
{
	return s->verified_at > 0
		   ? FACTOR_BIT(second_step_factor(s->verified_by))
		   : 0;
}

void
code_decide(struct request *rq, struct code_state *c)
{
	const struct sign_in *s = &c->found.sign_in;

	destination_find(rq, &c->to);
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = second_step_purpose(s->renew, &c->to),
		.to = &c->to,
		.renew = s->renew,
		.session = { .password_at = s->password_at,
		    .password_given = code_password_given(s),
		    .verified_at = s->verified_at,
		    .methods = code_methods(s) },
	    },
	    &c->second);
}

bool
code_is_denied(const struct code_state *c)
{
	return c->second.decision.outcome == OUTCOME_DENY;
}

static struct str
minutes_until(struct request *rq, int64_t moment)
{
	int64_t minutes = (moment - rq->now + MINUTE_US - 1) / MINUTE_US;

	return arena_format(
	    &rq->arena, "%lld", (long long)(minutes > 0 ? minutes : 1));
}

/* Where the mailed code went, and how long it is good. */
static void
fill_email(
    struct request *rq, const struct code_state *c, struct code_page *page)
{
	const struct sign_in *s = &c->found.sign_in;
	const struct address_row *address = second_step_address(&c->second);

	page->email_offered =
	    address != NULL && (second_step_takes(&c->second, FACTOR_EMAIL) ||
				   c->step == SIGN_IN_PROOF);
	page->email_sent = s->code_made_at > 0;
	if (page->email_sent) {
		page->email = email_masked(rq, s->email);
		page->valid_minutes = minutes_until(rq, s->code_expires_at);
	} else if (address != NULL) {
		page->email = email_masked(rq, address->email);
	}
}

static void
fill_problem(struct request *rq, const struct code_answer *answer,
    struct code_page *page)
{
	page->wrong = answer->problem == CODE_PROBLEM_WRONG;
	page->used = answer->problem == CODE_PROBLEM_USED;
	page->late = answer->problem == CODE_PROBLEM_LATE;
	page->wait = answer->problem == CODE_PROBLEM_WAIT;
	page->stopped = answer->problem == CODE_PROBLEM_STOPPED;
	page->old = answer->problem == CODE_PROBLEM_OLD;
	page->empty = answer->problem == CODE_PROBLEM_EMPTY;
	page->expired = answer->problem == CODE_PROBLEM_FORM;
	page->mail_wait = answer->problem == CODE_PROBLEM_MAIL_WAIT;
	page->any_error = answer->problem != CODE_NO_PROBLEM;
	if (page->wait || page->mail_wait)
		page->minutes = minutes_until(rq, answer->wait_until);
	if (page->late)
		page->minutes = arena_format(
		    &rq->arena, "%lld", (long long)answer->minutes_late);
}

bool
code_may_trust(const struct code_state *c)
{
	return c->step == SIGN_IN_CODE &&
	       c->second.decision.remember == REMEMBER_ASK &&
	       !c->second.facts.zone.shared_computers;
}

struct later_link
code_later(struct request *rq, const struct code_state *c)
{
	int64_t end = c->second.decision.deadline;

	if (c->step == SIGN_IN_CODE ||
	    second_step_next(&c->second) != SIGN_IN_RIGHT)
		return (struct later_link){ STR_NONE, STR_NONE };
	return (struct later_link){
		.url = request_own_url(rq, "/mfa/offer"),
		.until =
		    end > rq->now ? request_moment_words(rq, end) : STR_NONE,
	};
}

static void
fill_trust(
    struct request *rq, const struct code_state *c, struct code_page *page)
{
	const struct decision *d = &c->second.decision;
	int64_t age = d->settings.trust_max_age;

	page->trust_offered = code_may_trust(c);
	if (page->trust_offered && age != POLICY_NONE)
		page->trust_days =
		    arena_format(&rq->arena, "%lld", (long long)(age / day_us));
}

enum flow_next
code_reply(struct request *rq, const struct code_state *c,
    const struct code_answer *answer)
{
	struct code_page page = {
		.action = request_own_url(rq, "/mfa"),
		.send_action = request_own_url(rq, "/mfa/send"),
		.again_url = request_own_url(rq, "/login"),
		.lost_url = help_url_of(rq, HELP_LOST_PHONE),
		.service_name =
		    c->to.service != NULL ? c->to.service->name : STR_NONE,
		.display_name = c->found.sign_in.display_name,
		.app = second_step_takes(&c->second, FACTOR_TOTP),
		.recovery = second_step_takes(&c->second, FACTOR_RECOVERY),
		.proof = c->step == SIGN_IN_PROOF,
	};

	fill_email(rq, c, &page);
	fill_problem(rq, answer, &page);
	if (answer->clock_help && page.app)
		page.clock_url = request_own_url(rq, "/mfa/clock");
	fill_trust(rq, c, &page);
	page.later = code_later(rq, c);
	page.execution = form_token_new(rq);
	page.reasons = why_reasons(rq, &c->second);
	page.has_reasons = page.reasons.count > 0;
	request_fill_frame(rq, &page.frame);
	if (c->named.code.len > 0)
		page.frame.support_code = c->named.code;
	return reply_page(rq, PAGE_CODE, 200, &page);
}

enum flow_next
code_elsewhere_reply(struct request *rq, enum sign_in_step step)
{
	if (step == SIGN_IN_CODE || step == SIGN_IN_PROOF)
		return reply_redirect(rq, 303, request_own_url(rq, "/mfa"));
	if (step == SIGN_IN_OFFER)
		return reply_redirect(
		    rq, 303, request_own_url(rq, "/mfa/offer"));
	if (step == SIGN_IN_SET_UP)
		return reply_redirect(
		    rq, 303, request_own_url(rq, "/mfa/set-up"));
	if (step == SIGN_IN_CODES)
		return reply_redirect(
		    rq, 303, request_own_url(rq, "/mfa/codes"));
	return code_over_reply(rq);
}

enum flow_next
code_over_reply(struct request *rq)
{
	sign_in_cookie_clear(rq);
	return reply_redirect(rq, 303, request_own_url(rq, "/login"));
}

enum flow_next
code_leave(
    struct request *rq, struct code_state *c, const struct sign_in_end *end)
{
	const struct sign_in *s = &c->found.sign_in;

	if (end->grant.opened.number == 0)
		return code_over_reply(rq);
	destination_find(rq, &c->to);
	sign_in_cookie_clear(rq);
	scoreboard_count(SCORE_SIGN_IN_RIGHT);
	log_event(LOG_INFO, "signed in", LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", s->login), LOG_TEXT("client", str_of(rq->client)));
	if (second_step_purpose(s->renew, &c->to) == PURPOSE_CHANGE)
		said_put(rq, SAID_CONFIRMED, 0);
	return sign_in_leave(rq,
	    &(struct sign_in_way){
		.login = s->login,
		.to = &c->to,
		.from_new_login = code_password_given(s),
	    },
	    &c->second, end);
}
