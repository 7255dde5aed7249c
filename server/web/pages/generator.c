/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /generator: somebody who is signed in sets up a generator, replaces it, or
 * removes it.
 */
#include "base/log.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/notices.h"
#include "web/pages/set_up.h"
#include "web/request.h"
#include "web/said.h"
#include "web/set_up_pages.h"
#include "web/snapshot.h"
#include "workers/pool.h"

/* Who is not fresh proves once more who they are. */
static enum flow_next
reply_not_allowed(struct request *rq)
{
	struct generator_state *g = rq->page;

	if (!owner_may_look(rq, &g->owner))
		return owner_sign_in_reply(rq);
	if (owner_may_change(rq, &g->owner)) /* and yet not this */
		return second_step_denied_reply(rq, &g->owner.second);
	return owner_confirm_reply(rq);
}

static enum flow_next
generator_weigh(struct flow *f)
{
	struct request *rq = request_of(f);
	struct generator_state *g = rq->page;
	const struct session *session = &g->owner.found.session;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_set_up(rq, &g->owner))
		return reply_not_allowed(rq);
	set_up_ask(rq, f, &g->set_up,
	    &(struct holder){ .account_id = session->account_id,
		.session = session->number });
	return FLOW_NEXT;
}

static enum flow_next
reply_form(struct request *rq, enum set_up_problem problem)
{
	struct generator_state *g = rq->page;
	const struct session *session = &g->owner.found.session;
	const struct second_step *second = &g->owner.second;
	struct set_up_page page = {
		.action = request_own_url(rq, "/generator"),
		.dashboard_url = request_own_url(rq, "/"),
		.display_name = session->display_name,
		.login = session->login,
		.replaces = second->row.generators >=
			    second->decision.settings.totp_max,
	};

	return set_up_reply(rq, &g->set_up, problem, &page);
}

static enum flow_next
show_reply(struct flow *f)
{
	return reply_form(request_of(f), SET_UP_NO_PROBLEM);
}

static enum flow_next
submit_judge(struct flow *f)
{
	struct request *rq = request_of(f);
	struct generator_state *g = rq->page;
	enum set_up_problem problem;

	if (form_token_verify(rq) != FORM_GOOD)
		return reply_form(rq, SET_UP_FORM);
	problem = set_up_judge(rq, &g->set_up, &g->owner.second);
	if (problem != SET_UP_NO_PROBLEM)
		return reply_form(rq, problem);
	if (pool_is_full(rq->gate->hashing))
		return reply_error(rq, 503);
	recovery_codes_draw(rq, f, &g->set_up.codes, &g->owner.second);
	return FLOW_NEXT;
}

static enum flow_next
submit_confirm(struct flow *f)
{
	struct request *rq = request_of(f);
	struct generator_state *g = rq->page;

	return set_up_confirm(rq, f, &g->set_up, &g->owner.second)
		   ? FLOW_NEXT
		   : reply_error(rq, 503);
}

static void
note(const struct request *rq, const char *event)
{
	const struct generator_state *g = rq->page;

	log_event(LOG_INFO, event, LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", g->owner.found.session.login));
}

static enum flow_next
submit_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct generator_state *g = rq->page;
	struct recovery_codes_way way = {
		.next_url = request_own_url(rq, "/"),
		.with_generator = true,
	};

	if (!g->set_up.confirmed.confirmed) /* another tab was quicker */
		return reply_redirect(rq, 303, way.next_url);
	note(rq, "generator added");
	return recovery_codes_reply(rq, &g->set_up.codes, &way);
}

static enum flow_next
reply_dashboard(struct request *rq, enum said said)
{
	said_put(rq, said, 0);
	return reply_redirect(rq, 303, request_own_url(rq, "/"));
}

static enum flow_next
remove_ask(struct flow *f)
{
	struct request *rq = request_of(f);
	struct generator_state *g = rq->page;
	const struct session *session = &g->owner.found.session;
	struct audit_origin origin = request_origin(rq);

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (form_token_verify(rq) != FORM_GOOD)
		return reply_dashboard(rq, SAID_FORM_EXPIRED);
	if (!owner_may_change(rq, &g->owner))
		return reply_not_allowed(rq);
	if (g->owner.second.row.generators == 0)
		return reply_dashboard(rq, SAID_GENERATOR_GONE);
	if (!owner_may_remove(&g->owner))
		return reply_error(rq, 404); /* there is no such button */
	enrolments_remove(rq->gate->store, f,
	    &(struct owner){ session->account_id, session->number }, 0, &origin,
	    &g->removed);
	notice_generator_removed(rq, f, &g->owner.second);
	return FLOW_NEXT;
}

static enum flow_next
remove_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	const struct generator_state *g = rq->page;

	if (!g->removed.allowed) /* the session ended meanwhile */
		return owner_sign_in_reply(rq);
	if (g->removed.removed == 0)
		return reply_dashboard(rq, SAID_GENERATOR_GONE);
	note(rq, "generator removed");
	return reply_dashboard(rq, SAID_GENERATOR_REMOVED);
}

const struct flow_step generator_show[] = {
	FLOW_STEP(owner_find), /* who is signed in */
	FLOW_STEP(owner_load), /* what deciding needs */
	FLOW_STEP(generator_weigh), /* the secret, made if there is none */
	FLOW_STEP(show_reply),
	FLOW_END,
};

const struct flow_step generator_submit[] = {
	FLOW_STEP(owner_find),
	FLOW_STEP(owner_load),
	FLOW_STEP(generator_weigh),
	FLOW_STEP(submit_judge), /* recovery codes on hashing threads */
	FLOW_STEP(submit_confirm),
	FLOW_STEP(submit_reply),
	FLOW_END,
};

const struct flow_step generator_remove[] = {
	FLOW_STEP(owner_find),
	FLOW_STEP(owner_load),
	FLOW_STEP(remove_ask),
	FLOW_STEP(remove_reply),
	FLOW_END,
};
