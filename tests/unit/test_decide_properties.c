/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every policy and every person, tried with random ones.
 *
 * The policies are made in memory, not read, so that they also contradict
 * themselves in ways that the reader would refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_random.h"

enum {
/* instrumented, each takes ten times as long */
#if defined(__SANITIZE_ADDRESS__)
	ROUNDS = 20000
#else
	ROUNDS = 100000
#endif
};

static bool
has(const struct decision *decision, enum reason_code code)
{
	for (size_t i = 0; i < decision->reason_count; i++) {
		if (decision->reasons[i].code == code)
			return true;
	}
	return false;
}

/*
 * How hard it is to get in.  Having to wait is a challenge that comes later;
 * a notice, or an offer without a date, is no barrier.
 */
static int
strength(const struct decision *decision)
{
	switch (decision->outcome) {
	case OUTCOME_DENY:
		return has(decision, REASON_THROTTLED) ? 4 : 5;
	case OUTCOME_REAUTH:
	case OUTCOME_CHALLENGE:
		return 4;
	case OUTCOME_FORCE_CHOICE:
	case OUTCOME_FORCE_ENROL:
		return 3;
	case OUTCOME_OFFER:
		return has(decision, REASON_DEADLINE_AHEAD) ? 2 : 0;
	case OUTCOME_ALLOW_AND_NOTIFY:
	case OUTCOME_ALLOW:
		return 0;
	}
	return -1;
}

static void
show(const char *what, const struct decision *decision)
{
	print_error("%s: %s", what, outcome_name(decision->outcome));
	for (size_t i = 0; i < decision->reason_count; i++)
		print_error(" %s", reason_name(decision->reasons[i].code));
	print_error(", level %u\n", decision->level_needed);
}

static bool
reasons_same(const struct reason *a, const struct reason *b)
{
	return a->code == b->code && str_equal(a->text, b->text) &&
	       a->at == b->at && a->until == b->until && a->age == b->age &&
	       a->limit == b->limit && a->count == b->count;
}

/* All but what a rule on trial would have done. */
static bool
decisions_same(const struct decision *a, const struct decision *b)
{
	if (a->outcome != b->outcome || a->then != b->then ||
	    a->reason_count != b->reason_count ||
	    a->factor_count != b->factor_count || a->set_up != b->set_up ||
	    a->proofs != b->proofs || a->addresses != b->addresses ||
	    a->deadline != b->deadline || a->skips_left != b->skips_left ||
	    a->remember != b->remember || a->level != b->level ||
	    a->level_needed != b->level_needed ||
	    a->passed_by != b->passed_by || a->notify != b->notify ||
	    !str_equal(a->rule, b->rule) || a->changed != b->changed ||
	    memcmp(&a->settings, &b->settings, sizeof(a->settings)) != 0)
		return false;
	for (size_t i = 0; i < a->reason_count; i++) {
		if (!reasons_same(&a->reasons[i], &b->reasons[i]))
			return false;
	}
	return memcmp(a->factors, b->factors,
		   a->factor_count * sizeof(a->factors[0])) == 0;
}

static void
a_floor_never_makes_it_weaker(void **state)
{
	unsigned changed = 0;

	(void)state;
	random_begin(1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct house house;
		struct facts facts = random_facts();
		struct decision before, after;
		unsigned place;

		random_house(&house);
		before = policy_decide(&house.policy, &facts, NOW);
		place = random_below((unsigned)house.policy.floor_count + 1);
		memmove(&house.floors[place + 1], &house.floors[place],
		    (house.policy.floor_count - place) *
			sizeof(house.floors[0]));
		house.floors[place] = random_floor();
		house.policy.floor_count++;
		after = policy_decide(&house.policy, &facts, NOW);
		changed += strength(&after) != strength(&before);
		if (strength(&after) >= strength(&before))
			continue;
		show("before", &before);
		show("after", &after);
		fail_msg("round %u", round);
	}
	assert_in_range(changed, ROUNDS / 50, ROUNDS);
}

/* Nothing is demanded of them, or a notice is what they chose. */
static bool
may_pass_without(const struct decision *decision)
{
	return has(decision, REASON_NOTHING_NEEDED) ||
	       has(decision, REASON_NOTICE_ONLY);
}

static void
losing_a_factor_opens_nothing(void **state)
{
	unsigned challenges = 0;

	(void)state;
	random_begin(2);
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct house house;
		struct facts facts = random_facts();
		struct decision before, after;
		unsigned lost;

		random_house(&house);
		before = policy_decide(&house.policy, &facts, NOW);
		if (before.outcome != OUTCOME_CHALLENGE ||
		    facts.enrolment_count == 0)
			continue;
		challenges++;
		lost = random_below((unsigned)facts.enrolment_count);
		facts.enrolments[lost] =
		    facts.enrolments[--facts.enrolment_count];
		after = policy_decide(&house.policy, &facts, NOW);
		if (after.outcome < OUTCOME_ALLOW_AND_NOTIFY ||
		    may_pass_without(&after))
			continue;
		show("before", &before);
		show("after", &after);
		fail_msg("round %u", round);
	}
	assert_in_range(challenges, ROUNDS / 20, ROUNDS);
}

static void
the_same_is_decided_again(void **state)
{
	(void)state;
	random_begin(3);
	for (unsigned round = 0; round < ROUNDS / 10; round++) {
		static struct house house;
		struct facts facts = random_facts(), copy = facts;
		struct decision first, second;

		random_house(&house);
		first = policy_decide(&house.policy, &facts, NOW);
		second = policy_decide(&house.policy, &copy, NOW);
		assert_true(decisions_same(&first, &second));
	}
}

