/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation: one attempt a ticket, whatever becomes of it.
 *
 * Anything that does not open with our keys, or is too old, is refused before
 * the database is asked.  A ticket that opens is spent, in one statement, also
 * when the request is wrong in some other way; then the first thing that was
 * wrong decides the answer.
 */
#include "web/cas/validate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "cas/service_person.h"
#include "cas/service_url.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "http/server.h"
#include "loop/log_limit.h"
#include "loop/scoreboard.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/cas/saml.h"
#include "web/cas/user_name.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/snapshot.h"
#include "web/touches.h"

_Static_assert((int)ANSWER_INTERNAL_ERROR ==
		   SCORE_VALIDATION_REFUSED_LAST - SCORE_VALIDATION_REFUSED,
    "each answer code has its score");

enum {
	CLOCK_SLACK = 5, /* seconds that gates' clocks may be apart */
	ANSWER_USUAL = 1000,
};

void
validate_refuse(
    struct validate_state *v, enum answer_code code, struct str text)
{
	if (v->refused)
		return;
	v->refused = true;
	v->code = code;
	v->text = text;
}

int64_t
validate_session(const struct validate_state *v)
{
	return v->ticket.kind == TICKET_PROXY ? v->redeemed.session
					      : v->ticket.session;
}

bool
validate_format(const struct request *rq, enum answer_format *format)
{
	struct str name;

	*format = ANSWER_XML;
	switch (params_get(&rq->params, STR("format"), &name)) {
	case PARAM_ABSENT:
		return true;
	case PARAM_ONCE:
		if (str_equal_nocase(name, STR("JSON")))
			*format = ANSWER_JSON;
		return *format == ANSWER_JSON ||
		       str_equal_nocase(name, STR("XML"));
	case PARAM_TWICE:
		break;
	}
	return false;
}

/* /samlValidate has its ticket in the body. */
static enum param_found
validate_read_ticket(struct request *rq, struct validate_state *v)
{
	enum saml_request_fault fault;

	if (!v->saml)
		return params_get(&rq->params, STR("ticket"), &v->ticket_text);
	fault = saml_request_read(rq->body, &rq->arena, &v->asked);
	if (fault != SAML_REQUEST_FINE)
		validate_refuse(
		    v, ANSWER_INVALID_REQUEST, saml_request_fault_text(fault));
	v->ticket_text = v->asked.artifact;
	return fault == SAML_REQUEST_FINE ? PARAM_ONCE : PARAM_ABSENT;
}

static void
validate_read_parameters(struct request *rq, struct validate_state *v)
{
	bool service_once = destination_read(rq, &v->to);
	enum param_found ticket = validate_read_ticket(rq, v);

	v->renew = parameter_is_set(rq, STR("renew"));
	if (rq->params.crooked)
		validate_refuse(v, ANSWER_INVALID_REQUEST,
		    STR("The parameters are not well-formed."));
	if (!service_once || ticket == PARAM_TWICE)
		validate_refuse(v, ANSWER_INVALID_REQUEST,
		    STR("A parameter was given twice."));
	if (v->saml && !v->to.saml)
		validate_refuse(v, ANSWER_INVALID_REQUEST,
		    STR("The parameter 'TARGET' is needed."));
	if (v->to.url.len == 0 || v->to.saml != v->saml ||
	    v->ticket_text.len == 0)
		validate_refuse(v, ANSWER_INVALID_REQUEST,
		    STR("The parameters 'service' and 'ticket' are needed."));
}

/* False if there is nothing to spend: not a ticket of ours, or too old. */
static bool
validate_open(struct request *rq, struct validate_state *v)
{
	const struct gate *gate = rq->gate;
	int64_t age;

	if (str_starts(v->ticket_text, STR("PT-")) && !v->takes_proxy_tickets)
		validate_refuse(v, ANSWER_INVALID_TICKET_SPEC,
		    STR("This is a proxy ticket, which is not accepted here."));
	if (!ticket_open(rq->configuration->keys,
		gate->generation.restore_epoch, v->ticket_text, &v->ticket,
		&v->key_id)) {
		validate_refuse(
		    v, ANSWER_INVALID_TICKET, STR("This ticket is not known."));
		return false;
	}
	age = rq->now / 1000000 - v->ticket.issued_at;
	if (age >= -CLOCK_SLACK &&
	    age <= rq->configuration->settings.ticket_life)
		return true;
	validate_refuse(
	    v, ANSWER_INVALID_TICKET, STR("This ticket has expired."));
	return false;
}

/* What single logout will call. */
static struct str
redeemed_url(struct request *rq, const struct destination *to)
{
	CLEANUP(buf_clear) struct buf url = BUF_INIT(3 * SERVICE_URL_LONGEST);

	service_url_with_ticket(to->url, STR_NONE, &url);
	return arena_text(&rq->arena, buf_str(&url));
}

