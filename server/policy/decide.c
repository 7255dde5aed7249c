/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which a decision is reached.
 *
 * Whether somebody must own a factor is settled before whether one must be
 * shown now: else whoever is never asked (on campus, say) never sets one up,
 * and the first to do so is a thief outside.
 */
#include "policy/decide.h"

#include "policy/policy_parts.h"
#include "policy/weighing.h"

struct reason *
weigh_because(struct weighing *w, enum reason_code code)
{
	struct decision *out = w->out;
	struct reason *reason;

	if (out->reason_count == DECISION_REASONS_MOST)
		out->reason_count--;
	reason = &out->reasons[out->reason_count++];
	*reason = (struct reason){ .code = code };
	return reason;
}

/* Step 1: nothing that a person could show would help. */
static bool
is_stopped(struct weighing *w)
{
	const struct facts *facts = w->facts;

	if (facts->account_disabled)
		weigh_because(w, REASON_ACCOUNT_DISABLED);
	if (facts->account_locked_until > w->now)
		weigh_because(w, REASON_ACCOUNT_LOCKED)->at =
		    facts->account_locked_until;
	if (facts->service.refused)
		weigh_because(w, REASON_SERVICE_REFUSED);
	if (facts->membership_ended)
		weigh_because(w, REASON_MEMBERSHIP_ENDED);
	if (facts->zone.blocked)
		weigh_because(w, REASON_ZONE_BLOCKED)->text = facts->zone.key;
	return w->out->reason_count > 0;
}

/* It began when nothing was asked for, and the policy changed meanwhile. */
static bool
is_live_session(const struct weighing *w)
{
	const struct facts *facts = w->facts;

	return facts->session.skip == SESSION_SKIP_NOT_NEEDED &&
	       !facts->session.password_given &&
	       facts->session.verified_at == 0 &&
	       w->settings.requirement == REQUIREMENT_REQUIRE &&
	       (facts->purpose == PURPOSE_SERVICE ||
		   facts->purpose == PURPOSE_DASHBOARD);
}

/* Until the next sign-in, but not past what somebody demands on top. */
static bool
may_stay_in(const struct weighing *w)
{
	return is_live_session(w) &&
	       w->settings.live_sessions == LIVE_NEXT_LOGIN && !w->raised &&
	       w->facts->service.floor.verified_max_age == 0;
}

static bool
password_is_fresh(const struct weighing *w)
{
	return weigh_within(
	    w, w->facts->session.password_at, w->settings.elevation_max_age);
}

static enum outcome
reauth_for_change(struct weighing *w)
{
	struct reason *why = weigh_because(w, REASON_CHANGE_NEEDS);

	why->at = w->facts->session.password_at;
	why->age = weigh_age(w, why->at);
	why->limit = w->settings.elevation_max_age;
	return OUTCOME_REAUTH;
}

/* A second step was shown in this session a moment ago. */
static bool
is_proven(const struct weighing *w)
{
	const struct facts_session *session = &w->facts->session;

	return factors_level(session->methods) > 0 &&
	       weigh_within(
		   w, session->verified_at, w->settings.elevation_max_age);
}

/* What to speak of once they are in, or OUTCOME_ALLOW for nothing. */
static void
look_ahead(struct weighing *w)
{
	const struct facts *facts = w->facts;
	factor_set lasting = w->usable & ~FACTORS_ALWAYS;
	factor_set better = (factor_set)w->settings.encourage & ~w->owned;

	if (facts->purpose != PURPOSE_SERVICE &&
	    facts->purpose != PURPOSE_DASHBOARD)
		return;
	w->out->proofs = weigh_proofs(w, is_proven(w));
	if (w->pin_forgotten) {
		w->out->then = OUTCOME_FORCE_ENROL;
		w->out->set_up = FACTOR_BIT(FACTOR_PIN);
	} else if (lasting == 0 && w->settable != 0) {
		w->out->then = OUTCOME_FORCE_ENROL;
		w->out->set_up = w->settable;
	} else if ((facts->session.methods & FACTORS_ALWAYS) != 0 &&
		   w->settable != 0) {
		w->out->then = OUTCOME_OFFER;
		w->out->set_up = w->settable;
	} else if (better != 0 && !weigh_within(w, facts->encouraged_at,
				      w->settings.encourage_every)) {
		w->out->then = OUTCOME_OFFER;
		w->out->set_up = better;
	}
}

