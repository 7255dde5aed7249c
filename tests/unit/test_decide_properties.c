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

#include "policy/decide.h"
#include "policy/policy_parts.h"
#include "policy/settings_table.h"

#define NOW (INT64_C(1795420800) * POLICY_SECOND)
#define HOUR (3600 * POLICY_SECOND)

enum {
	ROUNDS = 100000,
	PROFILES = 3,
	RULES = 4,
	FLOORS = 3,
	NAMES = 3
};

static const struct str words[NAMES] = { STR_INIT("a"), STR_INIT("b"),
	STR_INIT("c") };

struct house {
	struct policy policy;
	struct profile profiles[PROFILES];
	struct rule rules[RULES];
	struct floor floors[FLOORS + 1]; /* room for one more */
};

static uint64_t seed;

static unsigned
any(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static bool
maybe(void)
{
	return any(2) == 0;
}

static bool
seldom(void)
{
	return any(8) == 0;
}

static int64_t
any_span(void)
{
	static const int64_t spans[] = { 0, HOUR, 10 * 60 * POLICY_SECOND,
		POLICY_DAY, 30 * POLICY_DAY, POLICY_NONE };

	return spans[any(COUNT_OF(spans))];
}

/* Never, a moment ago, a limit and a bit more, or ahead. */
static int64_t
any_time(void)
{
	static const int64_t ages[] = { 0, 1, HOUR, HOUR + 1, POLICY_DAY,
		30 * POLICY_DAY, 30 * POLICY_DAY + 1, -HOUR };

	return maybe() ? NOW - ages[any(COUNT_OF(ages))] : 0;
}

static int64_t
any_bits(const struct setting *setting)
{
	int64_t bits = 0;

	for (unsigned i = 0; i < SETTING_WORDS_MOST; i++) {
		if (setting->words[i] != NULL && maybe())
			bits |= INT64_C(1) << i;
	}
	return bits;
}

static int64_t
any_word(const struct setting *setting)
{
	unsigned count = 0;

	while (count < SETTING_WORDS_MOST && setting->words[count] != NULL)
		count++;
	return any(count);
}

static int64_t
any_value(const struct setting *setting)
{
	switch (setting->kind) {
	case SETTING_WORD:
		return any_word(setting);
	case SETTING_WORDS:
		return any_bits(setting);
	case SETTING_ZONES:
		return setting->none && maybe() ? POLICY_NONE
						: any(1u << NAMES);
	case SETTING_YES_NO:
		return any(2);
	case SETTING_NUMBER:
		return setting->min +
		       any((unsigned)(setting->max - setting->min) + 1);
	case SETTING_DATE:
		return NOW + any(3) * POLICY_DAY - POLICY_DAY;
	case SETTING_DURATION:
		return any_span();
	}
	return 0;
}

static bool
is_timing(unsigned index)
{
	return setting_at(index)->stricter == STRICTER_TIMING;
}

static struct policy_settings
any_settings(void)
{
	struct policy_settings settings = policy_settings_default();

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (maybe() && (!is_timing(i) || seldom()))
			setting_put(&settings, i, any_value(setting_at(i)));
	}
	settings.requirement = any(4) > 0 ? REQUIREMENT_REQUIRE : any(3);
	if (settings.requirement == REQUIREMENT_REQUIRE)
		return settings;
	settings.enrol_deadline = POLICY_NONE;
	settings.enrol_grace = POLICY_NONE;
	settings.enrol_max_skips = POLICY_NONE;
	return settings;
}

static struct floor
any_floor(void)
{
	const int64_t notice = FACTOR_BIT(FACTOR_NOTICE);
	struct floor floor = { .name = STR("floor"),
		.hard = seldom(),
		.match = { .from = INT64_MIN, .until = INT64_MAX },
		.settings = policy_settings_default() };

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const struct setting *setting = setting_at(i);

		if (setting->stricter == STRICTER_FREE || any(4) > 0)
			continue;
		setting_put(&floor.settings, i, any_value(setting));
		floor.given |= UINT64_C(1) << i;
	}
	floor.settings.solutions &= ~notice;
	return floor;
}

static struct match
any_match(void)
{
	struct match match = { .from = INT64_MIN, .until = INT64_MAX };

	for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
		if (any(3) > 0)
			continue;
		match.given |= 1u << kind;
		match.names[kind].words[0] = any(1u << NAMES);
	}
	match.browsers = seldom() ? any(8) : 0;
	return match;
}

static void
any_house(struct house *house)
{
	struct policy *policy = &house->policy;

	*house = (struct house){ .policy = { .references = 1 } };
	for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
		policy->names[kind].count = NAMES;
		for (unsigned i = 0; i < NAMES; i++)
			policy->names[kind].list[i] =
			    (struct name){ words[i], i };
	}
	for (unsigned i = 0; i < PROFILES; i++)
		house->profiles[i] =
		    (struct profile){ words[i], any_settings() };
	policy->profiles = house->profiles;
	policy->profile_count = PROFILES;
	policy->standard = &house->profiles[0];
	policy->rule_count = any(RULES + 1);
	for (unsigned i = 0; i < RULES; i++)
		house->rules[i] = (struct rule){ .name = words[i % NAMES],
			.priority = i + 1,
			.match = any_match(),
			.profile = &house->profiles[any(PROFILES)],
			.report = seldom() };
	policy->rules = house->rules;
	policy->floor_count = any(FLOORS + 1);
	for (unsigned i = 0; i < FLOORS; i++) {
		house->floors[i] = any_floor();
		house->floors[i].match = any_match();
	}
	policy->floors = house->floors;
}

