/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /lost-phone: one page for who has lost the device with their app.
 *
 * The generator with its recovery codes, all trust in browsers and all other
 * sessions end together, in one transaction; then a new app is set up.
 */
#include "base/log.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/notices.h"
#include "web/pages/set_up.h"
#include "web/request.h"
#include "web/set_up_pages.h"
#include "web/snapshot.h"

static enum flow_next
reply_form(struct request *rq, bool expired)
{
	struct lost_phone_state *l = rq->page;
	struct lost_page page = {
		.action = request_own_url(rq, "/lost-phone"),
		.execution = form_token_new(rq),
		.dashboard_url = request_own_url(rq, "/"),
		.has_generator = l->owner.second.row.generators > 0,
		.expired = expired,
	};

	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_LOST, 200, &page);
}

static enum flow_next
show_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct lost_phone_state *l = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (!owner_may_look(rq, &l->owner))
		return owner_sign_in_reply(rq);
	return reply_form(rq, false);
}

static enum flow_next
lost_end(struct flow *f)
{
	struct request *rq = request_of(f);
	struct lost_phone_state *l = rq->page;
	const struct session *session = &l->owner.found.session;
	const struct owner owner = { session->account_id, session->number };
	const struct session_owner sessions = {
		.account_id = session->account_id,
		.session = session->number,
		.now = rq->now,
		.limits = rq->configuration->settings.session,
	};
	struct audit_origin origin = request_origin(rq);
	struct store *store = rq->gate->store;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (form_token_verify(rq) != FORM_GOOD)
		return reply_form(rq, true);
	if (!owner_may_change(rq, &l->owner))
		return owner_confirm_reply(rq);
	enrolments_remove(store, f, &owner, 0, &origin, &l->removed);
	trust_end(store, f, &owner, &origin, &l->trust);
	owner_sessions_end(store, f, &sessions, 0, &origin, &l->sessions);
	return FLOW_NEXT;
}

/* Now the mail can say how many sessions ended. */
static enum flow_next
lost_tell(struct flow *f)
{
	struct request *rq = request_of(f);
	struct lost_phone_state *l = rq->page;

	if (!l->removed.allowed || !l->trust.allowed || !l->sessions.allowed)
		return owner_sign_in_reply(rq);
	if (l->removed.removed > 0)
		notice_generator_removed(rq, f, &l->owner.second);
	notice_ended(rq, f, &l->owner.second, l->sessions.ended, true);
	log_event(LOG_INFO, "phone lost", LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", l->owner.found.session.login),
	    LOG_NUMBER("generators", l->removed.removed),
	    LOG_NUMBER("sessions", l->sessions.ended));
	return FLOW_NEXT;
}

static enum flow_next
lost_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct lost_phone_state *l = rq->page;

	return reply_redirect(rq, 303,
	    request_own_url(rq, second_step_has(&l->owner.second, FACTOR_TOTP)
				    ? "/generator"
				    : "/"));
}

const struct flow_step lost_phone_show[] = {
	FLOW_STEP(owner_find), /* who is signed in */
	FLOW_STEP(owner_load), /* what deciding needs */
	FLOW_STEP(show_reply),
	FLOW_END,
};

const struct flow_step lost_phone_submit[] = {
	FLOW_STEP(owner_find),
	FLOW_STEP(owner_load),
	FLOW_STEP(lost_end), /* all three, or none */
	FLOW_STEP(lost_tell),
	FLOW_STEP(lost_reply),
	FLOW_END,
};
