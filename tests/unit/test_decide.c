/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single points of a decision, one setting or fact at a time (defence rows
 * T140, T143-T145, T155), and every reason reached at least once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_cases.h"

static struct policy *university;

static int
setup(void **state)
{
	(void)state;
	university = policy_with("university", "", "");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	policy_unref(university);
	return 0;
}

static struct facts
trusted_person(void)
{
	return facts_of(HAS_TOTP | TRUSTED_BROWSER, NOW);
}

static void
what_nothing_helps_against_is_denied_first(void **state)
{
	struct facts facts = trusted_person();

	(void)state;
	facts.account_disabled = true;
	facts.module_off = true;
	expect(university, &facts, OUTCOME_DENY, REASON_ACCOUNT_DISABLED);
	facts = trusted_person();
	facts.account_locked_until = NOW + 1;
	expect(university, &facts, OUTCOME_DENY, REASON_ACCOUNT_LOCKED);
	facts.account_locked_until = NOW;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_TRUST);
	facts.service.refused = true;
	expect(university, &facts, OUTCOME_DENY, REASON_SERVICE_REFUSED);
	facts = trusted_person();
	facts.membership_ended = true;
	expect(university, &facts, OUTCOME_DENY, REASON_MEMBERSHIP_ENDED);
	facts = facts_of(HAS_TOTP | ON_CAMPUS, NOW);
	facts.zone.blocked = true;
	expect(university, &facts, OUTCOME_DENY, REASON_ZONE_BLOCKED);
}

static void
a_module_that_is_off_asks_for_nothing(void **state)
{
	struct facts facts = facts_of(LIVE_UNASKED, NOW);

	(void)state;
	facts.module_off = true;
	expect(university, &facts, OUTCOME_ALLOW, REASON_MODULE_OFF);
	facts.purpose = PURPOSE_CHANGE;
	expect(university, &facts, OUTCOME_REAUTH, REASON_CHANGE_NEEDS);
}

static void
T140_a_cookie_that_is_not_theirs_is_no_trust(void **state)
{
	struct facts facts = trusted_person();

	(void)state;
	facts.browser.secret_matches = false;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_BROWSER_UNKNOWN);
	facts.browser.known = false;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_BROWSER_UNKNOWN);
}

static void
T143_trust_ends_to_the_second(void **state)
{
	const int64_t limit = 30 * POLICY_DAY;
	struct facts facts = trusted_person();
	struct decision decision;
	const struct reason *why;

	(void)state;
	facts.browser.last_login_at = NOW;
	facts.browser.verified_at = NOW - limit;
	facts.browser.trusted_at = NOW - 400 * POLICY_DAY;
	decision = decided(university, &facts);
	why = reason_of(&decision, REASON_SKIP_TRUST);
	assert_non_null(why);
	assert_true(why->at == facts.browser.trusted_at);
	assert_true(why->until == NOW);
	assert_int_equal(decision.passed_by, PASSED_BY_TRUSTED_BROWSER);
	assert_int_equal(decision.level, 2);
	facts.browser.verified_at -= 1;
	decision = decided(university, &facts);
	why = reason_of(&decision, REASON_TRUST_EXPIRED);
	assert_non_null(why);
	assert_true(why->age == limit + 1 && why->limit == limit);
	facts.browser.verified_at = NOW - POLICY_DAY;
	facts.browser.last_login_at = NOW - limit - 1;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_TRUST_IDLE);
	/* A row from the future was written by a clock that is wrong. */
	facts = trusted_person();
	facts.browser.verified_at = NOW + POLICY_DAY;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_TRUST_EXPIRED);
}

static void
T144_what_ends_trust(void **state)
{
	struct facts facts = trusted_person();

	(void)state;
	facts.browser.revoked_at = 1;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_TRUST_REVOKED);
	facts = trusted_person();
	facts.trust_epoch = facts.browser.verified_at;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_TRUST_REVOKED);
	facts.trust_epoch--;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_TRUST);
	facts.browser.trusted_at = 0;
	expect(
	    university, &facts, OUTCOME_CHALLENGE, REASON_BROWSER_NOT_TRUSTED);
	facts = trusted_person();
	facts.reset_at = NOW;
	facts.trust_epoch = NOW;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_FACTOR_RESET);
}

