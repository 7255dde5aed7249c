/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which settings hold (rules, floors, exemptions), and what becomes of somebody
 * who has nothing that is enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy_cases.h"

static void
proofs_before_a_factor_is_set_up(void **state)
{
	struct policy *desk =
	    policy_with("console", "\"enrol.proof\": \"password\"",
		"\"enrol.proof\": \"access_code\"");
	struct policy *mail = policy_with("console",
	    "\"enrol.proof\": \"password\"", "\"enrol.proof\": \"email_code\"");
	struct facts facts = facts_of(0, NOW);
	struct decision decision = decided(mail, &facts);

	(void)state;
	assert_int_equal(decision.outcome, OUTCOME_FORCE_ENROL);
	assert_int_equal(decision.proofs, 1u << PROOF_EMAIL_CODE);
	expect(desk, &facts, OUTCOME_DENY, REASON_NO_WAY_TO_ENROL);
	facts.zone.enrol_ok = true;
	decision = decided(desk, &facts);
	assert_int_equal(decision.outcome, OUTCOME_FORCE_ENROL);
	assert_int_equal(decision.proofs, 1u << PROOF_ON_SITE);
	facts = facts_of(0, NOW);
	facts.enrolments[0].factor = FACTOR_ACCESS_CODE;
	facts.enrolment_count = 1;
	decision = decided(desk, &facts);
	assert_int_equal(decision.outcome, OUTCOME_CHALLENGE);
	assert_int_equal(decision.factors[0], FACTOR_ACCESS_CODE);
	assert_int_equal(decision.then, OUTCOME_FORCE_ENROL);
	policy_unref(desk);
	policy_unref(mail);
}

static void
set_up_may_be_bound_to_zones(void **state)
{
	struct policy *policy = policy_with("console", "\"remember\"",
	    "\"enrol.zones\": [\"office\"], \"remember\"");
	struct facts facts = facts_of(ON_CAMPUS, NOW);

	(void)state;
	expect(policy, &facts, OUTCOME_DENY, REASON_NO_WAY_TO_ENROL);
	facts.zone.key = STR("office");
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	policy_unref(policy);

	/* What is offered is bound to them as well. */
	policy = policy_with("university", "\"remember\"",
	    "\"enrol.zones\": [\"office\"], \"remember\"");
	facts = facts_of(ON_CAMPUS, NOW);
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_ALLOW);
	assert_int_equal(decided(policy, &facts).set_up, 0);
	facts.zone.key = STR("office");
	assert_int_equal(
	    decided(policy, &facts).set_up, FACTOR_BIT(FACTOR_TOTP));
	policy_unref(policy);
}

static void
time_to_set_up_is_worked_out_anew(void **state)
{
	struct policy *policy =
	    policy_with("console", "\"enrol.grace\": \"0s\"",
		"\"enrol.grace\": \"14d\", \"enrol.max_skips\": 3, "
		"\"enrol.deadline\": \"2026-12-01\"");
	struct policy *denies =
	    policy_with("association", "\"force_enrol\"", "\"deny\"");
	struct facts facts = facts_of(0, NOW);
	struct decision decision = decided(policy, &facts);

	(void)state;
	/* The date of the rule comes before 14 days from now. */
	assert_int_equal(decision.outcome, OUTCOME_OFFER);
	assert_true(decision.deadline == INT64_C(1796083200) * POLICY_SECOND);
	assert_true(decision.skips_left == 3);
	facts.first_offer_at = NOW - 10 * POLICY_DAY;
	facts.skips = 2;
	decision = decided(policy, &facts);
	assert_true(decision.deadline == NOW + 4 * POLICY_DAY);
	assert_true(decision.skips_left == 1);
	expect(policy, &facts, OUTCOME_OFFER, REASON_DEADLINE_AHEAD);
	facts.skips = 3;
	expect(policy, &facts, OUTCOME_FORCE_ENROL, REASON_DEADLINE_PASSED);
	facts.skips = 0;
	facts.first_offer_at = NOW - 14 * POLICY_DAY;
	expect(policy, &facts, OUTCOME_FORCE_ENROL, REASON_DEADLINE_PASSED);
	facts.first_offer_at = 0;
	facts.removed_at = NOW - 1;
	expect(policy, &facts, OUTCOME_FORCE_ENROL, REASON_DEADLINE_PASSED);
	expect(denies, &facts, OUTCOME_DENY, REASON_DEADLINE_PASSED);
	/* Guessing at a generator until it stops brings no "later". */
	facts = facts_of(TOTP_STOPPED, NOW);
	expect(policy, &facts, OUTCOME_DENY, REASON_NO_USABLE_FACTOR);
	policy_unref(policy);
	policy_unref(denies);
}

