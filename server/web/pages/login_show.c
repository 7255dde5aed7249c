/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /login: an application sends its visitor, or somebody comes by.
 *
 * With a living session the visitor goes straight back with a ticket; without
 * one there is the form, or, for "gateway", the way back without a ticket.  Who
 * wanted to be asked before each application comes back by POST /enter, which
 * looks at everything anew.
 */
#include "cas/service_url.h"
#include "store/generation.h"
#include "text/escape.h"
#include "web/admission.h"
#include "web/configuration.h"
#include "web/decided.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/hand_over.h"
#include "web/pages/login.h"
#include "web/pages/login_form.h"
#include "web/request.h"
#include "web/snapshot.h"
#include "web/touches.h"

/* GET /login for the same application. */
static struct str
login_url(struct request *rq, const struct destination *to)
{
	CLEANUP(buf_clear) struct buf url = BUF_INIT(4 * SERVICE_URL_LONGEST);

	buf_text(&url, request_own_url(rq, "/login"));
	buf_words(&url, to->saml ? "?TARGET=" : "?service=");
	escape_url(&url, to->url);
	if (to->method.len > 0) {
		buf_words(&url, "&method=");
		buf_text(&url, to->method);
	}
	return arena_text(&rq->arena, buf_str(&url));
}

/* What the protocol leaves open: renew beats gateway, and gateway without a
 * service is as if neither were given. */
static bool
login_read(struct request *rq, struct login_show_state *l)
{
	if (!destination_read(rq, &l->to))
		return false;
	l->renew = parameter_is_set(rq, STR("renew"));
	l->gateway = parameter_is_set(rq, STR("gateway")) && !l->renew &&
		     l->to.url.len > 0;
	destination_make_canonical(rq, &l->to);
	destination_find(rq, &l->to);
	return true;
}

static enum flow_next
login_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_show_state *l = rq->page;
	uint8_t mac[MAC_SIZE];

	if (!login_read(rq, l))
		return reply_error(rq, 400);
	if (session_cookie_mac(rq, mac))
		sessions_find(rq->gate->store, f, mac, rq->now,
		    &rq->configuration->settings.session, &l->found);
	else if (l->gateway || (l->to.url.len > 0 && l->to.service == NULL))
		generation_read(rq->gate->store, f, &l->generation);
	return FLOW_NEXT;
}

/* The click of who was asked; the page was too old: they are asked again. */
static enum flow_next
enter_load(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_show_state *l = rq->page;

	if (!destination_read(rq, &l->to))
		return reply_error(rq, 400);
	if (form_token_verify(rq) != FORM_GOOD)
		return reply_redirect(rq, 303, login_url(rq, &l->to));
	return login_load(f);
}

static enum flow_next
login_follow(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_show_state *l = rq->page;
	int64_t generation = l->found.generation > l->generation.number
				 ? l->found.generation
				 : l->generation.number;

	snapshot_follow(rq, f, generation);
	return FLOW_NEXT;
}

static bool
login_has_session(const struct login_show_state *l)
{
	return l->found.session.number > 0 && !l->renew;
}

static enum flow_next
reply_back_without_ticket(struct request *rq, struct str service_url)
{
	CLEANUP(buf_clear) struct buf back = BUF_INIT(3 * SERVICE_URL_LONGEST);

	service_url_with_ticket(service_url, STR_NONE, &back);
	return reply_redirect(rq, 302, arena_text(&rq->arena, buf_str(&back)));
}

/* A session says who it is; whether that is enough is said anew each time. */
static enum flow_next
login_weigh(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_show_state *l = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	destination_find(rq, &l->to);
	if (l->to.url.len > 0 && l->to.service == NULL)
		return login_unregistered_reply(rq, &l->to);
	l->renew = l->renew || destination_wants_fresh(&l->to);
	l->step = SIGN_IN_RIGHT;
	l->weighed = login_has_session(l) && second_step_matters(rq, &l->to);
	l->asked =
	    l->weighed || (login_has_session(l) && admission_matters(&l->to));
	if (l->asked)
		second_step_ask(rq, f, l->found.session.account_id, &l->second);
	return FLOW_NEXT;
}