static void
T145_trust_and_zone_do_not_open_everything(void **state)
{
	struct facts here =
	    facts_of(HAS_TOTP | TRUSTED_BROWSER | ON_CAMPUS, NOW);
	struct facts facts = here;

	(void)state;
	expect(university, &here, OUTCOME_ALLOW, REASON_SKIP_ZONE);
	facts.purpose = PURPOSE_ADMINISTRATION;
	expect(
	    university, &facts, OUTCOME_CHALLENGE, REASON_ADMINISTRATION_NEEDS);
	facts.purpose = PURPOSE_CHANGE;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_CHANGE_NEEDS);
	facts = here;
	facts.service.floor.verified_max_age = HOUR;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_SERVICE_NEEDS);
	facts = trusted_person();
	facts.renew = true;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_RENEW);
	facts = here;
	facts.service.floor.level_min = 2;
	facts.browser.revoked_at = NOW;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_SERVICE_NEEDS);
}

static void
T145_a_change_needs_a_fresh_factor(void **state)
{
	struct facts facts = facts_of(HAS_TOTP | LIVE_VERIFIED, NOW);

	(void)state;
	facts.purpose = PURPOSE_CHANGE;
	facts.session.verified_at = NOW - 10 * 60 * POLICY_SECOND;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_SESSION);
	facts.session.verified_at--;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_CHANGE_NEEDS);
	/* Nothing set up, nothing demanded: the password, and freshly. */
	facts = facts_of(LIVE_UNASKED, NOW);
	facts.purpose = PURPOSE_CHANGE;
	facts.type = STR("student");
	{
		struct policy *school = policy_with("school", "", "");

		expect(school, &facts, OUTCOME_REAUTH, REASON_CHANGE_NEEDS);
		facts.session.password_at = NOW - POLICY_SECOND;
		expect(school, &facts, OUTCOME_ALLOW, REASON_NOTHING_NEEDED);
		/* Whatever they have is asked for, though it is not demanded.
		 */
		facts.enrolments[0].factor = FACTOR_TOTP;
		facts.enrolment_count = 1;
		expect(school, &facts, OUTCOME_CHALLENGE, REASON_CHANGE_NEEDS);
		facts.enrolments[0].stopped = true;
		expect(school, &facts, OUTCOME_DENY, REASON_NO_USABLE_FACTOR);
		policy_unref(school);
	}
}

static void
T155_a_session_let_in_on_campus_is_asked_outside(void **state)
{
	struct facts facts = facts_of(HAS_TOTP | ON_CAMPUS, NOW);
	struct decision decision;
	const struct reason *why;

	(void)state;
	facts.session.password_given = false;
	facts.session.password_at = NOW - HOUR;
	facts.session.skip = SESSION_SKIP_ZONE;
	facts.session.zone = STR("lecture_rooms");
	decision = decided(university, &facts);
	assert_int_equal(decision.outcome, OUTCOME_ALLOW);
	assert_int_equal(decision.passed_by, PASSED_BY_ZONE);
	assert_int_equal(decision.level, 0);
	facts.zone = (struct facts_zone){ .key = STR_NONE };
	decision = decided(university, &facts);
	assert_int_equal(decision.outcome, OUTCOME_CHALLENGE);
	why = reason_of(&decision, REASON_OUTSIDE_ZONE);
	assert_non_null(why);
	assert_true(str_equal(why->text, STR("lecture_rooms")));
	/* Another zone, or one that lost its flag, is outside too. */
	facts.zone =
	    (struct facts_zone){ .key = STR("guest_wifi"), .skip_ok = true };
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_OUTSIDE_ZONE);
	facts.zone = (struct facts_zone){ .key = STR("campus") };
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_OUTSIDE_ZONE);
}

static void
a_session_is_good_for_its_level_and_its_time(void **state)
{
	struct policy *policy = policy_with("university", "\"level_min\": 1",
	    "\"level_min\": 1, \"session.mfa_max_age\": \"1h\", "
	    "\"session.max\": \"8h\"");
	struct facts facts = facts_of(HAS_TOTP | LIVE_VERIFIED, NOW);

	(void)state;
	expect(policy, &facts, OUTCOME_ALLOW, REASON_SKIP_SESSION);
	facts.session.verified_at--;
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_CODE_TOO_OLD);
	facts.session.verified_at = NOW;
	facts.session.password_at = NOW - 8 * HOUR - 1;
	expect(policy, &facts, OUTCOME_REAUTH, REASON_PASSWORD_TOO_OLD);
	facts.session.password_at = 0;
	expect(policy, &facts, OUTCOME_REAUTH, REASON_PASSWORD_TOO_OLD);
	facts.session.password_given = true;
	facts.session.password_at = NOW;
	facts.session.methods = FACTOR_BIT(FACTOR_EMAIL);
	expect(policy, &facts, OUTCOME_ALLOW, REASON_SKIP_SESSION);
	facts.service.floor.level_min = 2;
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_SERVICE_NEEDS);
	policy_unref(policy);
}

