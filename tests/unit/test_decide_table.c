/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expected results of five kinds of house: who is let in, asked or made to
 * set something up, and why.  Rows T1 to T20 have a line for each house that
 * they speak of; T19 (a code given twice) is no decision of the policy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_cases.h"

#define NOTICE FACTOR_BIT(FACTOR_NOTICE)
#define PIN FACTOR_BIT(FACTOR_PIN)
#define EMAIL FACTOR_BIT(FACTOR_EMAIL)
#define TOTP FACTOR_BIT(FACTOR_TOTP)
#define CODES FACTOR_BIT(FACTOR_RECOVERY)

#define DENY OUTCOME_DENY
#define CHALLENGE OUTCOME_CHALLENGE
#define ENROL OUTCOME_FORCE_ENROL
#define CHOICE OUTCOME_FORCE_CHOICE
#define OFFER OUTCOME_OFFER
#define NOTIFY OUTCOME_ALLOW_AND_NOTIFY
#define ALLOW OUTCOME_ALLOW

/* The houses, the last ones with a setting changed. */
enum house {
	SCHOOL,
	CONSOLE,
	UNIVERSITY,
	ASSOCIATION,
	COMPANY,
	SCHOOL_CHOICE,
	UNIVERSITY_SLIDING, /* C-01 */
	UNIVERSITY_KNOWN_ONLY, /* C-02, reading B */
	ASSOCIATION_REGULARLY, /* */
	COMPANY_OFFER, /* company B, R-012 */
	HOUSES
};

static const struct {
	const char *name, *from, *to;
} houses[HOUSES] = {
	[SCHOOL] = { "school", "", "" },
	[CONSOLE] = { "console", "", "" },
	[UNIVERSITY] = { "university", "", "" },
	[ASSOCIATION] = { "association", "", "" },
	[COMPANY] = { "company", "", "" },
	[SCHOOL_CHOICE] = { "school", "\"profile\": \"staff_and_teachers\"",
	    "\"profile\": \"choice\"" },
	[UNIVERSITY_SLIDING] = { "university", "\"trust.max_age\": \"30d\"",
	    "\"trust.max_age\": \"none\"" },
	[UNIVERSITY_KNOWN_ONLY] = { "university", "\"remember\"",
	    "\"zone_skip.browsers\": \"known_device_only\", \"remember\"" },
	[ASSOCIATION_REGULARLY] = { "association", "\"remember\": \"off\"",
	    "\"remember\": \"auto\", \"trust.max_age\": \"14d\"" },
	[COMPANY_OFFER] = { "company", "\"require\"", "\"offer\"" },
};