/* What is missing is asked for as in a sign-in whose password was right. */
static enum flow_next
login_decide(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_show_state *l = rq->page;
	const struct session *session = &l->found.session;

	if (!l->asked)
		return FLOW_NEXT;
	l->refused = !admission_granted(rq, &l->second, &l->to);
	if (l->refused && !l->gateway)
		admission_note_refusal(rq, f, &l->second, &l->to);
	if (l->refused || !l->weighed)
		return FLOW_NEXT;
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose =
		    l->to.service == NULL ? PURPOSE_DASHBOARD : PURPOSE_SERVICE,
		.to = &l->to,
		.session = second_step_session(rq, session),
	    },
	    &l->second);
	l->step = second_step_next(&l->second);
	if (l->second.decision.outcome == OUTCOME_DENY && !l->gateway)
		l->second.support_code =
		    decided_keep(rq, f, session->account_id, NULL, &l->second);
	if (l->step == SIGN_IN_RIGHT || l->step == SIGN_IN_ENDED || l->gateway)
		return FLOW_NEXT;
	sign_in_begin(rq, f,
	    &(struct sign_in_first){
		.account_id = session->account_id,
		.account_epoch = session->account_epoch,
		.password_at = session->password_at,
		.to = &l->to,
		.step = l->step,
		.second = &l->second,
	    },
	    &l->start);
	return FLOW_NEXT;
}

/* The session is not enough. */
static enum flow_next
reply_more(struct request *rq)
{
	struct login_show_state *l = rq->page;

	if (l->second.decision.outcome == OUTCOME_REAUTH)
		return login_form_reply(
		    rq, &(struct login_form){ .to = &l->to, .renew = true });
	if (l->step == SIGN_IN_ENDED || l->start.begun.number == 0)
		return second_step_denied_reply(rq, &l->second);
	sign_in_cookie(rq, &l->start);
	return reply_redirect(rq, 303, request_own_url(rq, "/mfa"));
}

/* Back with a ticket and without a page? */
static bool
login_is_silent(const struct login_show_state *l)
{
	return login_has_session(l) && !l->refused &&
	       l->step == SIGN_IN_RIGHT && !l->found.session.warn;
}

static enum flow_next
login_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct login_show_state *l = rq->page;
	const struct session *session = &l->found.session;

	if (login_has_session(l))
		touches_note(
		    rq->gate, session->number, session->last_used_at, rq->now);
	if (l->gateway && !login_is_silent(l))
		return reply_back_without_ticket(rq, l->to.url);
	if (!login_has_session(l))
		return login_form_reply(rq, &(struct login_form){
						.to = &l->to,
						.username = session->login,
						.renew = l->renew,
					    });
	if (l->refused)
		return admission_refused_reply(rq, &l->to);
	if (l->step != SIGN_IN_RIGHT)
		return reply_more(rq);
	if (l->to.service == NULL)
		return reply_redirect(rq, 302, request_own_url(rq, "/"));
	if (session->warn && !rq->is_post)
		return login_warning_reply(rq, &l->to);
	return hand_over_reply(rq,
	    &(struct hand_over){ .session = session->number, .to = &l->to });
}

const struct flow_step login_show[] = {
	FLOW_STEP(login_load), /* the session behind the cookie, if any */
	FLOW_STEP(login_follow), /* the registry, if it changed */
	FLOW_STEP(login_weigh), /* what deciding needs, if anybody decides */
	FLOW_STEP(login_decide), /* a code, if one is missing */
	FLOW_STEP(login_reply),
	FLOW_END,
};

/* A link to another language, or a reload, where a click had led. */
static enum flow_next
enter_back(struct flow *f)
{
	struct request *rq = request_of(f);
	struct destination to;

	if (!destination_read(rq, &to))
		return reply_error(rq, 400);
	return reply_redirect(rq, 302, login_url(rq, &to));
}

const struct flow_step login_enter_show[] = {
	FLOW_STEP(enter_back),
	FLOW_END,
};

const struct flow_step login_enter[] = {
	FLOW_STEP(enter_load), /* our own form, then as above */
	FLOW_STEP(login_follow),
	FLOW_STEP(login_weigh),
	FLOW_STEP(login_decide),
	FLOW_STEP(login_reply),
	FLOW_END,
};
