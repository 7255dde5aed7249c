/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /browsers/forget and /browsers/forget-all: browsers are trusted no more.
 *
 * The next sign-in from there is asked for a code again; sessions that are open
 * stay, and are listed beside.
 */
#include "base/log.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/dashboard.h"
#include "web/request.h"
#include "web/said.h"
#include "web/snapshot.h"

static enum flow_next
reply_dashboard(struct request *rq, enum said said, int64_t number)
{
	said_put(rq, said, number);
	return reply_redirect(rq, 303, request_own_url(rq, "/"));
}

static enum flow_next
forget_load(struct flow *f)
{
	struct request *rq = request_of(f);

	if (form_token_verify(rq) != FORM_GOOD)
		return reply_dashboard(rq, SAID_FORM_EXPIRED, 0);
	return owner_find(f);
}

static enum flow_next
forget_ask(struct flow *f)
{
	struct request *rq = request_of(f);
	struct browser_forget_state *b = rq->page;
	const struct session *session = &b->owner.found.session;
	struct audit_origin origin = request_origin(rq);

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_change(rq, &b->owner))
		return owner_confirm_reply(rq);
	owner_browsers_forget(rq->gate->store, f, session->account_id,
	    session->number, b->id, &origin, &b->forgotten);
	return FLOW_NEXT;
}

/* Which one; nothing that a request leaves out means all of them. */
static enum flow_next
forget_one(struct flow *f)
{
	struct request *rq = request_of(f);
	struct browser_forget_state *b = rq->page;

	if (params_get(&rq->params, STR("browser"), &b->id) != PARAM_ONCE ||
	    b->id.len != OWNER_BROWSER_ID_LENGTH)
		return reply_error(rq, 404);
	return forget_ask(f);
}

static enum flow_next
forget_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	const struct browser_forget_state *b = rq->page;
	bool one = b->id.len > 0;

	if (!b->forgotten.allowed) /* the session ended meanwhile */
		return owner_sign_in_reply(rq);
	if (one && b->forgotten.meant == 0)
		return reply_error(rq, 404);
	if (b->forgotten.forgotten == 0)
		return reply_dashboard(rq, SAID_FORGOTTEN_ALREADY, 0);
	log_event(LOG_INFO, "browsers forgotten by owner",
	    LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", b->owner.found.session.login),
	    LOG_NUMBER("count", b->forgotten.forgotten));
	return reply_dashboard(
	    rq, SAID_BROWSERS_FORGOTTEN, b->forgotten.forgotten);
}

const struct flow_step browser_forget[] = {
	FLOW_STEP(forget_load), /* our form, and who is signed in */
	FLOW_STEP(owner_load), /* what deciding needs */
	FLOW_STEP(forget_one),
	FLOW_STEP(forget_reply),
	FLOW_END,
};

const struct flow_step browsers_forget_all[] = {
	FLOW_STEP(forget_load),
	FLOW_STEP(owner_load),
	FLOW_STEP(forget_ask),
	FLOW_STEP(forget_reply),
	FLOW_END,
};
