/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/tickets and /v1/users: a program brings name and password.
 *
 * A try is counted, compared and told of as one on the sign-in form, by the
 * same functions, and a right one that comes to nothing is no failure: else
 * whoever needs a second step would be locked out by the program that they use.
 */
#include "cas/answer.h"
#include "cas/rest_answer.h"
#include "cas/service_person.h"
#include "http/server.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/admission.h"
#include "web/cas/rest.h"
#include "web/cas/user_name.h"
#include "web/configuration.h"
#include "web/decided.h"
#include "web/gate.h"
#include "web/notices.h"
#include "web/request.h"
#include "web/routes.h"
#include "web/snapshot.h"

enum {
	USER_LARGEST = 1024 * 1024,
};

bool
rest_begin(struct request *rq)
{
	if (rq->configuration->settings.rest && !rq->params.crooked)
		return true;
	(void)reply_error(rq, rq->params.crooked ? 400 : 404);
	return false;
}

bool
rest_allows(const struct destination *to)
{
	return to->service != NULL && to->service->rest;
}

bool
rest_passes(const struct second_step *s)
{
	return second_step_next(s) == SIGN_IN_RIGHT;
}

static enum flow_next
reply_refusal(
    struct request *rq, unsigned status, const struct rest_refusal *refusal)
{
	CLEANUP(buf_clear) struct buf body = BUF_INIT(4096);

	rest_answer_refusal(&body, refusal);
	return reply_text(
	    rq, status, answer_content_type(ANSWER_JSON), buf_str(&body));
}

static enum flow_next
reply_no_service(
    struct request *rq, const struct destination *to, struct str text)
{
	rq->outcome = STR("Service refused.");
	rq->service = destination_for_log(to);
	return reply_refusal(rq, 403,
	    &(struct rest_refusal){
		.name = STR("UnauthorizedServiceException"),
		.text = text,
	    });
}

enum flow_next
rest_reply_not_allowed(struct request *rq, const struct destination *to)
{
	return reply_no_service(rq, to,
	    STR("This application is not registered, or gets no tickets by "
		"REST."));
}

enum flow_next
rest_reply_not_fresh(struct request *rq, const struct destination *to)
{
	return reply_no_service(rq, to,
	    STR("This application wants the password for every ticket, which "
		"takes a browser: sign in at the sign-in page."));
}

enum flow_next
rest_reply_not_admitted(struct request *rq, const struct destination *to)
{
	rq->outcome = STR("Person refused.");
	rq->service = destination_for_log(to);
	return reply_refusal(rq, 403,
	    &(struct rest_refusal){
		.name = STR("UnauthorizedServiceForPrincipalException"),
		.text = STR("This application is not open to this person."),
	    });
}

enum flow_next
rest_reply_more(struct request *rq, const struct second_step *s)
{
	struct rest_refusal refusal = {
		.name = STR("MultifactorAuthenticationRequiredException"),
		.text = STR("The institution asks for more than a password "
			    "here, which takes a browser: sign in at the "
			    "sign-in page."),
		.support_code = s->support_code,
	};

	if (s->decision.outcome == OUTCOME_DENY) {
		refusal.name = STR("AccountLoginRestrictedException");
		refusal.text = STR("The institution's rules refuse this.");
	}
	rq->outcome = STR("More than a password is asked for.");
	return reply_refusal(rq, 403, &refusal);
}

/* Of a user who does not exist it says the same. */
static enum flow_next
reply_wrong(struct request *rq)
{
	return reply_refusal(rq, 401,
	    &(struct rest_refusal){
		.name = STR("FailedLoginException"),
		.text = STR("Name or password is wrong."),
	    });
}

static enum flow_next
reply_wait(struct request *rq, const struct password_try *tried)
{
	int64_t seconds = (tried->candidate.wait_until - rq->now) / 1000000;

	rq->retry_after = (unsigned)seconds + 1;
	return reply_refusal(rq, 429,
	    &(struct rest_refusal){
		.name = STR("AccountThrottledException"),
		.text = STR("There were too many failures: wait."),
	    });
}

static bool
enter_read(struct request *rq, struct password_try *tried)
{
	return params_get(&rq->params, STR("username"), &tried->username) ==
		   PARAM_ONCE &&
	       params_get(&rq->params, STR("password"), &tried->password) ==
		   PARAM_ONCE &&
	       tried->password.len <= PASSWORD_LONGEST;
}

