/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the person has, what of it is enough, and in which order to ask.
 *
 * What is there and does not work (an address that bounces, a generator that
 * was guessed at too often) is not the same as nothing: else a thief could
 * break a factor in order to set up one of their own.
 */
#include "policy/weighing.h"

unsigned
factors_level(factor_set factors)
{
	unsigned level = 0;

	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if ((factors & FACTOR_BIT(factor)) != 0 &&
		    factor_level(factor) > level)
			level = factor_level(factor);
	}
	return level;
}

/* Verified, or from a feed that is trusted; works; not just changed (C-24). */
static bool
address_is_valid(const struct weighing *w, const struct facts_address *address)
{
	const struct policy_settings *settings = &w->settings;

	if ((settings->email_allowed_kinds & INT64_C(1) << address->kind) ==
		0 ||
	    (settings->email_source & INT64_C(1) << address->source) == 0)
		return false;
	if (address->source == SOURCE_SELF && address->verified_at == 0)
		return false;
	if (address->bounced_at > 0 &&
	    address->bounced_at >= address->verified_at)
		return false;
	return address->changed_at == 0 ||
	       address->changed_at <= w->now - settings->email_cooldown;
}

static void
addresses_find(struct weighing *w)
{
	for (unsigned i = 0; i < w->facts->address_count; i++) {
		if (address_is_valid(w, &w->facts->addresses[i]))
			w->addresses |= 1u << i;
	}
}

static bool
enrolment_works(
    const struct weighing *w, const struct facts_enrolment *enrolment)
{
	if (enrolment->factor == FACTOR_EMAIL && w->addresses == 0)
		return false;
	return !enrolment->stopped;
}

static void
enrolments_find(struct weighing *w)
{
	const struct facts *facts = w->facts;

	for (size_t i = 0; i < facts->enrolment_count; i++) {
		const struct facts_enrolment *enrolment = &facts->enrolments[i];
		factor_set bit = FACTOR_BIT(enrolment->factor);

		if (enrolment->factor == FACTOR_RECOVERY &&
		    w->settings.recovery_count == 0)
			continue;
		if (enrolment_works(w, enrolment))
			w->owned |= bit;
		else
			w->blocked |= bit;
	}
	w->broken = w->blocked != 0;
	if (w->settings.auto_factors & FACTOR_BIT(FACTOR_EMAIL)) {
		if (w->addresses != 0)
			w->owned |= FACTOR_BIT(FACTOR_EMAIL);
		else if (facts->address_count > 0)
			w->blocked |= FACTOR_BIT(FACTOR_EMAIL);
	}
	w->blocked &= ~w->owned;
}

/* A mail code stands in for the PIN until a new one is set. */
static void
pin_forget(struct weighing *w)
{
	const factor_set pin = FACTOR_BIT(FACTOR_PIN);

	if (!w->facts->forgot_pin || ((w->owned | w->blocked) & pin) == 0)
		return;
	w->pin_forgotten = true;
	w->owned &= ~pin;
	w->blocked |= pin;
	if (w->settings.pin_reset == PIN_RESET_EMAIL && w->addresses != 0) {
		w->owned |= FACTOR_BIT(FACTOR_EMAIL);
		w->settings.solutions |= FACTOR_BIT(FACTOR_EMAIL);
	}
}

/* Notice is no barrier, so it is enough only where the lowest level is. */
static bool
factor_is_enough(const struct weighing *w, enum factor factor)
{
	if (factor == FACTOR_NOTICE)
		return w->settings.level_min <= 1;
	return factor_level(factor) >= w->settings.level_min;
}

void
weigh_factors(struct weighing *w)
{
	factor_set strongest = 0, accepted;

	addresses_find(w);
	enrolments_find(w);
	pin_forget(w);
	accepted = (factor_set)w->settings.solutions | FACTORS_ALWAYS;
	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if ((accepted & FACTOR_BIT(factor)) != 0 &&
		    factor_is_enough(w, factor))
			w->settable |= FACTOR_BIT(factor);
	}
	w->usable = w->owned & w->settable;
	w->weak = w->owned & ~w->usable & ~FACTOR_BIT(FACTOR_NOTICE);
	w->settable &= ~FACTORS_ALWAYS;
	if (w->addresses == 0)
		w->settable &= ~FACTOR_BIT(FACTOR_EMAIL);
	if (w->usable != 0) {
		w->level = (unsigned)w->settings.level_min;
		w->asked = w->usable & ~FACTOR_BIT(FACTOR_NOTICE);
		return;
	}
	w->level = factors_level(w->weak);
	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if ((w->weak & FACTOR_BIT(factor)) != 0 &&
		    factor_level(factor) == w->level)
			strongest |= FACTOR_BIT(factor);
	}
	w->asked = strongest;
}

/* Until when one has to wait; of several of a kind the first that is free. */
static int64_t
factor_waits_until(const struct weighing *w, enum factor factor)
{
	const struct facts *facts = w->facts;
	int64_t until = INT64_MAX;

	for (size_t i = 0; i < facts->enrolment_count; i++) {
		const struct facts_enrolment *enrolment = &facts->enrolments[i];

		if (enrolment->factor == factor && !enrolment->stopped &&
		    enrolment->throttled_until < until)
			until = enrolment->throttled_until;
	}
	return until == INT64_MAX ? 0 : until; /* e-mail that is automatic */
}

static void
challenge_add(struct weighing *w, enum factor factor, int64_t *earliest)
{
	struct decision *out = w->out;
	int64_t until = factor_waits_until(w, factor);

	if ((w->asked & FACTOR_BIT(factor)) == 0)
		return;
	if (until > w->now) {
		*earliest = until < *earliest ? until : *earliest;
		return;
	}
	for (size_t i = 0; i < out->factor_count; i++) {
		if (out->factors[i] == factor)
			return;
	}
	out->factors[out->factor_count++] = factor;
}

/* The last used on this browser first, recovery codes never before others. */
bool
weigh_challenge(struct weighing *w)
{
	static const enum factor order[] = { FACTOR_WEBAUTHN, FACTOR_TOTP,
		FACTOR_PIN, FACTOR_EMAIL, FACTOR_ACCESS_CODE, FACTOR_RECOVERY };
	const struct facts_browser *browser = &w->facts->browser;
	int64_t earliest = INT64_MAX;

	if (weigh_browser_known(w) && browser->verified_at > 0 &&
	    browser->verified_by != FACTOR_NOTICE &&
	    browser->verified_by != FACTOR_RECOVERY)
		challenge_add(w, browser->verified_by, &earliest);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		challenge_add(w, order[i], &earliest);
	if (w->out->factor_count > 0)
		return true;
	weigh_because(w, REASON_THROTTLED)->at = earliest;
	return false;
}
