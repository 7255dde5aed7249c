/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody without a factor that is enough: later, now, or not at all.
 *
 * The deadline is worked out anew each time, so a policy that is tightened or
 * loosened holds at once.  Whoever removed the last factor gets no new grace,
 * nor does whoever has one that was guessed at until it stopped.
 */
#include "policy/weighing.h"

/* What shows who they are; each kind of proof accepts the stricter too. */
unsigned
weigh_proofs(const struct weighing *w, bool proven)
{
	int64_t least = w->settings.enrol_proof;
	unsigned proofs = 0;

	if (least <= PROOF_ON_SITE && w->facts->zone.enrol_ok)
		proofs |= 1u << PROOF_ON_SITE;
	if (least <= PROOF_ACCESS_CODE &&
	    (w->owned & FACTOR_BIT(FACTOR_ACCESS_CODE)) != 0)
		proofs |= 1u << PROOF_ACCESS_CODE;
	if (w->blocked != 0 && !proven)
		return proofs;
	if (least <= PROOF_EMAIL_CODE && w->addresses != 0)
		proofs |= 1u << PROOF_EMAIL_CODE;
	if (least <= PROOF_PASSWORD || (least <= PROOF_EMAIL_CODE && proven))
		proofs |= 1u << PROOF_PASSWORD;
	return proofs;
}

/* True while "later" is possible; writes the deadline and the skips left. */
static bool
has_time(struct weighing *w, bool proven)
{
	const struct policy_settings *settings = &w->settings;
	const struct facts *facts = w->facts;
	int64_t anchor =
	    facts->first_offer_at > 0 ? facts->first_offer_at : w->now;
	int64_t deadline = settings->enrol_deadline;
	bool limited = settings->enrol_max_skips != POLICY_NONE;

	if (settings->enrol_grace != POLICY_NONE &&
	    anchor + settings->enrol_grace < deadline)
		deadline = anchor + settings->enrol_grace;
	if (deadline == POLICY_NONE && !limited)
		return false;
	w->out->deadline = deadline == POLICY_NONE ? 0 : deadline;
	if (limited)
		w->out->skips_left =
		    settings->enrol_max_skips > facts->skips
			? settings->enrol_max_skips - facts->skips
			: 0;
	return facts->removed_at == 0 && (proven || !w->broken) &&
	       w->now < deadline && w->out->skips_left != 0;
}

bool
weigh_may_enrol_here(const struct weighing *w)
{
	return w->settings.enrol_zones == POLICY_NONE ||
	       weigh_in_zones(w, w->settings.enrol_zones);
}

enum outcome
weigh_enrol(struct weighing *w, bool proven)
{
	bool later = has_time(w, proven);

	w->out->set_up = w->settable;
	w->out->proofs = weigh_proofs(w, proven);
	if (w->pin_forgotten && !proven)
		return OUTCOME_DENY;
	if (w->lenient && (proven || !w->broken))
		return w->settable != 0 ? OUTCOME_OFFER : OUTCOME_ALLOW;
	if (later)
		return OUTCOME_OFFER;
	if (w->settings.after_deadline == AFTER_DEADLINE_DENY ||
	    w->settable == 0 || w->out->proofs == 0 || !weigh_may_enrol_here(w))
		return OUTCOME_DENY;
	if (w->settings.mode == MODE_CHOICE &&
	    (w->settable & (w->settable - 1)) != 0 && !proven)
		return OUTCOME_FORCE_CHOICE;
	return OUTCOME_FORCE_ENROL;
}

static void
why_denied(struct weighing *w)
{
	if (w->pin_forgotten)
		weigh_because(w, REASON_PIN_RESET_UNAVAILABLE);
	else if (w->blocked != 0 || w->settable == 0)
		weigh_because(w, REASON_NO_USABLE_FACTOR);
	else if (w->settings.after_deadline != AFTER_DEADLINE_DENY)
		weigh_because(w, REASON_NO_WAY_TO_ENROL);
}

void
weigh_why_enrol(struct weighing *w, enum outcome outcome)
{
	const struct facts *facts = w->facts;
	struct decision *out = w->out;
	bool dated = out->deadline > 0 || out->skips_left >= 0;

	if (outcome == OUTCOME_ALLOW) {
		weigh_because(w, REASON_NOTHING_NEEDED);
		return;
	}
	if (outcome == OUTCOME_DENY)
		why_denied(w);
	if (outcome == OUTCOME_OFFER && dated) {
		struct reason *why = weigh_because(w, REASON_DEADLINE_AHEAD);

		why->at = out->deadline;
		why->count = out->skips_left;
	} else if (outcome == OUTCOME_OFFER) {
		weigh_because(w, REASON_OFFERED);
	} else if (dated || w->settings.after_deadline == AFTER_DEADLINE_DENY) {
		weigh_because(w, REASON_DEADLINE_PASSED)->at =
		    out->deadline <= w->now ? out->deadline : 0;
	}
	if (w->raised)
		weigh_because(w, REASON_SERVICE_NEEDS)->count =
		    w->settings.level_min;
	if (facts->reset_at > 0)
		weigh_because(w, REASON_FACTOR_RESET)->at = facts->reset_at;
	if (facts->mandatory_since > 0)
		weigh_because(w, REASON_MADE_MANDATORY)->at =
		    facts->mandatory_since;
}
