/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /login: name and password (web/password_try.h), and what the policy
 * wants besides.
 */
#include "model/service.h"
#include "store/generation.h"
#include "web/configuration.h"
#include "web/decided.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/login.h"
#include "web/pages/login_form.h"
#include "web/request.h"
#include "web/said.h"
#include "web/snapshot.h"

static enum flow_next
submit_again(struct request *rq, enum login_problem problem)
{
	const struct login_submit_state *l = rq->page;

	return login_form_reply(
	    rq, &(struct login_form){
		    .to = &l->to,
		    .username = l->tried.username,
		    .renew = l->renew,
		    .ticked = l->ticked,
		    .problem = problem,
		    .wait_until = l->tried.candidate.wait_until,
		});
}

/* False: a parameter stands twice. */
static bool
submit_read(struct request *rq, struct login_submit_state *l)
{
	if (!destination_read(rq, &l->to) ||
	    params_get(&rq->params, STR("username"), &l->tried.username) ==
		PARAM_TWICE ||
	    params_get(&rq->params, STR("password"), &l->tried.password) ==
		PARAM_TWICE)
		return false;
	l->renew = parameter_is_set(rq, STR("renew"));
	l->ticked.warn = parameter_is_set(rq, STR("warn"));
	l->ticked.stay = parameter_is_set(rq, STR("rememberMe"));
	destination_make_canonical(rq, &l->to);
	destination_find(rq, &l->to);
	return true;
}

static enum flow_next
submit_check_form(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	if (!submit_read(rq, l) || l->tried.password.len > PASSWORD_LONGEST)
		return reply_error(rq, 400);
	if (l->to.url.len > 0 && l->to.service == NULL)
		generation_read(rq->gate->store, f, &l->generation);
	return FLOW_NEXT;
}

static enum flow_next
submit_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	snapshot_follow(rq, f, l->generation.number);
	return FLOW_NEXT;
}

static enum flow_next
submit_count(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &l->to);
	if (l->to.url.len > 0 && l->to.service == NULL)
		return login_unregistered_reply(rq, &l->to);
	l->renew = l->renew || destination_wants_fresh(&l->to);
	switch (form_token_verify(rq)) {
	case FORM_GOOD:
		break;
	case FORM_EXPIRED:
		return submit_again(rq, LOGIN_EXPIRED);
	case FORM_NO_COOKIE:
		return submit_again(rq, LOGIN_COOKIES_OFF);
	}
	if (l->tried.username.len == 0 || l->tried.password.len == 0)
		return submit_again(rq, LOGIN_INCOMPLETE);

	if (!password_try_count(rq, f, &l->tried))
		return reply_error(rq, 503);
	return FLOW_NEXT;
}

static enum flow_next
submit_compare(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	if (!password_try_compare(rq, f, &l->tried, &l->second))
		return submit_again(rq, LOGIN_WAIT);
	return FLOW_NEXT;
}

/* What the policy wants before a session may open. */
static enum sign_in_step
submit_step(struct request *rq, struct login_submit_state *l)
{
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = second_step_purpose(l->renew, &l->to),
		.to = &l->to,
		.renew = l->renew,
		.session = { .password_at = rq->now, .password_given = true },
	    },
	    &l->second);
	return second_step_next_or_offer(rq, &l->second);
}

static void
submit_go_on(struct request *rq, struct flow *f, enum sign_in_step step)
{
	struct login_submit_state *l = rq->page;
	const struct account *account = &l->tried.candidate.account;

	sign_in_begin(rq, f,
	    &(struct sign_in_first){
		.account_id = account->id,
		.account_epoch = account->epoch,
		.password_at = rq->now,
		.counters = &l->tried.counters,
		.to = &l->to,
		.renew = l->renew,
		.warn = l->ticked.warn,
		.stay = l->ticked.stay && l->second.may_stay &&
			login_offers_stay(rq, l->renew),
		.step = step,
		.skipped = step == SIGN_IN_RIGHT
			       ? second_step_skipped(&l->second)
			       : STR_NONE,
		.second = &l->second,
	    },
	    &l->start);
	if (step == SIGN_IN_RIGHT)
		sign_in_finish(rq, f,
		    &(struct sign_in_last){
			.mac = l->start.mac,
			.account_id = account->id,
			.to = &l->to,
			.second = &l->second,
		    },
		    &l->end);
	password_try_rehash(rq, f, &l->tried);
}