static void
renewing_asks_for_the_password_then_the_factor(void **state)
{
	struct facts facts = facts_of(HAS_TOTP | LIVE_VERIFIED, NOW);
	struct decision decision;

	(void)state;
	facts.renew = true;
	decision = decided(university, &facts);
	assert_int_equal(decision.outcome, OUTCOME_REAUTH);
	assert_int_equal(decision.reason_count, 1);
	assert_int_equal(decision.reasons[0].code, REASON_RENEW);
	assert_int_equal(decision.factor_count, 0);
	facts.session.password_given = true;
	facts.session.password_at = NOW;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_RENEW);
	facts.session.verified_at = NOW;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_SESSION);
}

static void
live_sessions_of_a_stricter_policy(void **state)
{
	struct policy *ends =
	    policy_with("company", "\"redirect\"", "\"terminate\"");
	struct policy *redirects = policy_with("company", "", "");
	struct facts facts = facts_of(LIVE_UNASKED, NOW);

	(void)state;
	facts.mandatory_since = NOW - HOUR / 2;
	expect(university, &facts, OUTCOME_ALLOW, REASON_LIVE_SESSION);
	expect(ends, &facts, OUTCOME_REAUTH, REASON_MADE_MANDATORY);
	expect(redirects, &facts, OUTCOME_FORCE_ENROL, REASON_MADE_MANDATORY);
	/* Nobody wrote down why no code was asked: then it is asked. */
	facts.session.skip = SESSION_SKIP_NONE;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_OUTSIDE_ZONE);
	/* What one service demands does not wait for the next sign-in. */
	facts.session.skip = SESSION_SKIP_NOT_NEEDED;
	facts.service.floor.level_min = 2;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_SERVICE_NEEDS);
	policy_unref(ends);
	policy_unref(redirects);
}

static void
a_weaker_factor_is_shown_before_a_stronger_is_set_up(void **state)
{
	struct facts facts = facts_of(0, NOW);
	struct decision decision;

	(void)state;
	facts.service.floor.level_min = 2;
	decision = decided(university, &facts);
	assert_int_equal(decision.outcome, OUTCOME_CHALLENGE);
	assert_int_equal(decision.factors[0], FACTOR_EMAIL);
	assert_int_equal(decision.then, OUTCOME_FORCE_ENROL);
	assert_int_equal(decision.set_up, FACTOR_BIT(FACTOR_TOTP));
	facts.session.verified_at = NOW;
	facts.session.methods = FACTOR_BIT(FACTOR_EMAIL);
	decision = decided(university, &facts);
	assert_int_equal(decision.outcome, OUTCOME_FORCE_ENROL);
	assert_true(decision.proofs & 1u << PROOF_PASSWORD);
	/* A level that no solution has lets nobody in. */
	facts.service.floor.level_min = 3;
	expect(university, &facts, OUTCOME_DENY, REASON_NO_USABLE_FACTOR);
}

static void
trust_counts_for_the_level_it_was_given_with(void **state)
{
	struct facts facts = trusted_person();

	(void)state;
	facts.browser.verified_by = FACTOR_EMAIL;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_TRUST);
	facts.service.floor.level_min = 2;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_TRUST_TOO_WEAK);
	facts.browser.verified_by = FACTOR_TOTP;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_TRUST);
}

static void
signals_switch_trust_and_zone_off(void **state)
{
	struct policy *policy = policy_with("university", "\"remember\"",
	    "\"reask_on\": [\"new_country\", \"new_network_owner\", "
	    "\"long_absence\"], \"remember\"");
	struct facts facts =
	    facts_of(HAS_TOTP | TRUSTED_BROWSER | ON_CAMPUS, NOW);

	(void)state;
	expect(policy, &facts, OUTCOME_ALLOW, REASON_SKIP_ZONE);
	facts.signals = 1u << SIGNAL_NEW_COUNTRY;
	expect(university, &facts, OUTCOME_ALLOW, REASON_SKIP_ZONE);
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_NEW_COUNTRY);
	facts.signals = 1u << SIGNAL_NEW_NETWORK_OWNER;
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_NEW_NETWORK_OWNER);
	facts.signals = 1u << SIGNAL_LONG_ABSENCE;
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_LONG_ABSENCE);
	policy_unref(policy);
}

