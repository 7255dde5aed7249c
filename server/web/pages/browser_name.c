/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /browsers/name: what the owner calls a browser that they trust.
 *
 * An empty name goes back to the one that the browser suggests, which each
 * reader sees in their own language; so the suggestion is never stored.
 */
#include "base/log.h"
#include "text/label.h"
#include "web/configuration.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/pages/dashboard.h"
#include "web/request.h"
#include "web/said.h"
#include "web/snapshot.h"

static enum flow_next
reply_dashboard(struct request *rq, enum said said)
{
	said_put(rq, said, 0);
	return reply_redirect(rq, 303, request_own_url(rq, "/"));
}

static enum flow_next
name_load(struct flow *f)
{
	struct request *rq = request_of(f);

	if (form_token_verify(rq) != FORM_GOOD)
		return reply_dashboard(rq, SAID_FORM_EXPIRED);
	return owner_find(f);
}

static enum flow_next
name_put(struct flow *f)
{
	struct request *rq = request_of(f);
	struct browser_name_state *b = rq->page;
	const struct session *session = &b->owner.found.session;
	struct audit_origin origin = request_origin(rq);
	struct owner_browser_name given;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (params_get(&rq->params, STR("browser"), &given.id) != PARAM_ONCE ||
	    given.id.len != OWNER_BROWSER_ID_LENGTH)
		return reply_error(rq, 404);
	if (!owner_may_change(rq, &b->owner))
		return owner_confirm_reply(rq);
	params_get(&rq->params, STR("name"), &given.name);
	if (!label_read(given.name, &given.name))
		return reply_dashboard(rq, SAID_NAME_REFUSED);
	given.account_id = session->account_id;
	given.session = session->number;
	owner_browsers_name(rq->gate->store, f, &given, &origin, &b->named);
	return FLOW_NEXT;
}

static enum flow_next
name_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	const struct browser_name_state *b = rq->page;

	if (!b->named.allowed) /* the session ended meanwhile */
		return owner_sign_in_reply(rq);
	if (b->named.named == 0)
		return reply_error(rq, 404);
	log_event(LOG_INFO, "browser named by owner",
	    LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", b->owner.found.session.login));
	return reply_dashboard(rq, SAID_BROWSER_NAMED);
}

const struct flow_step browser_name[] = {
	FLOW_STEP(name_load), /* our form, and who is signed in */
	FLOW_STEP(owner_load), /* what deciding needs */
	FLOW_STEP(name_put),
	FLOW_STEP(name_reply),
	FLOW_END,
};