static enum flow_next
submit_decide(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	if (l->tried.checked.not_compared) {
		password_try_take_back(rq, f, &l->tried);
		return FLOW_NEXT;
	}
	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &l->to); /* in the registry as it is now */
	l->right = password_try_is_right(&l->tried);
	if (!l->right) {
		password_try_refuse(rq, f, &l->tried, STR("sign-in refused"));
		return FLOW_NEXT;
	}
	l->step = submit_step(rq, l);
	if (l->step == SIGN_IN_ENDED) {
		password_try_refuse(rq, f, &l->tried, STR("sign-in denied"));
		l->second.support_code = decided_keep(
		    rq, f, l->tried.candidate.account.id, NULL, &l->second);
	} else {
		submit_go_on(rq, f, l->step);
	}
	return FLOW_NEXT;
}

/* Whoever confirms by mail, and by nothing quicker, gets the code at once. */
static bool
submit_wants_mail(const struct login_submit_state *l)
{
	return l->start.begun.number > 0 &&
	       second_step_address(&l->second) != NULL &&
	       (l->step == SIGN_IN_PROOF ||
		   (l->step == SIGN_IN_CODE &&
		       second_step_takes(&l->second, FACTOR_EMAIL) &&
		       !second_step_takes(&l->second, FACTOR_TOTP)));
}

static enum flow_next
submit_follow_again(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	snapshot_follow(rq, f, l->end.grant.opened.generation);
	if (submit_wants_mail(l))
		email_code_count(
		    rq, f, l->tried.candidate.account.id, &l->sending);
	return FLOW_NEXT;
}

static enum flow_next
submit_send(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	if (l->sending.counted.counted)
		email_code_send(rq, f,
		    &(struct sign_in){ .number = l->start.begun.number,
			.account_id = l->tried.candidate.account.id },
		    second_step_address(&l->second),
		    l->to.service != NULL ? l->to.service->name : STR_NONE,
		    &l->sending);
	return FLOW_NEXT;
}

static enum flow_next
submit_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_submit_state *l = rq->page;

	if (l->tried.checked.not_compared || !snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &l->to);
	if (l->right && l->step == SIGN_IN_ENDED)
		return second_step_denied_reply(rq, &l->second);
	if (l->right && l->step != SIGN_IN_RIGHT && l->start.begun.number > 0) {
		sign_in_cookie(rq, &l->start);
		return reply_redirect(rq, 303,
		    request_own_url(
			rq, l->step == SIGN_IN_OFFER ? "/mfa/offer" : "/mfa"));
	}
	password_try_note(rq, &l->tried, l->end.grant.opened.number > 0);
	if (l->end.grant.opened.number == 0)
		return submit_again(rq, LOGIN_WRONG);
	if (l->to.url.len == 0 && l->renew)
		said_put(rq, SAID_CONFIRMED, 0);
	return sign_in_leave(rq,
	    &(struct sign_in_way){
		.login = l->tried.candidate.account.login,
		.to = &l->to,
		.from_new_login = true,
	    },
	    &l->second, &l->end);
}

const struct flow_step login_submit[] = {
	FLOW_STEP(submit_check_form),
	FLOW_STEP(submit_follow), /* the registry, if the service is unknown */
	FLOW_STEP(submit_count), /* the try, then the account */
	FLOW_STEP(submit_compare), /* on a hashing thread */
	FLOW_STEP(submit_decide), /* session and trail commit together */
	FLOW_STEP(submit_follow_again),
	FLOW_STEP(submit_send), /* a code by mail, if that is what is asked */
	FLOW_STEP(submit_reply),
	FLOW_END,
};
