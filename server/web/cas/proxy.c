/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxy tickets.
 *
 * There is nobody to be asked for anything here, so where the policy demands
 * more of the person than their session shows there is no ticket, nor where the
 * target wants the password for each.  The policy
 * looks at the place and the browser in which that session was opened: those of
 * the application are no sign of the person.
 */
#include "web/cas/proxy.h"

#include "base/buf.h"
#include "loop/scoreboard.h"
#include "model/service.h"
#include "web/admission.h"
#include "web/cas/validate.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/grant.h"
#include "web/request.h"
#include "web/snapshot.h"
#include "web/touches.h"

enum {
	ANSWER_LONGEST = 16 * 1024
};

static void
refuse(struct proxy_state *p, enum answer_code code, struct str text)
{
	if (p->refused)
		return;
	p->refused = true;
	p->code = code;
	p->text = text;
}

/* The ticket; STR_NONE if the parameters are not what they should be. */
static struct str
proxy_read(struct request *rq, struct proxy_state *p)
{
	struct str ticket;
	enum param_found pgt, target;

	pgt = params_get(&rq->params, STR("pgt"), &ticket);
	target = params_get(&rq->params, STR("targetService"), &p->to.url);
	if (!validate_format(rq, &p->format))
		refuse(p, ANSWER_INVALID_REQUEST,
		    STR("The parameter 'format' is XML or JSON."));
	if (rq->params.crooked || pgt == PARAM_TWICE || target == PARAM_TWICE)
		refuse(p, ANSWER_INVALID_REQUEST,
		    STR("The parameters are not well-formed."));
	if (pgt == PARAM_ABSENT || target == PARAM_ABSENT)
		refuse(p, ANSWER_INVALID_REQUEST,
		    STR("The parameters 'pgt' and 'targetService' are "
			"needed."));
	return p->refused ? STR_NONE : ticket;
}

static enum flow_next
proxy_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct proxy_state *p = rq->page;
	uint8_t mac[MAC_SIZE];
	struct str ticket = proxy_read(rq, p);

	if (p->refused)
		return FLOW_NEXT;
	destination_make_canonical(rq, &p->to);
	p->looked = proxy_granting_mac(rq, ticket, mac);
	if (p->looked)
		proxy_grants_find(rq->gate->store, f, mac, rq->now,
		    &rq->configuration->settings.session, &p->found);
	return FLOW_NEXT;
}

static enum flow_next
proxy_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct proxy_state *p = rq->page;

	snapshot_follow(rq, f, p->found.generation);
	return FLOW_NEXT;
}

static void
proxy_judge(struct request *rq, struct proxy_state *p)
{
	const struct service *service =
	    snapshot_service_of(rq, p->found.service_id);

	if (p->found.number == 0)
		refuse(p, ANSWER_INVALID_TICKET,
		    STR("This proxy-granting ticket is not known."));
	if (p->found.session.number == 0)
		refuse(p, ANSWER_INVALID_TICKET,
		    STR("The session of this proxy-granting ticket has "
			"ended."));
	if (service == NULL || !service->proxy)
		refuse(p, ANSWER_UNAUTHORIZED_SERVICE,
		    STR("The service of this proxy-granting ticket may not "
			"obtain proxy tickets."));
	if (p->to.service == NULL)
		refuse(p, ANSWER_UNAUTHORIZED_SERVICE,
		    STR("The target service is not registered."));
	if (destination_wants_fresh(&p->to))
		refuse(p, ANSWER_UNAUTHORIZED_SERVICE,
		    STR("The target service demands a new sign-in for every "
			"ticket."));
}

static enum flow_next
proxy_weigh(struct flow *f)
{
	struct request *rq = request_of(f);
	struct proxy_state *p = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &p->to);
	proxy_judge(rq, p);
	p->weighed = !p->refused && second_step_matters(rq, &p->to);
	if (p->weighed || (!p->refused && admission_matters(&p->to)))
		second_step_ask_apart(rq, f, p->found.session.account_id,
		    p->found.browser_id, &p->second);
	return FLOW_NEXT;
}

/* A ticket that only encourages to set something up is a ticket. */
static void
proxy_ask_policy(struct request *rq, struct proxy_state *p)
{
	second_step_know_browser(&p->second);
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = PURPOSE_SERVICE,
		.to = &p->to,
		.session = second_step_session(rq, &p->found.session),
		.client = p->found.client_address.at != NULL
			      ? p->found.client_address
			      : STR(""),
		.relayed = true,
	    },
	    &p->second);
	if (second_step_next(&p->second) != SIGN_IN_RIGHT)
		refuse(p, ANSWER_UNAUTHORIZED_SERVICE,
		    STR("The target service demands more of this person than "
			"their session shows."));
}

static enum flow_next
proxy_decide(struct flow *f)
{
	struct request *rq = request_of(f);
	struct proxy_state *p = rq->page;

	if (p->refused)
		return FLOW_NEXT;
	if (!admission_granted(rq, &p->second, &p->to)) {
		admission_note_refusal(rq, f, &p->second, &p->to);
		refuse(p, ANSWER_UNAUTHORIZED_SERVICE,
		    STR("The target service is not open to this person."));
	} else if (p->weighed) {
		proxy_ask_policy(rq, p);
	}
	return FLOW_NEXT;
}

static void
proxy_note(struct request *rq, const struct proxy_state *p)
{
	const struct session *session = &p->found.session;

	if (p->refused)
		scoreboard_count(SCORE_PROXY_TICKETS_REFUSED);
	rq->outcome = p->refused ? p->text : STR("Proxy ticket issued.");
	rq->service = destination_for_log(&p->to);
	rq->session = session->number;
	if (!p->refused)
		touches_note(
		    rq->gate, session->number, session->last_used_at, rq->now);
}

static enum flow_next
proxy_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct proxy_state *p = rq->page;
	CLEANUP(buf_clear) struct buf body = BUF_INIT(ANSWER_LONGEST);

	proxy_note(rq, p);
	if (p->refused)
		answer_proxy_failure(&body, p->format, p->code, p->text);
	else
		answer_proxy_success(&body, p->format,
		    grant_proxy_ticket(rq, p->found.number, &p->to));
	return reply_text(
	    rq, 200, answer_content_type(p->format), buf_str(&body));
}

const struct flow_step proxy_issue[] = {
	FLOW_STEP(proxy_load), /* whose ticket it is */
	FLOW_STEP(proxy_follow), /* the registry, if it changed */
	FLOW_STEP(proxy_weigh), /* what deciding needs, if anybody decides */
	FLOW_STEP(proxy_decide),
	FLOW_STEP(proxy_reply),
	FLOW_END,
};