static void
encouragement_is_not_repeated_at_once(void **state)
{
	struct policy *university = policy_with("university", "", "");
	struct facts facts = facts_of(ON_CAMPUS, NOW);
	struct decision decision = decided(university, &facts);

	(void)state;
	assert_int_equal(decision.then, OUTCOME_OFFER);
	assert_int_equal(decision.set_up, FACTOR_BIT(FACTOR_TOTP));
	assert_int_equal(decision.proofs, 1u << PROOF_EMAIL_CODE);
	facts.encouraged_at = NOW - 30 * POLICY_DAY;
	assert_int_equal(decided(university, &facts).then, OUTCOME_ALLOW);
	facts.encouraged_at--;
	assert_int_equal(decided(university, &facts).then, OUTCOME_OFFER);
	policy_unref(university);
}

static void
exemptions_have_ends_and_conditions(void **state)
{
	struct policy *policy = policy_with("association", "", "");
	struct facts facts = facts_of(EXEMPTED, NOW);
	struct decision decision = decided(policy, &facts);

	(void)state;
	assert_int_equal(decision.passed_by, PASSED_BY_EXEMPTION);
	assert_true(
	    reason_of(&decision, REASON_EXEMPT)->until == NOW + POLICY_DAY);
	facts.exemption.until = NOW;
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	facts = facts_of(EXEMPTED, NOW);
	facts.exemption.from = NOW + 1;
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	facts = facts_of(EXEMPTED, NOW);
	facts.exemption.service = 8;
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	facts.exemption.service = 7;
	facts.exemption.rule = STR("back office");
	expect(policy, &facts, OUTCOME_ALLOW, REASON_EXEMPT);
	facts.exemption.zone = STR("campus");
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	facts = facts_of(EXEMPTED, NOW);
	facts.service.floor =
	    (struct service_floor){ .level_min = 2, .hard = true };
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	facts = facts_of(EXEMPTED, NOW);
	facts.purpose = PURPOSE_ADMINISTRATION;
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_FORCE_ENROL);
	/* A PIN in the place of an app. */
	facts = facts_of(EXEMPTED | HAS_PIN, NOW);
	facts.exemption.instead = FACTOR_BIT(FACTOR_PIN);
	decision = decided(policy, &facts);
	assert_int_equal(decision.outcome, OUTCOME_CHALLENGE);
	assert_int_equal(decision.factors[0], FACTOR_PIN);
	policy_unref(policy);
}

static const char rules_document[] =
    "{\"format\": 1, \"name\": \"rules\", \"default\": \"off\","
    " \"profiles\": {"
    "  \"off\": {\"requirement\": \"off\"},"
    "  \"on\": {\"requirement\": \"require\", \"solutions\": [\"totp\"],"
    "   \"enrol.proof\": \"password\"}},"
    " \"rules\": ["
    "  {\"name\": \"trial\", \"priority\": 1, \"mode\": \"report\","
    "   \"profile\": \"on\"},"
    "  {\"name\": \"tag\", \"priority\": 9, \"profile\": \"on\","
    "   \"match\": {\"service_tag\": [\"hr\", \"grades\"]}},"
    "  {\"name\": \"both\", \"priority\": 5, \"profile\": \"on\","
    "   \"match\": {\"user_type\": [\"staff\"], \"group\": [\"choir\"]}},"
    "  {\"name\": \"service\", \"priority\": 6, \"profile\": \"on\","
    "   \"match\": {\"service\": [77, 9007199254740993]}},"
    "  {\"name\": \"zone\", \"priority\": 7, \"profile\": \"on\","
    "   \"match\": {\"zone\": [\"guest\"]}},"
    "  {\"name\": \"browser\", \"priority\": 8, \"profile\": \"on\","
    "   \"match\": {\"browser\": [\"trusted\"]}},"
    "  {\"name\": \"dated\", \"priority\": 2, \"profile\": \"on\","
    "   \"enabled_from\": \"2026-11-24\","
    "   \"enabled_until\": \"2026-11-25T00:00:00Z\"}],"
    " \"floors\": ["
    "  {\"name\": \"hard\", \"hard\": true,"
    "   \"match\": {\"service_tag\": [\"hr\"]},"
    "   \"settings\": {\"trust.max_age\": \"1d\"}}]}";