static const struct row {
	const char *name;
	enum house house;
	unsigned has;
	int verified_days, sign_in_days; /* ago, of a trusted browser */
	enum outcome outcome;
	factor_set factors; /* to show, or to set up */
	enum outcome then;
	enum reason_code reason; /* one that must be there; 0: any */
	bool early; /* before the deadline of the association */
} rows[] = {
	{ "T1", SCHOOL, 0, 0, 0, ENROL, PIN, ALLOW, 0 },
	{ "T1", SCHOOL_CHOICE, 0, 0, 0, CHOICE, PIN | NOTICE, ALLOW, 0 },
	{ "T1", CONSOLE, 0, 0, 0, ENROL, TOTP, ALLOW, 0 },
	{ "T1", UNIVERSITY, 0, 0, 0, CHALLENGE, EMAIL, OFFER,
	    REASON_OUTSIDE_ZONE },
	{ "T1", UNIVERSITY, 0, 0, 0, CHALLENGE, EMAIL, OFFER,
	    REASON_BROWSER_UNKNOWN },
	{ "T1", ASSOCIATION, 0, 0, 0, ENROL, TOTP, ALLOW,
	    REASON_DEADLINE_PASSED },
	{ "T1", ASSOCIATION, 0, 0, 0, OFFER, TOTP, ALLOW, REASON_DEADLINE_AHEAD,
	    true },
	{ "T1", COMPANY, 0, 0, 0, ENROL, TOTP, ALLOW, 0 },

	{ "T2", SCHOOL, ON_CAMPUS, 0, 0, ENROL, PIN, ALLOW, 0 },
	{ "T2", CONSOLE, ON_CAMPUS, 0, 0, ENROL, TOTP, ALLOW, 0 },
	{ "T2", UNIVERSITY, ON_CAMPUS, 0, 0, ALLOW, 0, OFFER,
	    REASON_SKIP_ZONE },
	{ "T2", ASSOCIATION, ON_CAMPUS, 0, 0, ENROL, TOTP, ALLOW, 0 },
	{ "T2", COMPANY, ON_CAMPUS, 0, 0, ENROL, TOTP, ALLOW, 0 },

	{ "T3", SCHOOL, HAS_PIN | TRUSTED_BROWSER, 10, 1, ALLOW, 0, ALLOW,
	    REASON_SKIP_TRUST },
	{ "T3", CONSOLE, HAS_TOTP | TRUSTED_BROWSER, 10, 1, CHALLENGE, TOTP,
	    ALLOW, REASON_ALWAYS },
	{ "T3", UNIVERSITY, HAS_TOTP | TRUSTED_BROWSER, 10, 1, ALLOW, 0, ALLOW,
	    REASON_SKIP_TRUST },
	{ "T3", ASSOCIATION, HAS_TOTP | TRUSTED_BROWSER, 10, 1, CHALLENGE, TOTP,
	    ALLOW, REASON_ALWAYS },
	{ "T3", ASSOCIATION_REGULARLY, HAS_TOTP | TRUSTED_BROWSER, 10, 1, ALLOW,
	    0, ALLOW, REASON_SKIP_TRUST },
	{ "T3", COMPANY, HAS_TOTP | TRUSTED_BROWSER, 10, 1, CHALLENGE, TOTP,
	    ALLOW, REASON_ALWAYS },

	{ "T4", SCHOOL, HAS_PIN | TRUSTED_BROWSER, 31, 1, ALLOW, 0, ALLOW,
	    REASON_SKIP_TRUST },
	{ "T4", CONSOLE, HAS_TOTP | TRUSTED_BROWSER, 31, 1, CHALLENGE, TOTP,
	    ALLOW, REASON_ALWAYS },
	{ "T4", UNIVERSITY, HAS_TOTP | TRUSTED_BROWSER, 31, 1, CHALLENGE,
	    TOTP | EMAIL, ALLOW, REASON_TRUST_EXPIRED },
	{ "T4", UNIVERSITY_SLIDING, HAS_TOTP | TRUSTED_BROWSER, 31, 1, ALLOW, 0,
	    ALLOW, REASON_SKIP_TRUST },
	{ "T4", ASSOCIATION, HAS_TOTP | TRUSTED_BROWSER, 31, 1, CHALLENGE, TOTP,
	    ALLOW, REASON_ALWAYS },
	{ "T4", ASSOCIATION_REGULARLY, HAS_TOTP | TRUSTED_BROWSER, 31, 1,
	    CHALLENGE, TOTP, ALLOW, REASON_TRUST_EXPIRED },
	{ "T4", COMPANY, HAS_TOTP | TRUSTED_BROWSER, 31, 1, CHALLENGE, TOTP,
	    ALLOW, REASON_ALWAYS },

	{ "T5", SCHOOL, HAS_PIN | TRUSTED_BROWSER, 31, 31, ALLOW, 0, ALLOW,
	    REASON_SKIP_TRUST },
	{ "T5", CONSOLE, HAS_TOTP | TRUSTED_BROWSER, 31, 31, CHALLENGE, TOTP,
	    ALLOW, 0 },
	{ "T5", UNIVERSITY, HAS_TOTP | TRUSTED_BROWSER, 31, 31, CHALLENGE,
	    TOTP | EMAIL, ALLOW, REASON_TRUST_IDLE },
	{ "T5", UNIVERSITY_SLIDING, HAS_TOTP | TRUSTED_BROWSER, 31, 31,
	    CHALLENGE, TOTP | EMAIL, ALLOW, REASON_TRUST_IDLE },
	{ "T5", ASSOCIATION, HAS_TOTP | TRUSTED_BROWSER, 31, 31, CHALLENGE,
	    TOTP, ALLOW, 0 },
	{ "T5", COMPANY, HAS_TOTP | TRUSTED_BROWSER, 31, 31, CHALLENGE, TOTP,
	    ALLOW, 0 },

	{ "T6", SCHOOL, HAS_PIN | ON_CAMPUS, 0, 0, CHALLENGE, PIN, ALLOW, 0 },
	{ "T6", CONSOLE, HAS_TOTP | ON_CAMPUS, 0, 0, CHALLENGE, TOTP, ALLOW,
	    0 },
	{ "T6", UNIVERSITY, HAS_TOTP | ON_CAMPUS, 0, 0, ALLOW, 0, ALLOW,
	    REASON_SKIP_ZONE },
	{ "T6", UNIVERSITY_KNOWN_ONLY, HAS_TOTP | ON_CAMPUS, 0, 0, CHALLENGE,
	    TOTP | EMAIL, ALLOW, REASON_BROWSER_UNKNOWN },
	{ "T6", UNIVERSITY_KNOWN_ONLY, HAS_TOTP | ON_CAMPUS | KNOWN_BROWSER, 0,
	    0, ALLOW, 0, ALLOW, REASON_SKIP_ZONE },
	{ "T6", ASSOCIATION, HAS_TOTP | ON_CAMPUS, 0, 0, CHALLENGE, TOTP, ALLOW,
	    0 },
	{ "T6", COMPANY, HAS_TOTP | ON_CAMPUS, 0, 0, CHALLENGE, TOTP, ALLOW,
	    0 },

	{ "T7", SCHOOL, HAS_PIN, 0, 0, CHALLENGE, PIN, ALLOW,
	    REASON_BROWSER_UNKNOWN },
	{ "T7", CONSOLE, HAS_TOTP, 0, 0, CHALLENGE, TOTP, ALLOW, 0 },
	{ "T7", UNIVERSITY, HAS_TOTP | HAS_CODES, 0, 0, CHALLENGE,
	    TOTP | EMAIL | CODES, ALLOW, REASON_BROWSER_UNKNOWN },
	{ "T7", ASSOCIATION, HAS_TOTP, 0, 0, CHALLENGE, TOTP, ALLOW, 0 },
	{ "T7", COMPANY, HAS_TOTP, 0, 0, CHALLENGE, TOTP, ALLOW, 0 },

	{ "T8", SCHOOL, HAS_PIN | LIVE_VERIFIED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_SKIP_SESSION },
	{ "T8", CONSOLE, HAS_TOTP | LIVE_VERIFIED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_SKIP_SESSION },
	{ "T8", UNIVERSITY, HAS_TOTP | LIVE_VERIFIED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_SKIP_SESSION },
	{ "T8", ASSOCIATION, HAS_TOTP | LIVE_VERIFIED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_SKIP_SESSION },
	{ "T8", COMPANY, HAS_TOTP | LIVE_VERIFIED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_SKIP_SESSION },

	{ "T9", SCHOOL, LIVE_UNASKED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_LIVE_SESSION },
	{ "T9", CONSOLE, LIVE_UNASKED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_LIVE_SESSION },
	{ "T9", UNIVERSITY, LIVE_UNASKED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_LIVE_SESSION },
	{ "T9", UNIVERSITY, 0, 0, 0, CHALLENGE, EMAIL, OFFER, 0 },
	{ "T9", ASSOCIATION, LIVE_UNASKED, 0, 0, ALLOW, 0, ALLOW,
	    REASON_LIVE_SESSION },
	{ "T9", COMPANY, LIVE_UNASKED, 0, 0, ENROL, TOTP, ALLOW,
	    REASON_MADE_MANDATORY },

	{ "T10", UNIVERSITY, REMOVED, 0, 0, CHALLENGE, EMAIL, OFFER, 0 },
	{ "T10", COMPANY, REMOVED | LIVE_VERIFIED, 0, 0, ENROL, TOTP, ALLOW,
	    0 },
	{ "T10", ASSOCIATION, REMOVED, 0, 0, ENROL, TOTP, ALLOW,
	    REASON_DEADLINE_PASSED, true },

	{ "T11", SCHOOL_CHOICE, HAS_NOTICE, 0, 0, NOTIFY, 0, ALLOW,
	    REASON_NOTICE_ONLY },
	{ "T11", SCHOOL_CHOICE, HAS_NOTICE | KNOWN_BROWSER, 0, 0, ALLOW, 0,
	    ALLOW, REASON_NOTICE_ONLY },
	{ "T11", SCHOOL, HAS_NOTICE, 0, 0, ENROL, PIN, ALLOW, 0 },

	{ "T12", SCHOOL, HAS_PIN | FORGOT_PIN | NO_ADDRESS, 0, 0, DENY, 0,
	    ALLOW, REASON_PIN_RESET_UNAVAILABLE },
	{ "T12", SCHOOL, HAS_PIN | FORGOT_PIN | ADDRESS_BOUNCES, 0, 0, DENY, 0,
	    ALLOW, REASON_PIN_RESET_UNAVAILABLE },
	{ "T12", SCHOOL, HAS_PIN | FORGOT_PIN, 0, 0, CHALLENGE, EMAIL, ENROL,
	    0 },

	{ "T13", SCHOOL, EXEMPTED, 0, 0, ALLOW, 0, ALLOW, REASON_EXEMPT },
	{ "T13", UNIVERSITY, EXEMPTED, 0, 0, ALLOW, 0, ALLOW, REASON_EXEMPT },
	{ "T13", ASSOCIATION, EXEMPTED, 0, 0, ALLOW, 0, ALLOW, REASON_EXEMPT },
	{ "T13", COMPANY, EXEMPTED, 0, 0, ENROL, TOTP, ALLOW, 0 },

	{ "T14", COMPANY_OFFER, HAS_TOTP, 0, 0, ALLOW, 0, ALLOW,
	    REASON_NOTHING_NEEDED },
	{ "T14", COMPANY_OFFER, 0, 0, 0, OFFER, TOTP, ALLOW, 0 },
	{ "T15", COMPANY, HAS_TOTP, 0, 0, CHALLENGE, TOTP, ALLOW, 0 },
	{ "T15", COMPANY, 0, 0, 0, ENROL, TOTP, ALLOW, 0 },

	{ "T16", SCHOOL, HAS_PIN | REVOKED_BROWSER, 0, 0, CHALLENGE, PIN, ALLOW,
	    REASON_TRUST_REVOKED },
	{ "T16", CONSOLE, HAS_TOTP | REVOKED_BROWSER, 0, 0, CHALLENGE, TOTP,
	    ALLOW, 0 },
	{ "T16", UNIVERSITY, HAS_TOTP | REVOKED_BROWSER, 0, 0, CHALLENGE,
	    TOTP | EMAIL, ALLOW, REASON_TRUST_REVOKED },
	{ "T16", ASSOCIATION, HAS_TOTP | REVOKED_BROWSER, 0, 0, CHALLENGE, TOTP,
	    ALLOW, 0 },
	{ "T16", COMPANY, HAS_TOTP | REVOKED_BROWSER, 0, 0, CHALLENGE, TOTP,
	    ALLOW, 0 },

	{ "T17", SCHOOL, HAS_PIN | ADDRESS_BOUNCES, 0, 0, CHALLENGE, PIN, ALLOW,
	    0 },
	{ "T17", CONSOLE, TOTP_STOPPED | ADDRESS_BOUNCES, 0, 0, DENY, 0, ALLOW,
	    REASON_NO_USABLE_FACTOR },
	{ "T17", UNIVERSITY, ADDRESS_BOUNCES, 0, 0, DENY, 0, ALLOW,
	    REASON_NO_USABLE_FACTOR },
	{ "T17", UNIVERSITY, NO_ADDRESS, 0, 0, DENY, 0, ALLOW,
	    REASON_NO_WAY_TO_ENROL },
	{ "T17", COMPANY, TOTP_STOPPED | HAS_CODES | NO_ADDRESS, 0, 0,
	    CHALLENGE, CODES, ENROL, 0 },

	{ "T18", CONSOLE, HAS_TOTP | HAS_CODES, 0, 0, CHALLENGE, TOTP | CODES,
	    ALLOW, 0 },
	{ "T18", UNIVERSITY, HAS_TOTP | HAS_CODES | NO_ADDRESS, 0, 0, CHALLENGE,
	    TOTP | CODES, ALLOW, 0 },
	{ "T18", COMPANY, HAS_TOTP | HAS_CODES, 0, 0, CHALLENGE, TOTP | CODES,
	    ALLOW, 0 },
	{ "T18", COMPANY, HAS_TOTP | HAS_CODES | LIVE_RECOVERED, 0, 0, ALLOW, 0,
	    OFFER, REASON_SKIP_SESSION },

	{ "T20", SCHOOL, HAS_PIN | SIMILAR_BROWSER, 0, 0, CHALLENGE, PIN, ALLOW,
	    REASON_COOKIE_PROBABLY_LOST },
	{ "T20", CONSOLE, HAS_TOTP | SIMILAR_BROWSER, 0, 0, CHALLENGE, TOTP,
	    ALLOW, 0 },
	{ "T20", UNIVERSITY, HAS_TOTP | SIMILAR_BROWSER, 0, 0, CHALLENGE,
	    TOTP | EMAIL, ALLOW, REASON_COOKIE_PROBABLY_LOST },
	{ "T20", COMPANY, HAS_TOTP | SIMILAR_BROWSER, 0, 0, CHALLENGE, TOTP,
	    ALLOW, 0 },
};

