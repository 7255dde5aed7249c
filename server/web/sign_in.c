/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in in progress, as a request sees it.
 */
#include "web/sign_in.h"

#include "base/memory.h"
#include "store/audit.h"
#include "web/admission.h"
#include "web/decided.h"
#include "web/destination.h"
#include "web/gate.h"
#include "web/hand_over.h"
#include "web/handle.h"
#include "web/known_browser.h"
#include "web/notices.h"
#include "web/pages/login_form.h"
#include "web/request.h"
#include "web/second_step.h"

#define COOKIE_NAME STR("__Host-sign-in")
#define COOKIE_PREFIX STR("SIN-")

static const int64_t second_us = 1000000;

static void
copy_tell(struct request *rq, struct flow *f, const struct second_step *second)
{
	struct audit_origin origin = request_origin(rq);

	audit_append(rq->gate->store, f,
	    &(struct audit_row){
		.kind = STR("browser copied"),
		.account_id = second->account_id,
	    },
	    &origin);
	notice_browser_copied(rq, f, second);
}

/* Whoever has a copy shall not need a code to be noticed. */
static void
copy_distrust(struct request *rq, struct flow *f,
    const struct second_step *second, struct sign_in_start *start)
{
	if (!second_step_browser_copied(second))
		return;
	browser_go_on(rq, f, &second->browser, true, &start->copied);
	copy_tell(rq, f, second);
}

void
sign_in_begin(struct request *rq, struct flow *f,
    const struct sign_in_first *first, struct sign_in_start *start)
{
	start->cookie =
	    handle_new(rq, MAC_SIGN_IN_COOKIE, COOKIE_PREFIX, start->mac);
	sign_ins_begin(rq->gate->store, f,
	    &(struct sign_in_beginning){
		.mac = start->mac,
		.key_id = rq->active_key,
		.account_id = first->account_id,
		.account_epoch = first->account_epoch,
		.step = first->step,
		.now = rq->now,
		.expires_at = rq->now + SIGN_IN_LIFE_SECONDS * second_us,
		.password_at = first->password_at,
		.skipped = first->skipped,
		.service_url = destination_keep(rq, first->to),
		.method = first->to->method,
		.renew = first->renew,
		.warn = first->warn,
		.long_term = first->stay,
		.counters = first->counters,
	    },
	    &start->begun);
	if (first->step == SIGN_IN_RIGHT) /* the rest with its session */
		return;
	(void)decided_keep(rq, f, first->account_id, start->mac, first->second);
	copy_distrust(rq, f, first->second, start);
}

void
sign_in_cookie(struct request *rq, const struct sign_in_start *start)
{
	request_set_cookie(rq, COOKIE_NAME, start->cookie, 0);
}

bool
sign_in_cookie_mac(const struct request *rq, uint8_t mac[static MAC_SIZE])
{
	return handle_mac(rq, MAC_SIGN_IN_COOKIE, COOKIE_PREFIX,
	    request_cookie(rq, COOKIE_NAME), mac);
}

void
sign_in_cookie_clear(struct request *rq)
{
	request_clear_cookie(rq, COOKIE_NAME);
}

void
sign_in_finish(struct request *rq, struct flow *f,
    const struct sign_in_last *last, struct sign_in_end *end)
{
	const struct second_step *second = last->second;

	browser_go_on(
	    rq, f, &second->browser, second->row.browser_known, &end->browser);
	browsers_use(rq->gate->store, f,
	    &(struct browser_use){
		.account_id = last->account_id,
		.id = end->browser.id,
		.now = rq->now,
		.trust = last->trust,
		.verified_at = last->verified_by.len > 0 ? rq->now : 0,
		.verified_by = last->verified_by,
		.generator = last->generator,
	    });
	grant_session(rq, f, last->mac, end->browser.id, &end->grant);
	notice_new_browser(rq, f, second, last->verified_by);
	if (second_step_browser_copied(second))
		copy_tell(rq, f, second);
	(void)decided_keep(rq, f, last->account_id, last->mac, second);
	if (!admission_granted(rq, second, last->to))
		admission_note_refusal(rq, f, second, last->to);
}

enum flow_next
sign_in_leave(struct request *rq, const struct sign_in_way *way,
    const struct second_step *second, const struct sign_in_end *end)
{
	const struct destination *to = way->to;

	grant_session_cookie(rq, &end->grant);
	browser_cookie(rq, &second->browser, &end->browser);
	known_browser_remember(rq, way->login);
	if (to->url.len == 0)
		return reply_redirect(rq, 303, request_own_url(rq, "/"));
	if (to->service == NULL) /* removed meanwhile */
		return login_unregistered_reply(rq, to);
	if (!admission_granted(rq, second, to))
		return admission_refused_reply(rq, to);
	return hand_over_reply(rq, &(struct hand_over){
				       .session = end->grant.opened.number,
				       .from_new_login = way->from_new_login,
				       .to = to,
				   });
}