/*
 * A ticket for an application that this gate has never heard of was issued by
 * one that knew more: its registry is needed now, since single logout tells
 * only those that were known when they redeemed.
 */
static void
validate_match(struct request *rq, struct flow *f, struct validate_state *v)
{
	destination_make_canonical(rq, &v->to);
	v->right_service = v->to.canonical.len > 0 &&
			   ticket_service_matches(rq->configuration->keys,
			       v->key_id, &v->ticket, v->to.canonical);
	if (!v->right_service)
		validate_refuse(v, ANSWER_INVALID_SERVICE,
		    STR("This ticket was issued for another service."));
	destination_find(rq, &v->to);
	if (v->right_service && v->to.service == NULL)
		generation_read(rq->gate->store, f, &v->generation);
}

static enum flow_next
validate_catch_up(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;

	snapshot_follow(rq, f, v->generation.number);
	return FLOW_NEXT;
}

static enum flow_next
validate_spend(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;
	bool redeems;

	if (!v->opened)
		return FLOW_NEXT;
	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &v->to);
	redeems = v->right_service && v->to.service != NULL;
	random_bytes(v->request, sizeof(v->request));
	tickets_redeem(rq->gate->store, f,
	    &(struct ticket_redemption){
		.session = v->ticket.session,
		.grant = v->ticket.grant,
		.issued_at = v->ticket.issued_at,
		.random = v->ticket.random,
		.request = v->request,
		.service_id = redeems ? v->to.service->id : 0,
		.ticket = v->ticket_text,
		.service_url = redeems ? redeemed_url(rq, &v->to) : STR_NONE,
		.now = rq->now,
		.limits = rq->configuration->settings.session,
	    },
	    &v->redeemed);
	return FLOW_NEXT;
}

/* A gate that has just started does not know the restore epoch yet, and must
 * not take good tickets for bad ones. */
static enum flow_next
validate_await(struct flow *f)
{
	snapshot_follow(request_of(f), f, 0);
	return FLOW_NEXT;
}

static enum flow_next
validate_begin(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	validate_read_parameters(rq, v);
	v->opened = validate_open(rq, v);
	if (v->opened)
		validate_match(rq, f, v);
	return FLOW_NEXT;
}

static enum flow_next
validate_begin_1(struct flow *f)
{
	struct validate_state *v = request_of(f)->page;

	v->format = ANSWER_TEXT;
	return validate_begin(f);
}

static enum flow_next
validate_begin_2(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;

	if (!validate_format(rq, &v->format))
		validate_refuse(v, ANSWER_INVALID_REQUEST,
		    STR("The parameter 'format' is XML or JSON."));
	if (params_get(&rq->params, STR("pgtUrl"), &v->granting.url) ==
	    PARAM_TWICE)
		validate_refuse(v, ANSWER_INVALID_REQUEST,
		    STR("A parameter was given twice."));
	return validate_begin(f);
}

static enum flow_next
validate_begin_proxy(struct flow *f)
{
	struct validate_state *v = request_of(f)->page;

	v->takes_proxy_tickets = true;
	return validate_begin_2(f);
}

static enum flow_next
validate_begin_saml(struct flow *f)
{
	struct validate_state *v = request_of(f)->page;

	v->saml = true;
	return validate_begin(f);
}

static enum flow_next
validate_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;

	snapshot_follow(rq, f, v->redeemed.generation);
	return FLOW_NEXT;
}

/* By the life of tickets that the service has for itself. */
static bool
validate_is_late(const struct request *rq, const struct validate_state *v)
{
	int64_t life = v->to.service->settings->ticket_life;

	return life > 0 && rq->now / 1000000 - v->ticket.issued_at > life;
}

/* What the service calls the person. */
static void
validate_name(struct request *rq, struct validate_state *v)
{
	const struct service *service = v->to.service;
	const struct service_person person = {
		.account_id = v->redeemed.account_id,
		.login = v->redeemed.login,
		.attributes = v->redeemed.attributes,
	};

	if (!v->refused && !user_name_make(rq, service, &person, &v->user))
		validate_refuse(v, ANSWER_INTERNAL_ERROR,
		    STR("This person has no name for this service."));
}

/* What only the database and the current registry can say. */
static void
validate_judge(struct request *rq, struct validate_state *v)
{
	if (validate_session(v) == 0)
		validate_refuse(v, ANSWER_INVALID_TICKET,
		    STR("The session of this ticket has ended."));
	if (!v->redeemed.fresh)
		validate_refuse(v, ANSWER_INVALID_TICKET,
		    STR("This ticket was used before."));
	if (v->redeemed.restore_epoch != rq->gate->generation.restore_epoch ||
	    !v->redeemed.alive)
		validate_refuse(v, ANSWER_INVALID_TICKET,
		    STR("The session of this ticket has ended."));
	if (v->to.service == NULL)
		validate_refuse(v, ANSWER_UNAUTHORIZED_SERVICE,
		    STR("This service is not registered."));
	else if (validate_is_late(rq, v))
		validate_refuse(
		    v, ANSWER_INVALID_TICKET, STR("This ticket has expired."));
	if ((v->renew || destination_wants_fresh(&v->to)) &&
	    !(v->ticket.flags & TICKET_FROM_NEW_LOGIN))
		validate_refuse(v, ANSWER_INVALID_TICKET,
		    STR("This ticket does not come from a new sign-in."));
}