static factor_set
decision_factors(const struct decision *decision)
{
	factor_set factors = 0;

	if (decision->outcome == ENROL || decision->outcome == CHOICE ||
	    decision->outcome == OFFER)
		return decision->set_up;
	for (size_t i = 0; i < decision->factor_count; i++)
		factors |= FACTOR_BIT(decision->factors[i]);
	return factors;
}

static bool
row_holds(const struct row *row, const struct decision *decision)
{
	return decision->outcome == row->outcome &&
	       decision->then == row->then &&
	       decision_factors(decision) == row->factors &&
	       (row->reason == 0 || reason_of(decision, row->reason) != NULL);
}

static void
row_explain(const struct row *row, const struct decision *decision)
{
	print_error("%s in house %u: %s then %s, factors %x,", row->name,
	    row->house, outcome_name(decision->outcome),
	    outcome_name(decision->then), decision_factors(decision));
	for (size_t i = 0; i < decision->reason_count; i++)
		print_error(" %s", reason_name(decision->reasons[i].code));
	print_error("\n");
}

static struct decision
row_decide(const struct row *row, const struct policy *policy)
{
	int64_t now = row->early ? BEFORE : NOW;
	struct facts facts = facts_of(row->has, now);

	if (row->has & TRUSTED_BROWSER) {
		facts.browser.verified_at =
		    now - row->verified_days * POLICY_DAY;
		facts.browser.last_login_at =
		    now - row->sign_in_days * POLICY_DAY;
	}
	facts.mandatory_since =
	    (row->has & LIVE_UNASKED) != 0 ? now - HOUR / 2 : 0;
	return policy_decide(policy, &facts, now);
}

