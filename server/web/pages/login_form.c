/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sign-in page and its neighbours.
 */
#include "web/pages/login_form.h"

#include "http/server.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/request.h"

/* Apereo's statuses, which scripts know: 401 wrong, 429 for too many. */
static unsigned
problem_status(enum login_problem problem)
{
	switch (problem) {
	case LOGIN_WRONG:
		return 401;
	case LOGIN_WAIT:
		return 429;
	case LOGIN_NO_PROBLEM:
	case LOGIN_INCOMPLETE:
	case LOGIN_EXPIRED:
	case LOGIN_COOKIES_OFF:
		break;
	}
	return 200;
}

enum flow_next
login_form_reply(struct request *rq, const struct login_form *form)
{
	int64_t wait_seconds = (form->wait_until - rq->now) / 1000000 + 1;
	const struct service *service = form->to->service;
	struct login_page page = {
		.action = request_own_url(rq, "/login"),
		.execution = form_token_new(rq),
		.service_url = form->to->url,
		.service_name = service != NULL ? service->name : STR_NONE,
		.service_contact =
		    service != NULL ? service->settings->contact : STR_NONE,
		.username = form->username,
		.saml = form->to->saml,
		.renew = form->renew,
		.wrong = form->problem == LOGIN_WRONG,
		.incomplete = form->problem == LOGIN_INCOMPLETE,
		.expired = form->problem == LOGIN_EXPIRED,
		.cookies_off = form->problem == LOGIN_COOKIES_OFF,
		.wait = form->problem == LOGIN_WAIT,
		.any_error = form->problem != LOGIN_NO_PROBLEM,
	};

	if (page.wait) {
		rq->retry_after = (unsigned)wait_seconds;
		page.wait_minutes = arena_format(
		    &rq->arena, "%lld", (long long)((wait_seconds + 59) / 60));
	}
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_LOGIN, problem_status(form->problem), &page);
}

enum flow_next
login_unregistered_reply(struct request *rq, const struct destination *to)
{
	struct unregistered_page page = { .service_url = to->url };

	rq->outcome = STR("Service refused.");
	rq->service = destination_for_log(to);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_UNREGISTERED, 403, &page);
}
