/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions as JSON: what is in it, what is not, and that it is JSON whatever
 * stands in the texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "policy/explain.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define NOW (INT64_C(1795424461) * SECOND)
#define HOSTILE "\"},]\\\n\x01\xff\xc3\xa9</script>"

static const struct explain_browser firefox = { STR_INIT("Firefox"),
	STR_INIT("Linux") };

struct reason_case {
	struct reason reason;
	const char *json;
};

static const struct reason_case reason_cases[] = {
	{ { .code = REASON_BROWSER_UNKNOWN },
	    "[{\"code\":\"BROWSER_UNKNOWN\"}]" },
	{ { .code = REASON_OUTSIDE_ZONE, .text = STR_INIT("campus") },
	    "[{\"code\":\"OUTSIDE_ZONE\",\"zone\":\"campus\"}]" },
	{ { .code = REASON_TRUST_EXPIRED,
	      .at = NOW,
	      .age = 31 * DAY + 1,
	      .limit = 30 * DAY },
	    "[{\"code\":\"TRUST_EXPIRED\",\"at\":\"2026-11-23T09:01:01Z\","
	    "\"age\":2678400,\"limit\":2592000}]" },
	{ { .code = REASON_SKIP_TRUST, .at = NOW, .until = POLICY_NONE },
	    "[{\"code\":\"SKIP_TRUST\",\"at\":\"2026-11-23T09:01:01Z\","
	    "\"until\":\"never\"}]" },
	{ { .code = REASON_CODE_TOO_OLD, .limit = POLICY_NONE },
	    "[{\"code\":\"CODE_TOO_OLD\",\"limit\":\"none\"}]" },
	{ { .code = REASON_DEADLINE_AHEAD, .count = -1 },
	    "[{\"code\":\"DEADLINE_AHEAD\",\"count\":-1}]" },
};

static void
test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(reason_cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(EXPLAIN_LONGEST);
		struct decision decision = { .reason_count = 1 };

		decision.reasons[0] = reason_cases[i].reason;
		explain_reasons(&out, &decision);
		assert_string_equal(buf_cstr(&out), reason_cases[i].json);
	}
}

/* As many as there can be, in their order, and within the limit. */
static void
test_all_reasons(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(EXPLAIN_LONGEST);
	char key[63];
	struct decision decision = { .reason_count = DECISION_REASONS_MOST };
	json_t *list;

	(void)state;
	memset(key, 'z', sizeof(key));
	for (size_t i = 0; i < DECISION_REASONS_MOST; i++)
		decision.reasons[i] = (struct reason){
			.code = (enum reason_code)(REASON_COUNT - 1 - i),
			.text = { key, sizeof(key) },
			.at = INT64_MAX - 1,
			.until = INT64_MAX - 1,
			.age = INT64_MAX - 1,
			.limit = INT64_MAX - 1,
			.count = INT64_MIN,
		};
	explain_reasons(&out, &decision);
	assert_true(buf_ok(&out));
	list = json_loads(buf_cstr(&out), 0, NULL);
	assert_int_equal(json_array_size(list), DECISION_REASONS_MOST);
	for (size_t i = 0; i < DECISION_REASONS_MOST; i++)
		assert_string_equal(json_string_value(json_object_get(
					json_array_get(list, i), "code")),
		    reason_name((enum reason_code)(REASON_COUNT - 1 - i)));
	json_decref(list);
}

static void
test_nothing(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(EXPLAIN_LONGEST);
	static const struct explain_browser none;
	const struct facts facts = { 0 };
	const struct decision decision = { 0 };

	(void)state;
	explain_reasons(&out, &decision);
	explain_floors(&out, &decision);
	explain_facts(&out, &facts, &none, NOW);
	assert_string_equal(buf_cstr(&out),
	    "[][]{\"purpose\":\"service\",\"factors\":[],\"browser\":{},"
	    "\"session\":{\"methods\":[]}}");
}

static void
test_facts(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(EXPLAIN_LONGEST);
	const struct facts facts = {
		.purpose = PURPOSE_DASHBOARD,
		.type = STR("student"),
		.zone = { .key = STR("campus") },
		.browser = { .known = true,
		    .secret_matches = true,
		    .trusted_at = NOW - 31 * DAY,
		    .verified_at = NOW - 31 * DAY,
		    .verified_by = FACTOR_EMAIL,
		    .last_login_at = NOW - DAY,
		    .revoked_at = NOW + DAY },
		.session = { .password_given = true,
		    .password_at = NOW - 3 * SECOND,
		    .verified_at = NOW - DAY,
		    .methods =
			FACTOR_BIT(FACTOR_TOTP) | FACTOR_BIT(FACTOR_EMAIL),
		    .skip = SESSION_SKIP_ZONE },
		.enrolments = { { .factor = FACTOR_TOTP } },
		.enrolment_count = 1,
		.addresses = { { .kind = ADDRESS_PERSONAL },
		    { .kind = ADDRESS_INSTITUTIONAL } },
		.address_count = 2,
	};
	json_t *object, *expected;

	(void)state;
	explain_facts(&out, &facts, &firefox, NOW);
	object = json_loads(buf_cstr(&out), 0, NULL);
	expected = json_pack("{s:s, s:s, s:s, s:[s], s:i, s:i, s:{s:s, s:s, "
			     "s:b, s:i, s:i, s:s, s:i, s:i}, s:{s:b, s:i, "
			     "s:i, s:[s, s], s:s}}",
	    "purpose", "dashboard", "zone", "campus", "type", "student",
	    "factors", "totp", "addresses", 2, "personal_addresses", 1,
	    "browser", "name", "Firefox", "system", "Linux", "known", 1,
	    "trusted_age", 31 * 86400, "verified_age", 31 * 86400,
	    "verified_by", "email", "sign_in_age", 86400, "revoked_age", 0,
	    "session", "password_given", 1, "password_age", 3, "verified_age",
	    86400, "methods",
	    factor_name(
		FACTOR_TOTP < FACTOR_EMAIL ? FACTOR_TOTP : FACTOR_EMAIL),
	    factor_name(
		FACTOR_TOTP < FACTOR_EMAIL ? FACTOR_EMAIL : FACTOR_TOTP),
	    "skipped", "zone");
	assert_non_null(expected);
	if (!json_equal(object, expected))
		fail_msg("%s", buf_cstr(&out));
	json_decref(object);
	json_decref(expected);
}

/* Whatever an operator or a browser calls itself: one value, and JSON. */
static void
test_hostile_texts(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(EXPLAIN_LONGEST);
	const struct facts facts = {
		.type = STR(HOSTILE),
		.zone = { .key = STR(HOSTILE) },
	};
	struct decision decision = { .floor_count = 2 };
	json_t *list;

	(void)state;
	decision.floors[0] = decision.floors[1] = STR(HOSTILE);
	buf_char(&out, '[');
	explain_floors(&out, &decision);
	buf_char(&out, ',');
	explain_facts(&out, &facts,
	    &(struct explain_browser){ STR(HOSTILE), STR(HOSTILE) }, NOW);
	buf_char(&out, ']');
	list = json_loads(buf_cstr(&out), 0, NULL);
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(json_array_size(json_array_get(list, 0)), 2);
	assert_int_equal(json_object_size(json_array_get(list, 1)), 6);
	json_decref(list);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_all_reasons),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