static void
every_row_of_the_table_holds(void **state)
{
	struct policy *policies[HOUSES];
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < HOUSES; i++)
		policies[i] =
		    policy_with(houses[i].name, houses[i].from, houses[i].to);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct decision decision =
		    row_decide(&rows[i], policies[rows[i].house]);

		if (row_holds(&rows[i], &decision))
			continue;
		row_explain(&rows[i], &decision);
		wrong++;
	}
	for (unsigned i = 0; i < HOUSES; i++)
		policy_unref(policies[i]);
	assert_int_equal(wrong, 0);
}

/* The rows say which; the pages also need in which order. */
static void
T7_recovery_codes_are_never_first(void **state)
{
	static const enum factor plain[] = { FACTOR_TOTP, FACTOR_EMAIL,
		FACTOR_RECOVERY };
	struct policy *policy = policy_with("university", "", "");
	struct facts facts = facts_of(HAS_CODES | HAS_TOTP, NOW);
	struct decision decision = policy_decide(policy, &facts, NOW);

	(void)state;
	assert_int_equal(decision.factor_count, 3);
	assert_memory_equal(decision.factors, plain, sizeof(plain));
	/* The last that was used on this browser comes first. */
	facts = facts_of(HAS_CODES | HAS_TOTP | KNOWN_BROWSER, NOW);
	facts.browser.verified_at = NOW - POLICY_DAY;
	facts.browser.verified_by = FACTOR_EMAIL;
	decision = policy_decide(policy, &facts, NOW);
	assert_int_equal(decision.factors[0], FACTOR_EMAIL);
	assert_int_equal(decision.factors[1], FACTOR_TOTP);
	assert_int_equal(decision.factor_count, 3);
	facts.browser.verified_by = FACTOR_RECOVERY;
	decision = policy_decide(policy, &facts, NOW);
	assert_memory_equal(decision.factors, plain, sizeof(plain));
	policy_unref(policy);
}

/* R-102 and C-15: how a generator may be removed is in the settings. */
static void
T10_removal_is_in_the_settings(void **state)
{
	static const struct {
		enum house house;
		enum self_remove expected;
	} cases[] = { { SCHOOL, SELF_REMOVE_REPLACE },
		{ CONSOLE, SELF_REMOVE_REPLACE },
		{ UNIVERSITY, SELF_REMOVE_REPLACE },
		{ COMPANY, SELF_REMOVE_THEN_REENROL } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct policy *policy =
		    policy_with(houses[cases[i].house].name, "", "");
		struct facts facts = facts_of(0, NOW);
		struct decision decision = policy_decide(policy, &facts, NOW);

		assert_int_equal(
		    decision.settings.self_remove, cases[i].expected);
		policy_unref(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_table_holds),
		cmocka_unit_test(T7_recovery_codes_are_never_first),
		cmocka_unit_test(T10_removal_is_in_the_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