static void
any_place(struct facts *facts)
{
	facts->zone.key = maybe() ? words[any(NAMES)] : STR_NONE;
	facts->zone.skip_ok = maybe();
	facts->zone.enrol_ok = maybe();
	facts->zone.shared_computers = maybe();
	facts->browser = (struct facts_browser){ .known = any(4) > 0,
		.secret_matches = any(4) > 0,
		.trusted_at = any_time(),
		.verified_at = any_time(),
		.verified_by = any(FACTOR_COUNT),
		.last_login_at = any_time(),
		.revoked_at = seldom() ? any_time() : 0,
		.similar_trusted_at = any_time() };
	facts->trust_epoch = seldom() ? any_time() : 0;
	facts->signals = seldom() ? any(8) : 0;
}

static void
any_factors(struct facts *facts)
{
	/* An exemption that puts a barrier in the place of a notice loosens
	 * nothing: taking it away does. */
	enum factor first = facts->exemption.instead != 0 ? FACTOR_PIN : 0;

	for (enum factor factor = first; factor < FACTOR_COUNT; factor++) {
		if (any(3) > 0)
			continue;
		facts->enrolments[facts->enrolment_count++] =
		    (struct facts_enrolment){ .factor = factor,
			    .voluntary = any(4) == 0,
			    .stopped = seldom(),
			    .throttled_until = seldom() ? NOW + HOUR : 0 };
	}
	facts->address_count = any(3);
	for (size_t i = 0; i < facts->address_count; i++)
		facts->addresses[i] = (struct facts_address){ .kind = any(2),
			.source = any(3),
			.verified_at = any_time(),
			.changed_at = any_time(),
			.bounced_at = seldom() ? any_time() : 0 };
}

static void
any_session(struct facts *facts)
{
	facts->session = (struct facts_session){ .password_at = any_time(),
		.password_given = maybe(),
		.verified_at = any_time(),
		.methods = any(1u << FACTOR_COUNT),
		.skip = any(5),
		.zone = words[any(NAMES)] };
	if (facts->session.password_given)
		facts->session.password_at = NOW;
	facts->renew = seldom();
}

static struct facts
any_facts(void)
{
	struct facts facts = { .purpose = maybe() ? PURPOSE_SERVICE : any(4),
		.type = words[any(NAMES)],
		.groups = words,
		.group_count = any(NAMES + 1),
		.service = { .id = any(4),
		    .tags = words,
		    .tag_count = any(NAMES + 1) },
		.forgot_pin = seldom(),
		.first_offer_at = any_time(),
		.skips = any(4),
		.encouraged_at = any_time(),
		.removed_at = seldom() ? any_time() : 0,
		.reset_at = seldom() ? any_time() : 0,
		.mandatory_since = any_time(),
		.account_disabled = any(64) == 0,
		.module_off = any(64) == 0 };

	if (seldom())
		facts.service.floor = (struct service_floor){ any(4),
			maybe() ? HOUR : 0, maybe() };
	if (seldom())
		facts.exemption = (struct facts_exemption){ .until = NOW + HOUR,
			.instead = maybe() ? any(1u << FACTOR_COUNT) : 0 };
	any_place(&facts);
	any_factors(&facts);
	any_session(&facts);
	return facts;
}

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
	seed = 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct house house;
		struct facts facts = any_facts();
		struct decision before, after;
		unsigned place;

		any_house(&house);
		before = policy_decide(&house.policy, &facts, NOW);
		place = any((unsigned)house.policy.floor_count + 1);
		memmove(&house.floors[place + 1], &house.floors[place],
		    (house.policy.floor_count - place) *
			sizeof(house.floors[0]));
		house.floors[place] = any_floor();
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
	seed = 2;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct house house;
		struct facts facts = any_facts();
		struct decision before, after;
		unsigned lost;

		any_house(&house);
		before = policy_decide(&house.policy, &facts, NOW);
		if (before.outcome != OUTCOME_CHALLENGE ||
		    facts.enrolment_count == 0)
			continue;
		challenges++;
		lost = any((unsigned)facts.enrolment_count);
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
	seed = 3;
	for (unsigned round = 0; round < ROUNDS / 10; round++) {
		struct house house;
		struct facts facts = any_facts(), copy = facts;
		struct decision first, second;

		any_house(&house);
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
	seed = 4;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct house house;
		struct facts facts = any_facts();
		struct decision with, without;

		any_house(&house);
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
rules_read_by(const struct policy *policy, const struct facts *facts)
{
	struct policy shorter = *policy;

	for (size_t count = 1; count <= policy->rule_count; count++) {
		struct decision decision;

		shorter.rule_count = count;
		decision = policy_decide(&shorter, facts, NOW);
		if (decision.rule.len > 0)
			return count;
	}
	return policy->rule_count;
}

static void
what_follows_the_first_match_does_not_matter(void **state)
{
	unsigned shuffled = 0;

	(void)state;
	seed = 5;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct house house;
		struct facts facts = any_facts();
		struct decision before, after;
		size_t first;

		any_house(&house);
		before = policy_decide(&house.policy, &facts, NOW);
		first = rules_read_by(&house.policy, &facts);
		for (size_t i = first; i < house.policy.rule_count; i++) {
			house.rules[i].match = any_match();
			house.rules[i].profile = &house.profiles[any(PROFILES)];
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
	seed = 6;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct house house;
		struct facts mine = any_facts(), theirs = any_facts();
		struct decision without, with;
		int64_t similar = mine.browser.similar_trusted_at;

		any_house(&house);
		mine.browser =
		    (struct facts_browser){ .similar_trusted_at = similar };
		mine.reset_at = 0;
		without = policy_decide(&house.policy, &mine, NOW);
		mine.browser = theirs.browser;
		mine.browser.similar_trusted_at = similar;
		if (maybe())
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
	seed = 7;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct house house;
		struct facts facts = any_facts();
		struct decision decision;

		any_house(&house);
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
