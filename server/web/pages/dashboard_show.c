/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET of the server's own address: the dashboard of who is signed in.
 *
 * Everybody else goes to the sign-in page, and from there comes back.
 */
#include "store/factors.h"
#include "web/account_pages.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/account_view.h"
#include "web/pages/dashboard.h"
#include "web/request.h"
#include "web/said.h"
#include "web/snapshot.h"

enum {
	ACTIVITY_SHOWN = 20,
};

static const int64_t activity_days_us = INT64_C(60) * 86400 * 1000000;
static const int64_t sign_in_days_us = INT64_C(400) * 86400 * 1000000;

static enum flow_next
dashboard_gather(struct flow *f)
{
	struct request *rq = request_of(f);
	struct dashboard_state *d = rq->page;

	if (!owner_ask_more(rq, f, &d->owner))
		return owner_sign_in_reply(rq);
	generators_list(rq->gate->store, f, d->owner.found.session.account_id,
	    &d->generators);
	return FLOW_NEXT;
}

/* On the lane of what may take longer. */
static enum flow_next
dashboard_list(struct flow *f)
{
	struct request *rq = request_of(f);
	struct dashboard_state *d = rq->page;
	const struct session *session = &d->owner.found.session;
	const struct browser *browser = &d->owner.second.browser;
	const struct session_owner owner = {
		.account_id = session->account_id,
		.session = session->number,
		.now = rq->now,
		.limits = rq->configuration->settings.session,
	};
	const struct activity_range range = {
		.account_id = session->account_id,
		.below = INT64_MAX,
		.since = rq->now - activity_days_us,
		.most = ACTIVITY_SHOWN,
	};

	owner_browsers_list(rq->gate->store, f, session->account_id,
	    browser->came ? browser->id : NULL, &d->browsers);
	owner_sessions_list(rq->gate->store, f, &owner, &d->sessions);
	owner_sessions_applications(
	    rq->gate->store, f, &owner, &d->applications);
	activity_list(rq->gate->store, f, &range, &d->activity);
	activity_sign_in_before(rq->gate->store, f, session->account_id,
	    session->number, rq->now - sign_in_days_us, &d->sign_in_before);
	return FLOW_NEXT;
}

static void
fill_notice(struct request *rq, struct dashboard_page *page)
{
	int64_t number = 0;
	enum said said = said_take(rq, &number);

	page->confirmed = said == SAID_CONFIRMED && !page->asks_password;
	page->ended_one = said == SAID_SESSIONS_ENDED && number == 1;
	page->ended_many = said == SAID_SESSIONS_ENDED && number != 1;
	page->ended_count = arena_format(&rq->arena, "%lld", (long long)number);
	page->ended_already = said == SAID_ENDED_ALREADY;
	page->no_others = said == SAID_NO_OTHERS;
	page->form_expired = said == SAID_FORM_EXPIRED;
	page->forgotten_one = said == SAID_BROWSERS_FORGOTTEN && number == 1;
	page->forgotten_many = said == SAID_BROWSERS_FORGOTTEN && number != 1;
	page->forgotten_already = said == SAID_FORGOTTEN_ALREADY;
	page->generator_removed = said == SAID_GENERATOR_REMOVED;
	page->generator_gone = said == SAID_GENERATOR_GONE;
	page->browser_named = said == SAID_BROWSER_NAMED;
	page->name_refused = said == SAID_NAME_REFUSED;
	page->any_notice =
	    page->confirmed || page->ended_one || page->ended_many ||
	    page->ended_already || page->no_others || page->form_expired ||
	    page->forgotten_one || page->forgotten_many ||
	    page->forgotten_already || page->generator_removed ||
	    page->generator_gone || page->browser_named || page->name_refused;
}

static void
fill_generator(struct request *rq, const struct dashboard_state *d,
    struct dashboard_page *page)
{
	page->generators = view_generators(rq, &d->generators);
	page->has_generator = d->generators.count > 0;
	page->generator_offered =
	    second_step_has(&d->owner.second, FACTOR_TOTP);
	page->generator_removable = owner_may_remove(&d->owner);
	page->generator_url = request_own_url(rq, "/generator");
	page->remove_url = request_own_url(rq, "/generator/remove");
	page->lost_url = request_own_url(rq, "/lost-phone");
	if (second_step_renews_codes(&d->owner.second))
		page->codes_url = request_own_url(rq, "/generator/codes");
}

static void
fill_sessions(struct request *rq, const struct dashboard_state *d,
    struct dashboard_page *page)
{
	const struct owner_session *rows = d->sessions.items;
	size_t listed = d->sessions.count;
	int64_t all = listed > 0 ? rows[0].count : 0;

	page->sessions =
	    view_sessions(rq, &(struct sessions_viewed){
				  .sessions = &d->sessions,
				  .applications = &d->applications,
				  .memberships = &d->owner.second.memberships,
				  .current = d->owner.found.session.number,
			      });
	page->has_others = all > 1;
	page->end_url = request_own_url(rq, "/sessions/end");
	page->end_others_url = request_own_url(rq, "/sessions/end-others");
	if (all > (int64_t)listed)
		page->more_sessions = arena_format(
		    &rq->arena, "%lld", (long long)all - (long long)listed);
}

static enum flow_next
dashboard_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct dashboard_state *d = rq->page;
	const struct session *session = &d->owner.found.session;
	struct dashboard_page page = {
		.display_name = session->display_name,
		.login = session->login,
		.logout_url = request_own_url(rq, "/logout"),
		.activity_url = request_own_url(rq, "/activity"),
	};

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_look(rq, &d->owner))
		return owner_sign_in_reply(rq);
	page.asks_password = !owner_may_change(rq, &d->owner);
	page.execution = form_token_new(rq);
	page.sign_in_before = view_activity(
	    rq, &d->sign_in_before, d->sign_in_before.id > 0 ? 1 : 0);
	page.activity = view_activity(rq, d->activity.items, d->activity.count);
	page.browsers = view_browsers(rq, &d->browsers);
	page.has_browsers = d->browsers.count > 0;
	page.forget_url = request_own_url(rq, "/browsers/forget");
	page.forget_all_url = request_own_url(rq, "/browsers/forget-all");
	page.name_url = request_own_url(rq, "/browsers/name");
	fill_generator(rq, d, &page);
	fill_sessions(rq, d, &page);
	fill_notice(rq, &page);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_DASHBOARD, 200, &page);
}

const struct flow_step dashboard_show[] = {
	FLOW_STEP(owner_find), /* who is signed in */
	FLOW_STEP(dashboard_gather), /* what deciding needs */
	FLOW_STEP(dashboard_list), /* what is theirs */
	FLOW_STEP(dashboard_reply),
	FLOW_END,
};