static void
validate_note(struct request *rq, const struct validate_state *v)
{
	scoreboard_count(
	    v->refused ? SCORE_VALIDATION_REFUSED + v->code : SCORE_VALIDATED);
	rq->outcome = v->refused ? v->text : STR("Ticket validated.");
	rq->service = destination_for_log(&v->to);
	rq->session = validate_session(v);
	if (v->redeemed.alive)
		touches_note(
		    rq->gate, rq->session, v->redeemed.last_used_at, rq->now);
}

/* As CAS spells it; web/cas/saml.c spells the same in SAML. */
static enum flow_next
validate_answer(struct request *rq, const struct validate_state *v,
    const struct answer_success *success)
{
	CLEANUP(buf_clear) struct buf body = BUF_INIT(1024 * 1024);

	(void)buf_reserve(&body, ANSWER_USUAL); /* grows once */
	if (v->refused)
		answer_failure(&body, v->format, v->code, v->text);
	else
		answer_success(&body, v->format, success);
	if (!buf_ok(&body)) {
		buf_reset(&body);
		answer_failure(&body, v->format, ANSWER_INTERNAL_ERROR,
		    STR("The answer became too large."));
	}
	return reply_text(
	    rq, 200, answer_content_type(v->format), buf_str(&body));
}

static enum flow_next
validate_decide(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &v->to);
	if (!v->refused)
		validate_judge(rq, v);
	validate_name(rq, v);
	granting_call(rq, f, v);
	return FLOW_NEXT;
}

static enum flow_next
validate_keep(struct flow *f)
{
	struct request *rq = request_of(f);

	granting_keep(rq, f, rq->page);
	return FLOW_NEXT;
}

static enum flow_next
validate_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct validate_state *v = rq->page;
	struct answer_success success = { .user = STR_NONE };

	granting_judge(v);
	validate_note(rq, v);
	if (!v->refused)
		success = (struct answer_success){
			.user = v->user,
			.authenticated_at = v->redeemed.password_at,
			.from_new_login =
			    v->ticket.flags & TICKET_FROM_NEW_LOGIN,
			.long_term = v->redeemed.long_term,
			.attributes = v->redeemed.attributes,
			.released = v->to.service->released,
			.granting_iou = granting_iou(&v->granting),
			.proxies = v->redeemed.proxies,
			.renamed = &v->to.service->settings->renamed,
		};
	return v->saml ? saml_reply(rq, v, &success)
		       : validate_answer(rq, v, &success);
}

const struct flow_step validate_1[] = {
	FLOW_STEP(validate_await),
	FLOW_STEP(validate_begin_1),
	FLOW_STEP(validate_catch_up), /* with who issued the ticket */
	FLOW_STEP(validate_spend),
	FLOW_STEP(validate_follow), /* the registry, if it changed */
	FLOW_STEP(validate_decide),
	FLOW_STEP(validate_reply),
	FLOW_END,
};

const struct flow_step validate_2[] = {
	FLOW_STEP(validate_await),
	FLOW_STEP(validate_begin_2),
	FLOW_STEP(validate_catch_up), /* with who issued the ticket */
	FLOW_STEP(validate_spend),
	FLOW_STEP(validate_follow),
	FLOW_STEP(validate_decide), /* and, for "pgtUrl", a call */
	FLOW_STEP(validate_keep), /* what was taken */
	FLOW_STEP(validate_reply),
	FLOW_END,
};

const struct flow_step validate_proxy[] = {
	FLOW_STEP(validate_await),
	FLOW_STEP(validate_begin_proxy),
	FLOW_STEP(validate_catch_up), /* with who issued the ticket */
	FLOW_STEP(validate_spend),
	FLOW_STEP(validate_follow),
	FLOW_STEP(validate_decide),
	FLOW_STEP(validate_keep),
	FLOW_STEP(validate_reply),
	FLOW_END,
};

const struct flow_step validate_saml[] = {
	FLOW_STEP(validate_await),
	FLOW_STEP(validate_begin_saml),
	FLOW_STEP(validate_catch_up), /* with who issued the ticket */
	FLOW_STEP(validate_spend),
	FLOW_STEP(validate_follow),
	FLOW_STEP(validate_decide),
	FLOW_STEP(validate_reply),
	FLOW_END,
};