static enum outcome
enrol(struct weighing *w)
{
	enum outcome outcome = weigh_enrol(w, is_proven(w));

	weigh_why_enrol(w, outcome);
	if (outcome != OUTCOME_DENY && w->facts->purpose == PURPOSE_CHANGE &&
	    !password_is_fresh(w))
		return reauth_for_change(w);
	return outcome;
}

/* Nothing is demanded; something may be offered. */
static enum outcome
not_required(struct weighing *w)
{
	w->out->proofs = weigh_proofs(w, is_proven(w));
	if (w->facts->purpose == PURPOSE_CHANGE && !password_is_fresh(w))
		return reauth_for_change(w);
	if (w->settings.requirement == REQUIREMENT_OFFER && w->usable == 0 &&
	    w->settable != 0 && w->facts->purpose != PURPOSE_CHANGE) {
		w->out->set_up = w->settable;
		weigh_because(w, REASON_OFFERED);
		return OUTCOME_OFFER;
	}
	weigh_because(w, REASON_NOTHING_NEEDED);
	return OUTCOME_ALLOW;
}

/* They chose to be told of unknown browsers, and nothing else. */
static enum outcome
notice_only(struct weighing *w)
{
	if (w->facts->purpose == PURPOSE_CHANGE && !password_is_fresh(w))
		return reauth_for_change(w);
	weigh_because(w, REASON_NOTICE_ONLY);
	return weigh_browser_known(w) ? OUTCOME_ALLOW
				      : OUTCOME_ALLOW_AND_NOTIFY;
}

/* What they have is enough: shown already, left out, or asked for. */
static enum outcome
ask(struct weighing *w)
{
	look_ahead(w);
	if (weigh_skip(w)) {
		if (w->out->then == OUTCOME_OFFER)
			weigh_because(w, REASON_OFFERED);
		return OUTCOME_ALLOW;
	}
	if (w->asked == 0)
		return notice_only(w);
	weigh_why_asked(w);
	return weigh_challenge(w) ? OUTCOME_CHALLENGE : OUTCOME_DENY;
}

/* What they have is not enough: it is shown first, so that nobody sets up a
 * better one with the password alone. */
static enum outcome
ask_weaker(struct weighing *w)
{
	enum outcome after = weigh_enrol(w, true);

	if (after != OUTCOME_DENY && !weigh_skip(w)) {
		w->out->then = after;
		weigh_why_asked(w);
		return weigh_challenge(w) ? OUTCOME_CHALLENGE : OUTCOME_DENY;
	}
	weigh_why_enrol(w, after);
	return after;
}

/* Steps 6 to 8 and 10 to 12. */
static enum outcome
weigh_outcome(struct weighing *w)
{
	if (w->exempt) {
		w->out->passed_by = PASSED_BY_EXEMPTION;
		w->out->level = factors_level(w->facts->session.methods);
		return OUTCOME_ALLOW;
	}
	if (may_stay_in(w)) {
		weigh_because(w, REASON_LIVE_SESSION);
		return OUTCOME_ALLOW;
	}
	if (w->settings.requirement != REQUIREMENT_REQUIRE)
		return not_required(w);
	if (w->usable != 0)
		return ask(w);
	return w->weak != 0 ? ask_weaker(w) : enrol(w);
}