static void
shared_computers_are_not_trusted(void **state)
{
	struct facts facts = facts_of(HAS_TOTP, NOW);
	struct decision decision = decided(university, &facts);

	(void)state;
	assert_int_equal(decision.remember, REMEMBER_ASK);
	assert_true(decision.notify);
	facts.zone.shared_computers = true;
	decision = decided(university, &facts);
	assert_int_equal(decision.remember, REMEMBER_OFF);
}

static void
who_chose_to_be_asked_is_asked(void **state)
{
	struct policy *policy = policy_with("school", "", "");
	struct facts facts = facts_of(HAS_TOTP, NOW);

	(void)state;
	facts.type = STR("student");
	expect(policy, &facts, OUTCOME_ALLOW, REASON_NOTHING_NEEDED);
	facts.enrolments[0].voluntary = true;
	expect(policy, &facts, OUTCOME_CHALLENGE, REASON_VOLUNTARY);
	/* Guessing at it until it stops does not switch it off. */
	facts.enrolments[0].stopped = true;
	expect(policy, &facts, OUTCOME_DENY, REASON_NO_USABLE_FACTOR);
	policy_unref(policy);
}

static void
throttled_factors_are_left_out(void **state)
{
	struct facts facts = facts_of(HAS_TOTP, NOW);
	struct decision decision;
	const struct reason *why;

	(void)state;
	facts.enrolments[0].throttled_until = NOW + HOUR;
	decision = decided(university, &facts);
	assert_int_equal(decision.factor_count, 1);
	assert_int_equal(decision.factors[0], FACTOR_EMAIL);
	facts.address_count = 0;
	decision = decided(university, &facts);
	assert_int_equal(decision.outcome, OUTCOME_DENY);
	why = reason_of(&decision, REASON_THROTTLED);
	assert_non_null(why);
	assert_true(why->at == NOW + HOUR);
	facts.enrolments[0].throttled_until = NOW;
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_BROWSER_UNKNOWN);
}

static void
C24_which_addresses_are_valid(void **state)
{
	static const struct {
		struct facts_address address;
		bool valid;
	} cases[] = {
		{ { .source = SOURCE_DIRECTORY }, true },
		{ { .source = SOURCE_OFFICE }, true },
		{ { .source = SOURCE_SELF, .verified_at = NOW - 1 }, false },
		{ { .kind = ADDRESS_INSTITUTIONAL }, false },
		{ { .bounced_at = NOW - 1 }, false },
		{ { .bounced_at = NOW - 2, .verified_at = NOW - 1 }, true },
		{ { .changed_at = NOW - 72 * HOUR }, true },
		{ { .changed_at = NOW - 72 * HOUR + 1 }, false },
		{ { .changed_at = NOW + 1 }, false },
	};
	struct policy *own = policy_with(
	    "university", "[\"directory\", \"office\"]", "[\"self\"]");
	struct facts facts = facts_of(0, NOW);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct decision decision;

		facts.addresses[0] = cases[i].address;
		decision = decided(university, &facts);
		assert_int_equal(decision.addresses, cases[i].valid);
		assert_int_equal(decision.outcome,
		    cases[i].valid ? OUTCOME_CHALLENGE : OUTCOME_DENY);
	}
	facts.addresses[0] = (struct facts_address){ .source = SOURCE_SELF };
	expect(own, &facts, OUTCOME_DENY, REASON_NO_USABLE_FACTOR);
	facts.addresses[0].verified_at = NOW - 1;
	expect(own, &facts, OUTCOME_CHALLENGE, REASON_BROWSER_UNKNOWN);
	policy_unref(own);
}

static void
of_two_houses_the_stricter_holds(void **state)
{
	struct decision allow = { .outcome = OUTCOME_ALLOW };
	struct decision weak = { .outcome = OUTCOME_CHALLENGE,
		.level_needed = 1 };
	struct decision strong = { .outcome = OUTCOME_CHALLENGE,
		.level_needed = 2 };

	(void)state;
	assert_ptr_equal(decision_stricter(&allow, &weak), &weak);
	assert_ptr_equal(decision_stricter(&weak, &allow), &weak);
	assert_ptr_equal(decision_stricter(&weak, &strong), &strong);
	assert_ptr_equal(decision_stricter(&strong, &weak), &strong);
}