/* Rules on trial taken out: what is left keeps its order. */
static void
trials_remove(struct policy *policy)
{
	size_t kept = 0;

	for (size_t i = 0; i < policy->rule_count; i++) {
		if (!policy->rules[i].report)
			policy->rules[kept++] = policy->rules[i];
	}
	policy->rule_count = kept;
}

static void
rules_on_trial_change_nothing(void **state)
{
	unsigned trials = 0;

	(void)state;
	random_begin(4);
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct house house;
		struct facts facts = random_facts();
		struct decision with, without;

		random_house(&house);
		with = policy_decide(&house.policy, &facts, NOW);
		trials_remove(&house.policy);
		without = policy_decide(&house.policy, &facts, NOW);
		assert_true(decisions_same(&with, &without));
		assert_int_equal(without.report_rule.len, 0);
		trials += with.report_rule.len > 0;
	}
	assert_in_range(trials, ROUNDS / 100, ROUNDS);
}

/* How many rules stand up to and with the one that decided. */
static size_t
rules_read_by(struct policy *policy, const struct facts *facts)
{
	size_t all = policy->rule_count, count = 0;
	bool found = false;

	while (!found && count < all) {
		policy->rule_count = ++count;
		found = policy_decide(policy, facts, NOW).rule.len > 0;
	}
	policy->rule_count = all;
	return count;
}

static void
what_follows_the_first_match_does_not_matter(void **state)
{
	unsigned shuffled = 0;

	(void)state;
	random_begin(5);
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct house house;
		struct facts facts = random_facts();
		struct decision before, after;
		size_t first;

		random_house(&house);
		before = policy_decide(&house.policy, &facts, NOW);
		first = rules_read_by(&house.policy, &facts);
		for (size_t i = first; i < house.policy.rule_count; i++) {
			house.rules[i].match = random_match();
			house.rules[i].profile =
			    &house.profiles[random_below(PROFILES)];
			shuffled++;
		}
		after = policy_decide(&house.policy, &facts, NOW);
		assert_true(
		    before.rule.len == 0 || decisions_same(&before, &after));
	}
	assert_in_range(shuffled, ROUNDS / 20, ROUNDS * RULES);
}

/* Another person's row, or another browser's cookie, is no row at all. */
static void
trust_of_another_changes_nothing(void **state)
{
	(void)state;
	random_begin(6);
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct house house;
		struct facts mine = random_facts(), theirs = random_facts();
		struct decision without, with;
		int64_t similar = mine.browser.similar_trusted_at;

		random_house(&house);
		mine.browser =
		    (struct facts_browser){ .similar_trusted_at = similar };
		mine.reset_at = 0;
		without = policy_decide(&house.policy, &mine, NOW);
		mine.browser = theirs.browser;
		mine.browser.similar_trusted_at = similar;
		if (random_yes())
			mine.browser.known = false;
		else
			mine.browser.secret_matches = false;
		with = policy_decide(&house.policy, &mine, NOW);
		assert_true(decisions_same(&without, &with));
		assert_false(has(&with, REASON_SKIP_TRUST));
	}
}

static bool
is_hard(const struct service_floor *floor, enum purpose purpose)
{
	return floor->hard && purpose == PURPOSE_SERVICE &&
	       (floor->level_min > 0 || floor->verified_max_age > 0);
}

/* Whoever passes where a factor is demanded passes for a reason. */
static bool
is_justified(const struct facts *facts, const struct decision *decision)
{
	bool skipped = has(decision, REASON_SKIP_ZONE) ||
		       has(decision, REASON_SKIP_TRUST) ||
		       has(decision, REASON_EXEMPT) ||
		       has(decision, REASON_LIVE_SESSION);
	bool shown = has(decision, REASON_SKIP_SESSION) ||
		     has(decision, REASON_NOTICE_ONLY) ||
		     has(decision, REASON_MODULE_OFF) ||
		     has(decision, REASON_NOTHING_NEEDED);

	if (facts->purpose == PURPOSE_CHANGE ||
	    facts->purpose == PURPOSE_ADMINISTRATION ||
	    is_hard(&facts->service.floor, facts->purpose))
		return shown || (facts->purpose == PURPOSE_SERVICE &&
				    !has(decision, REASON_EXEMPT) && skipped);
	return shown || skipped;
}

static void
nobody_passes_without_a_reason(void **state)
{
	unsigned passes = 0;

	(void)state;
	random_begin(7);
	for (unsigned round = 0; round < ROUNDS; round++) {
		static struct house house;
		struct facts facts = random_facts();
		struct decision decision;

		random_house(&house);
		decision = policy_decide(&house.policy, &facts, NOW);
		assert_true(decision.reason_count > 0 ||
			    decision.outcome == OUTCOME_FORCE_ENROL ||
			    decision.outcome == OUTCOME_FORCE_CHOICE ||
			    decision.outcome == OUTCOME_OFFER);
		if (decision.outcome == OUTCOME_CHALLENGE)
			assert_true(decision.factor_count > 0);
		if (decision.outcome == OUTCOME_FORCE_ENROL)
			assert_true(
			    decision.set_up != 0 && decision.proofs != 0);
		if (decision.outcome != OUTCOME_ALLOW)
			continue;
		passes++;
		if (is_justified(&facts, &decision))
			continue;
		show("passes", &decision);
		fail_msg("round %u", round);
	}
	assert_in_range(passes, ROUNDS / 20, ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_floor_never_makes_it_weaker),
		cmocka_unit_test(losing_a_factor_opens_nothing),
		cmocka_unit_test(the_same_is_decided_again),
		cmocka_unit_test(rules_on_trial_change_nothing),
		cmocka_unit_test(what_follows_the_first_match_does_not_matter),
		cmocka_unit_test(trust_of_another_changes_nothing),
		cmocka_unit_test(nobody_passes_without_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
