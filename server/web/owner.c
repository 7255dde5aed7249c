/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who looks after their own account.
 */
#include "web/owner.h"

#include "web/configuration.h"
#include "web/gate.h"
#include "web/grant.h"
#include "web/request.h"
#include "web/snapshot.h"
#include "web/touches.h"

enum flow_next
owner_find(struct flow *f)
{
	struct request *rq = request_of(f);
	struct owner_state *o = rq->page;
	uint8_t mac[MAC_SIZE];

	if (!session_cookie_mac(rq, mac))
		return owner_sign_in_reply(rq);
	sessions_find(rq->gate->store, f, mac, rq->now,
	    &rq->configuration->settings.session, &o->found);
	return FLOW_NEXT;
}

bool
owner_ask_more(struct request *rq, struct flow *f, struct owner_state *o)
{
	const struct session *session = &o->found.session;

	if (session->number == 0)
		return false;
	rq->session = session->number;
	touches_note(rq->gate, session->number, session->last_used_at, rq->now);
	second_step_ask(rq, f, session->account_id, &o->second);
	snapshot_follow(rq, f, o->found.generation);
	return true;
}

enum flow_next
owner_load(struct flow *f)
{
	struct request *rq = request_of(f);

	return owner_ask_more(rq, f, rq->page) ? FLOW_NEXT
					       : owner_sign_in_reply(rq);
}

static enum outcome
owner_decide(struct request *rq, struct owner_state *o, enum purpose purpose)
{
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = purpose,
		.session = second_step_session(rq, &o->found.session),
	    },
	    &o->second);
	return o->second.decision.outcome;
}

static bool
outcome_passes(enum outcome outcome)
{
	return outcome == OUTCOME_ALLOW || outcome == OUTCOME_OFFER ||
	       outcome == OUTCOME_ALLOW_AND_NOTIFY;
}

bool
owner_may_look(struct request *rq, struct owner_state *o)
{
	return outcome_passes(owner_decide(rq, o, PURPOSE_DASHBOARD));
}

bool
owner_may_change(struct request *rq, struct owner_state *o)
{
	return outcome_passes(owner_decide(rq, o, PURPOSE_CHANGE));
}

bool
owner_may_set_up(struct request *rq, struct owner_state *o)
{
	const struct decision *d = &o->second.decision;
	enum outcome outcome = owner_decide(rq, o, PURPOSE_CHANGE);
	bool proven = (d->proofs & 1u << PROOF_PASSWORD) != 0;

	if (!second_step_has(&o->second, FACTOR_TOTP))
		return false;
	if (outcome_passes(outcome))
		return proven || d->passed_by == PASSED_BY_VERIFICATION;
	return (outcome == OUTCOME_FORCE_ENROL ||
		   outcome == OUTCOME_FORCE_CHOICE) &&
	       (d->set_up & FACTOR_BIT(FACTOR_TOTP)) != 0 && proven;
}

bool
owner_may_remove(const struct owner_state *o)
{
	const struct second_step *second = &o->second;

	switch ((enum self_remove)second->decision.settings.self_remove) {
	case SELF_REMOVE_THEN_REENROL:
		return true;
	case SELF_REMOVE_REPLACE:
		return second_step_has(second, FACTOR_EMAIL) &&
		       second_step_address(second) != NULL;
	case SELF_REMOVE_NEVER:
		break;
	}
	return false;
}

enum flow_next
owner_sign_in_reply(struct request *rq)
{
	return reply_redirect(
	    rq, rq->is_post ? 303 : 302, request_own_url(rq, "/login"));
}

enum flow_next
owner_confirm_reply(struct request *rq)
{
	rq->outcome = STR("Confirmation asked.");
	return reply_redirect(rq, rq->is_post ? 303 : 302,
	    request_own_url(rq, "/login?renew=true"));
}