/* Step 9. */
static bool
needs_password(struct weighing *w)
{
	const struct facts_session *session = &w->facts->session;
	struct reason *why;

	if (session->password_given)
		return false;
	if (is_live_session(w) && w->settings.live_sessions == LIVE_TERMINATE) {
		weigh_because(w, REASON_MADE_MANDATORY)->at =
		    w->facts->mandatory_since;
		return true;
	}
	if (w->facts->renew) {
		weigh_because(w, REASON_RENEW);
		return true;
	}
	if (weigh_within(w, session->password_at, w->settings.session_max) &&
	    !(session->overdue && w->settings.session_stay == 0))
		return false;
	why = weigh_because(w, REASON_PASSWORD_TOO_OLD);
	why->at = session->password_at;
	why->age = weigh_age(w, session->password_at);
	why->limit = w->settings.session_max;
	return true;
}

/* The password comes first, and only it has reasons. */
static void
password_first(struct weighing *w)
{
	struct decision *out = w->out;
	size_t others = out->reason_count;

	if (out->outcome == OUTCOME_DENY || !needs_password(w))
		return;
	out->outcome = OUTCOME_REAUTH;
	out->then = OUTCOME_ALLOW;
	out->factor_count = 0;
	out->set_up = 0;
	out->reason_count -= others < out->reason_count ? others : 0;
	memmove(out->reasons, out->reasons + others,
	    out->reason_count * sizeof(out->reasons[0]));
}

static void
finish(struct weighing *w)
{
	const struct facts *facts = w->facts;
	struct decision *out = w->out;
	bool told =
	    (w->settings.notice_events & INT64_C(1) << NOTICE_NEW_BROWSER) != 0;

	out->settings = w->settings;
	out->level_needed = w->level;
	out->addresses = w->addresses;
	out->remember = (enum remember)w->settings.remember;
	if (!weigh_may_enrol_here(w))
		out->set_up = 0;
	if (facts->zone.shared_computers || facts->purpose == PURPOSE_CHANGE ||
	    facts->purpose == PURPOSE_ADMINISTRATION)
		out->remember = REMEMBER_OFF;
	out->notify =
	    out->outcome == OUTCOME_ALLOW_AND_NOTIFY ||
	    (told && !weigh_browser_known(w) && out->outcome != OUTCOME_DENY);
}

/* As if `forced` were the rule; NULL: by the rule that holds. */
static const struct rule *
weigh(const struct policy *policy, const struct facts *facts, int64_t now,
    const struct rule *forced, struct decision *out)
{
	struct weighing w = {
		.policy = policy, .facts = facts, .now = now, .out = out
	};

	weigh_rule(&w, forced);
	weigh_factors(&w);
	out->outcome = weigh_outcome(&w);
	password_first(&w);
	finish(&w);
	return w.trial;
}

static void
decide_without_module(struct weighing *w)
{
	struct decision *out = w->out;

	w->settings = policy_settings_default();
	weigh_because(w, REASON_MODULE_OFF);
	out->outcome = OUTCOME_ALLOW;
	if (w->facts->purpose == PURPOSE_CHANGE && !password_is_fresh(w))
		out->outcome = reauth_for_change(w);
	password_first(w);
	finish(w);
	out->remember = REMEMBER_OFF;
}

struct decision
policy_decide(
    const struct policy *policy, const struct facts *facts, int64_t now)
{
	struct decision out = { .then = OUTCOME_ALLOW, .skips_left = -1 };
	struct decision other = out;
	struct weighing w = {
		.policy = policy, .facts = facts, .now = now, .out = &out
	};
	const struct rule *trial;

	if (is_stopped(&w)) {
		out.outcome = OUTCOME_DENY;
		return out;
	}
	if (facts->module_off) {
		decide_without_module(&w);
		return out;
	}
	trial = weigh(policy, facts, now, NULL, &out);
	if (trial != NULL) {
		weigh(policy, facts, now, trial, &other);
		out.report_rule = trial->name;
		out.report_outcome = other.outcome;
	}
	return out;
}

const struct decision *
decision_stricter(const struct decision *a, const struct decision *b)
{
	if (a->outcome != b->outcome)
		return a->outcome < b->outcome ? a : b;
	return b->level_needed > a->level_needed ? b : a;
}
