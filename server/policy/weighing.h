/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One decision in the making: for the room only.
 *
 * policy_decide() fills it from top to bottom; each part reads what stands
 * above it and writes its own.
 */
#ifndef POLICY_WEIGHING_H
#define POLICY_WEIGHING_H

#include "policy/decide.h"
#include "policy/policy_parts.h"

/* Recovery codes and access codes need not be among the solutions. */
#define FACTORS_ALWAYS \
	(FACTOR_BIT(FACTOR_RECOVERY) | FACTOR_BIT(FACTOR_ACCESS_CODE))

struct weighing {
	const struct policy *policy;
	const struct facts *facts;
	int64_t now;
	struct policy_settings settings; /* in effect */

	/* weigh_rule.c: the rule, its floors, an exemption */
	bool hard; /* a floor that exemptions do not reach */
	bool raised; /* a floor asks for more than the profile */
	bool exempt; /* wholly, no other factor in its place */
	bool voluntary; /* the person asked to be asked */
	bool lenient; /* what is demanded is not demanded by the policy */
	const struct rule *trial; /* a rule on trial that would come first */

	/* weigh_factors.c: what the person has */
	factor_set owned; /* works now */
	factor_set blocked; /* is there, and does not work ... */
	bool broken; /* ... though it was set up once */
	factor_set usable; /* owned, and enough */
	factor_set weak; /* owned, and not enough or not asked for */
	factor_set settable; /* would be enough if it were set up */
	unsigned addresses; /* bits: that take a mail code */
	bool pin_forgotten;

	factor_set asked; /* what a challenge would accept ... */
	unsigned level; /* ... and the level that it needs */

	struct decision *out;
};

/* Adds a reason with no value, which the caller may fill. */
struct reason *weigh_because(struct weighing *, enum reason_code);

/* Did it happen, and not longer ago than the limit? */
bool weigh_within(const struct weighing *, int64_t at, int64_t limit);
int64_t weigh_age(const struct weighing *, int64_t at);

unsigned factors_level(factor_set);

/* The key of the present zone stands in a setting of zones. */
bool weigh_in_zones(const struct weighing *, int64_t zones);
/* The cookie is that of a row which was not revoked. */
bool weigh_browser_known(const struct weighing *);

/* `forced`: as if this rule were the first; NULL: the one that is. */
void weigh_rule(struct weighing *, const struct rule *forced);

void weigh_factors(struct weighing *);
/* The factors to ask for, in order; false, and why, if all must wait. */
bool weigh_challenge(struct weighing *) MUST_CHECK;

/* Nothing must be asked; writes why, and how the level was reached. */
bool weigh_skip(struct weighing *) MUST_CHECK;
void weigh_why_asked(struct weighing *);

/*
 * What becomes of somebody without a factor that is enough, `proven` by a
 * weaker one or not: ALLOW, OFFER, FORCE_ENROL, FORCE_CHOICE or DENY.  Writes
 * set_up, proofs and the deadline, but no reasons.
 */
enum outcome weigh_enrol(struct weighing *, bool proven);
void weigh_why_enrol(struct weighing *, enum outcome);
unsigned weigh_proofs(const struct weighing *, bool proven);
/* Whether anything is set up in the present zone. */
bool weigh_may_enrol_here(const struct weighing *);

#endif