static enum flow_next
enter_begin(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (!rest_begin(rq))
		return FLOW_DONE;
	if (!enter_read(rq, &e->tried))
		return reply_error(rq, 400);
	snapshot_follow(rq, f, 0);
	return FLOW_NEXT;
}

static enum flow_next
user_begin(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (!rest_begin(rq))
		return FLOW_DONE;
	if (!enter_read(rq, &e->tried) || !destination_read(rq, &e->to))
		return reply_error(rq, 400);
	destination_make_canonical(rq, &e->to);
	destination_find(rq, &e->to);
	if (e->to.url.len > 0 && !rest_allows(&e->to))
		generation_read(rq->gate->store, f, &e->generation);
	return FLOW_NEXT;
}

static enum flow_next
enter_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	snapshot_follow(rq, f, e->generation.number);
	return FLOW_NEXT;
}

static enum flow_next
enter_count(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &e->to);
	if (e->to.url.len > 0 && !rest_allows(&e->to))
		return rest_reply_not_allowed(rq, &e->to);
	if (!password_try_count(rq, f, &e->tried))
		return reply_error(rq, 503);
	return FLOW_NEXT;
}

static enum flow_next
enter_compare(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (!password_try_compare(rq, f, &e->tried, &e->second))
		return reply_wait(rq, &e->tried);
	return FLOW_NEXT;
}

/* What is missing cannot be given here, so that is the end of it. */
static void
enter_deny(struct request *rq, struct flow *f)
{
	struct rest_enter_state *e = rq->page;

	password_try_take_back(rq, f, &e->tried);
	password_try_refuse(rq, f, &e->tried, STR("sign-in denied"));
	e->second.support_code = decided_keep(
	    rq, f, e->tried.candidate.account.id, NULL, &e->second);
}

static void
enter_open(struct request *rq, struct flow *f)
{
	struct rest_enter_state *e = rq->page;
	const struct account *account = &e->tried.candidate.account;

	sign_in_begin(rq, f,
	    &(struct sign_in_first){
		.account_id = account->id,
		.account_epoch = account->epoch,
		.password_at = rq->now,
		.counters = &e->tried.counters,
		.to = &e->to,
		.step = SIGN_IN_RIGHT,
		.skipped = second_step_skipped(&e->second),
		.second = &e->second,
	    },
	    &e->start);
	grant_rest_session(rq, f, e->start.mac, &e->grant);
	notice_new_browser(rq, f, &e->second, STR_NONE);
	(void)decided_keep(rq, f, account->id, e->start.mac, &e->second);
}

/* The password was theirs, and the application is not: nothing is told. */
static void
enter_turn_away(struct request *rq, struct flow *f)
{
	struct rest_enter_state *e = rq->page;

	e->not_admitted = true;
	password_try_take_back(rq, f, &e->tried);
	admission_note_refusal(rq, f, &e->second, &e->to);
}

/* Nothing opens: that it was asked is all that there is to keep. */
static void
enter_tell(struct request *rq, struct flow *f)
{
	struct rest_enter_state *e = rq->page;

	password_try_take_back(rq, f, &e->tried);
	password_try_refuse(rq, f, &e->tried, STR("password checked"));
}

static enum flow_next
enter_decide(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (e->tried.checked.not_compared) {
		password_try_take_back(rq, f, &e->tried);
		return FLOW_NEXT;
	}
	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &e->to);
	e->right = password_try_is_right(&e->tried);
	if (!e->right) {
		password_try_refuse(rq, f, &e->tried, STR("sign-in refused"));
		return FLOW_NEXT;
	}
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = PURPOSE_SERVICE,
		.to = &e->to,
		.session = { .password_at = rq->now, .password_given = true },
		.relayed = true,
	    },
	    &e->second);
	e->passes = rest_passes(&e->second);
	password_try_rehash(rq, f, &e->tried);
	if (!e->passes)
		enter_deny(rq, f);
	else if (!admission_granted(rq, &e->second, &e->to))
		enter_turn_away(rq, f);
	else if (rq->route->flags & ROUTE_GRANTS)
		enter_open(rq, f);
	else
		enter_tell(rq, f);
	return FLOW_NEXT;
}