static struct str
rule_at(const struct policy *policy, const struct facts *facts, int64_t now)
{
	return policy_decide(policy, facts, now).rule;
}

static void
the_first_rule_that_matches_decides(void **state)
{
	static const struct str tags[] = { STR_INIT("other"),
		STR_INIT("grades") };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct policy *policy = policy_read(str_of(rules_document), &why);
	struct facts facts = facts_of(0, NOW), base = facts;

	(void)state;
	assert_string_equal(buf_cstr(&why), "");
	assert_int_equal(rule_at(policy, &facts, NOW).len, 0);
	facts.service.tags = tags;
	facts.service.tag_count = COUNT_OF(tags);
	assert_string_equal(rule_at(policy, &facts, NOW).at, "tag");
	facts.zone.key = STR("guest");
	assert_string_equal(rule_at(policy, &facts, NOW).at, "zone");
	facts.service.id = INT64_C(9007199254740993);
	assert_string_equal(rule_at(policy, &facts, NOW).at, "service");
	facts.service.id++;
	assert_string_equal(rule_at(policy, &facts, NOW).at, "zone");
	facts.type = STR("staff");
	assert_string_equal(rule_at(policy, &facts, NOW).at, "both");
	facts.group_count = 0;
	assert_string_equal(rule_at(policy, &facts, NOW).at, "zone");
	base = facts_of(TRUSTED_BROWSER, NOW);
	assert_string_equal(rule_at(policy, &base, NOW).at, "browser");
	base.trust_epoch = NOW;
	assert_int_equal(rule_at(policy, &base, NOW).len, 0);
	/* 08:00 on the day before, and on the two days after. */
	assert_int_equal(rule_at(policy, &base, NOW).len, 0);
	assert_string_equal(
	    rule_at(policy, &base, NOW + POLICY_DAY).at, "dated");
	assert_int_equal(rule_at(policy, &base, NOW + 2 * POLICY_DAY).len, 0);
	assert_int_equal(rule_at(policy, &base, NOW + 16 * HOUR - 1).len, 0);
	assert_string_equal(
	    rule_at(policy, &base, NOW + 16 * HOUR).at, "dated");
	policy_unref(policy);
}

static void
a_rule_on_trial_only_tells(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct policy *policy = policy_read(str_of(rules_document), &why);
	struct facts facts = facts_of(0, NOW);
	struct decision decision = decided(policy, &facts);

	(void)state;
	assert_int_equal(decision.outcome, OUTCOME_ALLOW);
	assert_string_equal(decision.profile.at, "off");
	assert_string_equal(decision.report_rule.at, "trial");
	assert_int_equal(decision.report_outcome, OUTCOME_FORCE_ENROL);
	policy_unref(policy);
}

static void
floors_are_named_when_they_change_something(void **state)
{
	static const struct str tags[] = { STR_INIT("hr") };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct policy *policy = policy_read(str_of(rules_document), &why);
	struct facts facts = facts_of(HAS_TOTP | TRUSTED_BROWSER, NOW);
	struct decision decision;

	(void)state;
	facts.service.tags = tags;
	facts.service.tag_count = 1;
	decision = decided(policy, &facts);
	assert_int_equal(decision.floor_count, 1);
	assert_string_equal(decision.floors[0].at, "hard");
	assert_true(decision.settings.trust_max_age == POLICY_DAY);
	assert_true(decision.changed != 0);
	assert_int_equal(decision.outcome, OUTCOME_ALLOW);
	facts.browser.verified_at--;
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_TRUST_EXPIRED);
	facts.exemption.until = NOW + 1;
	assert_int_equal(decided(policy, &facts).outcome, OUTCOME_CHALLENGE);
	policy_unref(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_before_a_factor_is_set_up),
		cmocka_unit_test(set_up_may_be_bound_to_zones),
		cmocka_unit_test(time_to_set_up_is_worked_out_anew),
		cmocka_unit_test(encouragement_is_not_repeated_at_once),
		cmocka_unit_test(exemptions_have_ends_and_conditions),
		cmocka_unit_test(the_first_rule_that_matches_decides),
		cmocka_unit_test(a_rule_on_trial_only_tells),
		cmocka_unit_test(floors_are_named_when_they_change_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
