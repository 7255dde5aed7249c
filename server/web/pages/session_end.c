/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /sessions/end and /sessions/end-others: people end sessions of their
 * own.
 *
 * Every gate looks a session up in the database for each request: one that is
 * ended is ended everywhere before this answers.  What is said afterwards comes
 * from what the statement did.
 */
#include "base/log.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/dashboard.h"
#include "web/request.h"
#include "web/said.h"
#include "web/snapshot.h"

static const uint64_t number_most = (UINT64_C(1) << 48) - 1;

static enum flow_next
reply_dashboard(struct request *rq, enum said said, int64_t number)
{
	said_put(rq, said, number);
	return reply_redirect(rq, 303, request_own_url(rq, "/"));
}

static enum flow_next
end_load(struct flow *f)
{
	struct request *rq = request_of(f);

	if (form_token_verify(rq) != FORM_GOOD)
		return reply_dashboard(rq, SAID_FORM_EXPIRED, 0);
	return owner_find(f);
}

/* Which one; 0 is no session's number and no way to mean all of them. */
static bool
read_number(const struct request *rq, struct session_end_state *e)
{
	struct str text;
	uint64_t number;

	if (params_get(&rq->params, STR("session"), &text) != PARAM_ONCE ||
	    !str_number(text, number_most, &number) || number == 0)
		return false;
	e->number = (int64_t)number;
	return true;
}

static enum flow_next
end_ask(struct flow *f)
{
	struct request *rq = request_of(f);
	struct session_end_state *e = rq->page;
	const struct session *session = &e->owner.found.session;
	const struct session_owner owner = {
		.account_id = session->account_id,
		.session = session->number,
		.now = rq->now,
		.limits = rq->configuration->settings.session,
	};
	struct audit_origin origin = request_origin(rq);

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_change(rq, &e->owner))
		return owner_confirm_reply(rq);
	owner_sessions_end(
	    rq->gate->store, f, &owner, e->number, &origin, &e->ended);
	return FLOW_NEXT;
}

static enum flow_next
end_one(struct flow *f)
{
	struct request *rq = request_of(f);

	if (!read_number(rq, rq->page))
		return reply_error(rq, 404);
	return end_ask(f);
}

static enum flow_next
end_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	const struct session_end_state *e = rq->page;

	if (!e->ended.allowed) /* ended itself meanwhile */
		return owner_sign_in_reply(rq);
	if (e->number > 0 && e->ended.meant == 0)
		return reply_error(rq, 404);
	if (e->ended.ended > 0)
		log_event(LOG_INFO, "sessions ended by owner",
		    LOG_TEXT("request", str_of(rq->id)),
		    LOG_TEXT("user", e->owner.found.session.login),
		    LOG_NUMBER("count", e->ended.ended));
	if (e->ended.ended > 0)
		return reply_dashboard(rq, SAID_SESSIONS_ENDED, e->ended.ended);
	return reply_dashboard(
	    rq, e->number > 0 ? SAID_ENDED_ALREADY : SAID_NO_OTHERS, 0);
}

const struct flow_step session_end[] = {
	FLOW_STEP(end_load), /* our form, and who is signed in */
	FLOW_STEP(owner_load), /* what deciding needs */
	FLOW_STEP(end_one),
	FLOW_STEP(end_reply),
	FLOW_END,
};

const struct flow_step sessions_end_others[] = {
	FLOW_STEP(end_load),
	FLOW_STEP(owner_load),
	FLOW_STEP(end_ask),
	FLOW_STEP(end_reply),
	FLOW_END,
};