/* By default the page; else the bare name. */
static bool
wants_page(const struct request *rq)
{
	struct str accept = str_trim(
	    http_field(http_exchange_head(rq->exchange), STR("Accept")));

	return accept.len == 0 || str_starts(accept, STR("*/*")) ||
	       str_starts(accept, STR("text/html"));
}

static enum flow_next
reply_created(struct request *rq, const struct session_grant *grant)
{
	CLEANUP(buf_clear) struct buf page = BUF_INIT(4096);
	const struct str parts[] = { request_own_url(rq, "/v1/tickets/"),
		grant->handle };
	struct http_response response = {
		.status = 201,
		.kind = HTTP_DATA,
		.location = arena_join(&rq->arena, parts, COUNT_OF(parts)),
		.content_type = STR("text/plain;charset=UTF-8"),
		.body = grant->handle,
	};

	rq->outcome = STR("Session opened by REST.");
	rq->session = grant->opened.number;
	if (wants_page(rq)) {
		rest_answer_form(&page, response.location);
		response.content_type = STR("text/html;charset=UTF-8");
		response.body = buf_str(&page);
	}
	return reply_with(rq, &response);
}

static enum flow_next
reply_user(struct request *rq, const struct rest_enter_state *e)
{
	CLEANUP(buf_clear) struct buf body = BUF_INIT(USER_LARGEST);
	const struct account *account = &e->tried.candidate.account;
	const struct service *service = e->to.service;
	const struct service_person person = {
		.account_id = account->id,
		.login = account->login,
		.attributes = account->attributes,
	};
	struct answer_success success = {
		.user = account->login,
		.attributes = account->attributes,
		.released = service != NULL ? service->released : STR_NONE,
		.renamed = service != NULL ? &service->settings->renamed : NULL,
	};

	if (service != NULL &&
	    !user_name_make(rq, service, &person, &success.user))
		return reply_error(rq, 500);
	rest_answer_user(&body, &success);
	if (!buf_ok(&body))
		return reply_error(rq, 500);
	rq->outcome = STR("Password checked by REST.");
	rq->service = destination_for_log(&e->to);
	return reply_text(
	    rq, 200, answer_content_type(ANSWER_JSON), buf_str(&body));
}

/* An answer to a wrong password, unless it was right: true, and has answered.
 */
static bool
replied_refusal(struct request *rq)
{
	struct rest_enter_state *e = rq->page;

	if (e->tried.checked.not_compared)
		(void)reply_error(rq, 503);
	else if (!e->right)
		(void)reply_wrong(rq);
	else if (!e->passes)
		(void)rest_reply_more(rq, &e->second);
	else if (e->not_admitted)
		(void)rest_reply_not_admitted(rq, &e->to);
	else
		return false;
	return true;
}

static enum flow_next
enter_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (!e->right || e->passes)
		password_try_note(rq, &e->tried, e->grant.opened.number > 0);
	if (replied_refusal(rq))
		return FLOW_DONE;
	if (e->grant.opened.number == 0) /* the account changed meanwhile */
		return reply_wrong(rq);
	return reply_created(rq, &e->grant);
}

static enum flow_next
user_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_enter_state *e = rq->page;

	if (!e->right)
		password_try_note(rq, &e->tried, false);
	if (replied_refusal(rq))
		return FLOW_DONE;
	if (e->to.url.len > 0 && !rest_allows(&e->to))
		return rest_reply_not_allowed(rq, &e->to);
	return reply_user(rq, e);
}

const struct flow_step rest_enter[] = {
	FLOW_STEP(enter_begin),
	FLOW_STEP(enter_count), /* the try, then the account */
	FLOW_STEP(enter_compare), /* on a hashing thread */
	FLOW_STEP(enter_decide), /* session and trail commit together */
	FLOW_STEP(enter_reply),
	FLOW_END,
};

const struct flow_step rest_user[] = {
	FLOW_STEP(user_begin),
	FLOW_STEP(enter_follow), /* the registry, if the service is unknown */
	FLOW_STEP(enter_count),
	FLOW_STEP(enter_compare),
	FLOW_STEP(enter_decide),
	FLOW_STEP(user_reply),
	FLOW_END,
};