static void
nothing_known_lets_nobody_in(void **state)
{
	static const char *const names[] = { "university", "console",
		"association", "company" };
	struct facts nothing = { .purpose = PURPOSE_SERVICE };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct policy *policy = policy_with(names[i], "", "");

		assert_true(
		    decided(policy, &nothing).outcome <= OUTCOME_REAUTH);
		policy_unref(policy);
	}
}

/* The last of all: what the cases above reached. */
static void
every_reason_was_reached(void **state)
{
	struct policy *console = policy_with("console", "", "");
	struct policy *choice = policy_with("school",
	    "\"profile\": \"staff_and_teachers\"", "\"profile\": \"choice\"");
	struct policy *later = policy_with(
	    "console", "\"enrol.grace\": \"0s\"", "\"enrol.grace\": \"1d\"");
	struct facts facts = facts_of(HAS_TOTP, NOW);

	(void)state;
	expect(console, &facts, OUTCOME_CHALLENGE, REASON_ALWAYS);
	facts = facts_of(HAS_NOTICE, NOW);
	expect(choice, &facts, OUTCOME_ALLOW_AND_NOTIFY, REASON_NOTICE_ONLY);
	facts = facts_of(SIMILAR_BROWSER, NOW);
	expect(
	    university, &facts, OUTCOME_CHALLENGE, REASON_COOKIE_PROBABLY_LOST);
	facts = facts_of(HAS_PIN | FORGOT_PIN | NO_ADDRESS, NOW);
	expect(choice, &facts, OUTCOME_DENY, REASON_PIN_RESET_UNAVAILABLE);
	facts = facts_of(EXEMPTED, BEFORE);
	expect(university, &facts, OUTCOME_CHALLENGE, REASON_OUTSIDE_ZONE);
	facts = facts_of(EXEMPTED, NOW);
	expect(university, &facts, OUTCOME_ALLOW, REASON_EXEMPT);
	facts = facts_of(NO_ADDRESS, NOW);
	expect(university, &facts, OUTCOME_DENY, REASON_NO_WAY_TO_ENROL);
	facts = facts_of(0, NOW);
	expect(console, &facts, OUTCOME_FORCE_ENROL, REASON_DEADLINE_PASSED);
	expect(later, &facts, OUTCOME_OFFER, REASON_DEADLINE_AHEAD);
	facts = facts_of(ON_CAMPUS, NOW);
	expect(university, &facts, OUTCOME_ALLOW, REASON_OFFERED);
	for (unsigned code = 0; code < REASON_COUNT; code++) {
		if (!was_reached(code))
			fail_msg("%s was never reached", reason_name(code));
	}
	policy_unref(console);
	policy_unref(choice);
	policy_unref(later);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nothing_helps_against_is_denied_first),
		cmocka_unit_test(a_module_that_is_off_asks_for_nothing),
		cmocka_unit_test(T140_a_cookie_that_is_not_theirs_is_no_trust),
		cmocka_unit_test(T143_trust_ends_to_the_second),
		cmocka_unit_test(T144_what_ends_trust),
		cmocka_unit_test(T145_trust_and_zone_do_not_open_everything),
		cmocka_unit_test(T145_a_change_needs_a_fresh_factor),
		cmocka_unit_test(
		    T155_a_session_let_in_on_campus_is_asked_outside),
		cmocka_unit_test(a_session_is_good_for_its_level_and_its_time),
		cmocka_unit_test(
		    renewing_asks_for_the_password_then_the_factor),
		cmocka_unit_test(live_sessions_of_a_stricter_policy),
		cmocka_unit_test(
		    a_weaker_factor_is_shown_before_a_stronger_is_set_up),
		cmocka_unit_test(trust_counts_for_the_level_it_was_given_with),
		cmocka_unit_test(signals_switch_trust_and_zone_off),
		cmocka_unit_test(shared_computers_are_not_trusted),
		cmocka_unit_test(who_chose_to_be_asked_is_asked),
		cmocka_unit_test(throttled_factors_are_left_out),
		cmocka_unit_test(C24_which_addresses_are_valid),
		cmocka_unit_test(of_two_houses_the_stricter_holds),
		cmocka_unit_test(nothing_known_lets_nobody_in),
		cmocka_unit_test(every_reason_was_reached),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
