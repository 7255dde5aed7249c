/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sign-in page and its neighbours.
 */
#include "web/pages/login_form.h"

#include "http/server.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/protection.h"
#include "web/request.h"
#include "web/way_pages.h"

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

/* Empty below two: the page then says it without a number. */
static struct str
whole_days(struct request *rq, int64_t seconds)
{
	int64_t days = seconds / 86400;

	return days < 2 ? STR_NONE
			: arena_format(&rq->arena, "%lld", (long long)days);
}

/* Confirming who one is changes nothing of the session. */
static bool
offers_warning(const struct request *rq, const struct login_form *form)
{
	return rq->configuration->settings.offers_warning && !form->renew;
}

bool
login_offers_stay(const struct request *rq, bool renew)
{
	return rq->configuration->settings.session.long_seconds > 0 && !renew &&
	       !protection_shared_computer(rq->protection, str_of(rq->client));
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
		.method = form->to->method,
		.service_contact =
		    service != NULL ? service->settings->contact : STR_NONE,
		.username = form->username,
		.saml = form->to->saml,
		.warn_offered = offers_warning(rq, form),
		.warn = form->ticked.warn,
		.stay_offered = login_offers_stay(rq, form->renew),
		.stay = form->ticked.stay,
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
	page.stay_days =
	    whole_days(rq, rq->configuration->settings.session.long_seconds);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_LOGIN, problem_status(form->problem), &page);
}

enum flow_next
login_warning_reply(struct request *rq, const struct destination *to)
{
	struct warning_page page = {
		.action = request_own_url(rq, "/enter"),
		.dashboard_url = request_own_url(rq, "/"),
		.execution = form_token_new(rq),
		.service_url = to->url,
		.method = to->method,
		.service_name = to->service->name,
		.saml = to->saml,
	};

	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_WARNING, 200, &page);
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
