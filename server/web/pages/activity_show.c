/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /activity: what happened to the account in the last 60 days.
 *
 * A page begins below the row that the one before ended with, so that none is
 * shown twice or left out while new ones come.
 */
#include "web/account_pages.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/pages/account_view.h"
#include "web/pages/dashboard.h"
#include "web/request.h"
#include "web/snapshot.h"

enum {
	PAGE_ROWS = 50
};

static const int64_t activity_days_us = INT64_C(60) * 86400 * 1000000;

static bool
read_place(const struct request *rq, struct activity_state *a)
{
	struct str text;
	uint64_t below;

	a->below = INT64_MAX;
	if (!params_has(&rq->params, STR("before")))
		return true;
	if (params_get(&rq->params, STR("before"), &text) != PARAM_ONCE ||
	    !str_number(text, INT64_MAX, &below))
		return false;
	a->below = (int64_t)below;
	return true;
}

static enum flow_next
activity_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct activity_state *a = rq->page;

	if (!read_place(rq, a))
		return reply_error(rq, 404);
	return owner_find(f);
}

/* On the lane of what may take longer. */
static enum flow_next
activity_ask(struct flow *f)
{
	struct request *rq = request_of(f);
	struct activity_state *a = rq->page;

	activity_list(rq->gate->store, f,
	    &(struct activity_range){
		.account_id = a->owner.found.session.account_id,
		.below = a->below,
		.since = rq->now - activity_days_us,
		.most = PAGE_ROWS + 1, /* to know whether there is more */
	    },
	    &a->activity);
	return FLOW_NEXT;
}

static enum flow_next
activity_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct activity_state *a = rq->page;
	const struct activity *rows = a->activity.items;
	bool more = a->activity.count > PAGE_ROWS;
	struct activity_page page = {
		.dashboard_url = request_own_url(rq, "/"),
		.logout_url = request_own_url(rq, "/logout"),
		.activity = view_activity(
		    rq, rows, more ? PAGE_ROWS : a->activity.count),
	};

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_look(rq, &a->owner))
		return owner_sign_in_reply(rq);
	if (more)
		page.older_url = arena_format(&rq->arena, "?before=%lld",
		    (long long)rows[PAGE_ROWS - 1].id);
	if (a->below < INT64_MAX)
		page.newest_url = request_own_url(rq, "/activity");
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_ACTIVITY, 200, &page);
}

const struct flow_step activity_show[] = {
	FLOW_STEP(activity_load), /* who is signed in */
	FLOW_STEP(owner_load), /* what deciding needs */
	FLOW_STEP(activity_ask),
	FLOW_STEP(activity_reply),
	FLOW_END,
};
