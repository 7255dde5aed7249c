/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /generator/codes: new recovery codes, while the generator stays.
 *
 * The page names the list that is to go.  Of windows that name the same one
 * gets codes and the others are told: codes on a screen are good until somebody
 * was told that they go.
 */
#include "base/arena.h"
#include "base/log.h"
#include "crypto/random.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/notices.h"
#include "web/pages/set_up.h"
#include "web/request.h"
#include "web/said.h"
#include "web/set_up_pages.h"
#include "web/snapshot.h"
#include "workers/pool.h"

static enum flow_next
renew_gather(struct flow *f)
{
	struct request *rq = request_of(f);
	struct renew_codes_state *r = rq->page;

	if (!owner_ask_more(rq, f, &r->owner))
		return owner_sign_in_reply(rq);
	recovery_sets_find(
	    rq->gate->store, f, r->owner.found.session.account_id, &r->set);
	return FLOW_NEXT;
}

static enum flow_next
reply_dashboard(struct request *rq, enum said said)
{
	said_put(rq, said, 0);
	return reply_redirect(rq, 303, request_own_url(rq, "/"));
}

static enum flow_next
renew_weigh(struct flow *f)
{
	struct request *rq = request_of(f);
	struct renew_codes_state *r = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_look(rq, &r->owner))
		return owner_sign_in_reply(rq);
	if (!second_step_renews_codes(&r->owner.second))
		return reply_error(rq, 404); /* there is no such button */
	if (r->set.number == 0)
		return reply_dashboard(rq, SAID_GENERATOR_GONE);
	return owner_may_change(rq, &r->owner) ? FLOW_NEXT
					       : owner_confirm_reply(rq);
}

static enum flow_next
reply_form(struct request *rq, int64_t list, bool changed)
{
	const struct renew_codes_state *r = rq->page;
	struct renew_codes_page page = {
		.action = request_own_url(rq, "/generator/codes"),
		.execution = form_token_new(rq),
		.list = arena_format(&rq->arena, "%lld", (long long)list),
		.dashboard_url = request_own_url(rq, "/"),
		.changed = changed,
	};

	if (!changed)
		page.codes_left = arena_format(
		    &rq->arena, "%lld", (long long)r->set.codes_left);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_RENEW_CODES, 200, &page);
}

static enum flow_next
show_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct renew_codes_state *r = rq->page;

	return reply_form(rq, r->set.number, false);
}

static enum flow_next
submit_check(struct flow *f)
{
	struct request *rq = request_of(f);

	if (form_token_verify(rq) != FORM_GOOD)
		return reply_dashboard(rq, SAID_FORM_EXPIRED);
	return owner_find(f);
}

/* Otherwise another window was quicker, and what it shows is good. */
static bool
names_the_list(const struct request *rq, const struct renew_codes_state *r)
{
	struct str text;
	uint64_t number;

	return params_get(&rq->params, STR("list"), &text) == PARAM_ONCE &&
	       str_number(text, INT64_MAX, &number) &&
	       (int64_t)number == r->set.number;
}

static enum flow_next
submit_draw(struct flow *f)
{
	struct request *rq = request_of(f);
	struct renew_codes_state *r = rq->page;

	if (!names_the_list(rq, r))
		return reply_form(rq, r->set.number, true);
	if (pool_is_full(rq->gate->hashing))
		return reply_error(rq, 503);
	recovery_codes_draw(rq, f, &r->codes, &r->owner.second);
	return FLOW_NEXT;
}

static enum flow_next
submit_replace(struct flow *f)
{
	struct request *rq = request_of(f);
	struct renew_codes_state *r = rq->page;
	const struct session *session = &r->owner.found.session;
	struct audit_origin origin = request_origin(rq);
	struct recovery_set_new fresh = {
		.instead_of = r->set.number,
		.number = random_id(),
		.codes = recovery_codes_hashes(rq, &r->codes),
	};

	if (fresh.codes.len == 0)
		return reply_error(rq, 503);
	recovery_sets_replace(rq->gate->store, f,
	    &(struct owner){ session->account_id, session->number }, &fresh,
	    &origin, &r->replaced);
	notice_recovery_codes(rq, f, &r->owner.second, r->codes.count);
	return FLOW_NEXT;
}

static enum flow_next
submit_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct renew_codes_state *r = rq->page;
	struct recovery_codes_way way = { .next_url =
					      request_own_url(rq, "/") };

	if (!r->replaced.allowed) /* the session ended meanwhile */
		return owner_sign_in_reply(rq);
	if (!r->replaced.replaced && r->replaced.number == 0)
		return reply_dashboard(rq, SAID_GENERATOR_GONE);
	if (!r->replaced.replaced)
		return reply_form(rq, r->replaced.number, true);
	log_event(LOG_INFO, "recovery codes made",
	    LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", r->owner.found.session.login));
	return recovery_codes_reply(rq, &r->codes, &way);
}

const struct flow_step renew_codes_show[] = {
	FLOW_STEP(owner_find), /* who is signed in */
	FLOW_STEP(renew_gather), /* what deciding needs, and the list */
	FLOW_STEP(renew_weigh),
	FLOW_STEP(show_reply),
	FLOW_END,
};

const struct flow_step renew_codes_submit[] = {
	FLOW_STEP(submit_check), /* our form, and who is signed in */
	FLOW_STEP(renew_gather),
	FLOW_STEP(renew_weigh),
	FLOW_STEP(submit_draw), /* hashed on hashing threads */
	FLOW_STEP(submit_replace), /* the list that was named, or none */
	FLOW_STEP(submit_reply),
	FLOW_END,
};
