/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/tickets/TGT: what a program does with the session that it opened.
 *
 * Whether the session is enough is decided anew for each ticket, as it is for a
 * browser.  The handle stands in the path, which therefore is not logged.
 */
#include "base/log.h"
#include "cas/answer.h"
#include "model/service.h"
#include "web/admission.h"
#include "web/cas/rest.h"
#include "web/configuration.h"
#include "web/decided.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/routes.h"
#include "web/snapshot.h"
#include "web/touches.h"

/* What follows the path of the route. */
static bool
handle_read(const struct request *rq, uint8_t mac[static MAC_SIZE])
{
	return rest_handle_mac(
	    rq, str_from(rq->local_path, rq->route->path.len), mac);
}

static enum flow_next
ticket_find(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;
	uint8_t mac[MAC_SIZE];

	if (!rest_begin(rq))
		return FLOW_DONE;
	if (!handle_read(rq, mac))
		return reply_error(rq, 404);
	sessions_find(rq->gate->store, f, mac, rq->now,
	    &rq->configuration->settings.session, &t->found);
	return FLOW_NEXT;
}

static enum flow_next
grant_begin(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;

	if (!rest_begin(rq))
		return FLOW_DONE;
	if (!destination_read(rq, &t->to) || t->to.url.len == 0 ||
	    parameter_is_set(rq, STR("renew")))
		return reply_error(rq, 400);
	destination_make_canonical(rq, &t->to);
	return FLOW_NEXT;
}

static enum flow_next
grant_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;

	if (t->found.session.number == 0)
		return reply_error(rq, 404);
	snapshot_follow(rq, f, t->found.generation);
	return FLOW_NEXT;
}

static enum flow_next
grant_weigh(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &t->to);
	if (!rest_allows(&t->to))
		return rest_reply_not_allowed(rq, &t->to);
	if (destination_wants_fresh(&t->to))
		return rest_reply_not_fresh(rq, &t->to);
	t->weighed = second_step_matters(rq, &t->to);
	if (t->weighed || admission_matters(&t->to))
		second_step_ask(rq, f, t->found.session.account_id, &t->second);
	return FLOW_NEXT;
}

static enum flow_next
grant_decide(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;

	t->not_admitted = !admission_granted(rq, &t->second, &t->to);
	if (t->not_admitted)
		admission_note_refusal(rq, f, &t->second, &t->to);
	if (t->not_admitted || !t->weighed)
		return FLOW_NEXT;
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = PURPOSE_SERVICE,
		.to = &t->to,
		.session = second_step_session(rq, &t->found.session),
		.relayed = true,
	    },
	    &t->second);
	if (!rest_passes(&t->second))
		t->second.support_code = decided_keep(
		    rq, f, t->found.session.account_id, NULL, &t->second);
	return FLOW_NEXT;
}

static enum flow_next
grant_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;
	const struct session *session = &t->found.session;

	rq->session = session->number;
	rq->service = destination_for_log(&t->to);
	if (t->not_admitted)
		return rest_reply_not_admitted(rq, &t->to);
	if (t->weighed && !rest_passes(&t->second))
		return rest_reply_more(rq, &t->second);
	touches_note(rq->gate, session->number, session->last_used_at, rq->now);
	rq->outcome = STR("Ticket issued by REST.");
	return reply_text(rq, 200, answer_content_type(ANSWER_TEXT),
	    grant_ticket(rq, session->number, false, t->to.canonical));
}

static enum flow_next
show_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;

	if (t->found.session.number == 0)
		return reply_error(rq, 404);
	return reply_text(
	    rq, 200, answer_content_type(ANSWER_TEXT), STR("It is valid.\n"));
}

static enum flow_next
leave_end(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;
	struct audit_origin origin = request_origin(rq);
	uint8_t mac[MAC_SIZE];

	if (!rest_begin(rq))
		return FLOW_DONE;
	if (!handle_read(rq, mac))
		return reply_error(rq, 404);
	sessions_end(rq->gate->store, f, mac, &origin, &t->ended);
	return FLOW_NEXT;
}

static enum flow_next
leave_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct rest_ticket_state *t = rq->page;

	if (t->ended.number == 0)
		return reply_error(rq, 404);
	rq->session = t->ended.number;
	log_event(LOG_INFO, "signed out", LOG_TEXT("request", str_of(rq->id)),
	    LOG_NUMBER("session", t->ended.number));
	return reply_text(
	    rq, 200, answer_content_type(ANSWER_TEXT), STR("It has ended.\n"));
}

const struct flow_step rest_grant[] = {
	FLOW_STEP(grant_begin),
	FLOW_STEP(ticket_find),
	FLOW_STEP(grant_follow), /* the registry, if it changed */
	FLOW_STEP(grant_weigh), /* what deciding needs, if anybody decides */
	FLOW_STEP(grant_decide),
	FLOW_STEP(grant_reply),
	FLOW_END,
};

const struct flow_step rest_show[] = {
	FLOW_STEP(ticket_find),
	FLOW_STEP(show_reply),
	FLOW_END,
};

const struct flow_step rest_leave[] = {
	FLOW_STEP(leave_end),
	FLOW_STEP(leave_reply),
	FLOW_END,
};
