/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy document: what is not exactly right is refused with the place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/policy_parts.h"

#define DOCUMENT(profile, rest) \
	"{\"format\":1,\"name\":\"x\",\"default\":\"p\",\"profiles\":{\"p\":" \
	"{" profile "}}," rest "}"
#define PROFILE(settings) \
	DOCUMENT( \
	    "\"requirement\":\"require\",\"solutions\":[\"totp\"]," settings, \
	    "\"rules\":[]")
#define RULES(rules) DOCUMENT("\"requirement\":\"off\"", "\"rules\":" rules)
#define RULE(members) \
	RULES("[{\"name\":\"r\",\"priority\":1,\"profile\":\"p\"," members "}" \
	      "]")
#define FLOOR(settings) \
	DOCUMENT("\"requirement\":\"off\"", \
	    "\"rules\":[],\"floors\":[{" \
	    "\"name\":\"f\",\"settings\":{" settings "}}]")

static const struct {
	const char *document;
	const char *why; /* how the sentence begins */
} bad[] = {
	{ "", "line 1, column 0" },
	{ "{", "line 1" },
	{ "[]", "/: must be an object" },
	{ "{\"format\":1,\"format\":1}", "line 1, column" },
	{ "{}", "/: the member \"format\" is missing" },
	{ "{\"format\":1}", "/: the member \"name\" is missing" },
	{ "{\"format\":1,\"name\":\"x\",\"profiles\":{},\"default\":\"p\"}",
	    "/: the member \"rules\" is missing" },
	{ "{\"format\":2,\"name\":\"x\",\"profiles\":{},\"default\":\"p\","
	  "\"rules\":[]}",
	    "/format: must be the number 1" },
	{ "{\"format\":1,\"name\":\"x\",\"profiles\":{},\"default\":\"p\","
	  "\"rules\":[]}",
	    "/profiles: must be an object of 1 to" },
	{ DOCUMENT("\"requirement\":\"off\"", "\"rules\":[],\"more\":1"),
	    "/more: is unknown here; there are format, name" },
	{ DOCUMENT("", "\"rules\":[]"),
	    "/profiles/p: the member \"requirement\" is missing" },
	{ DOCUMENT("\"requirement\":\"of\"", "\"rules\":[]"),
	    "/profiles/p/requirement: must be one of \"off\", \"offer\", "
	    "\"require\"" },
	{ DOCUMENT("\"requirement\":\"require\"", "\"rules\":[]"),
	    "/profiles/p: none of \"solutions\" reaches level 1" },
	{ DOCUMENT("\"requirement\":\"offer\",\"solutions\":[\"totp\"],"
		   "\"enrol.grace\":\"1d\"",
	      "\"rules\":[]"),
	    "/profiles/p: a deadline, grace or skips have no effect" },
	{ PROFILE("\"trust.max_ages\":\"30d\""),
	    "/profiles/p/trust.max_ages: is no setting" },
	{ PROFILE("\"trust.max_age\":30"),
	    "/profiles/p/trust.max_age: must be a duration such as" },
	{ PROFILE("\"trust.max_age\":\"30\""), "/profiles/p/trust.max_age" },
	{ PROFILE("\"trust.max_age\":\"30 d\""), "/profiles/p/trust.max_age" },
	{ PROFILE("\"trust.max_age\":\"-1d\""), "/profiles/p/trust.max_age" },
	{ PROFILE("\"trust.max_age\":\"36526d\""),
	    "/profiles/p/trust.max_age: must be from 0s to" },
	{ PROFILE("\"elevation.max_age\":\"21m\""),
	    "/profiles/p/elevation.max_age: must be from 60s to 1200s" },
	{ PROFILE("\"elevation.max_age\":\"none\""),
	    "/profiles/p/elevation.max_age: must be a duration" },
	{ PROFILE("\"level_min\":4"),
	    "/profiles/p/level_min: must be a number from 1 to 3" },
	{ PROFILE("\"level_min\":\"2\""), "/profiles/p/level_min" },
	{ PROFILE("\"level_min\":2.0"), "/profiles/p/level_min" },
	{ PROFILE("\"level_min\":3"), "/profiles/p: none of \"solutions\"" },
	{ PROFILE("\"session.stay\":1"),
	    "/profiles/p/session.stay: must be true or false" },
	{ PROFILE("\"zone_skip\":\"campus\""),
	    "/profiles/p/zone_skip: must be a list of keys" },
	{ PROFILE("\"zone_skip\":[\"Campus\"]"), "/profiles/p/zone_skip/0" },
	{ PROFILE("\"zone_skip\":[\"a\",\"a\"]"),
	    "/profiles/p/zone_skip/1: stands in the list twice" },
	{ PROFILE("\"reask_on\":[\"new_moon\"]"),
	    "/profiles/p/reask_on/0: must be one of \"new_country\"" },
	{ PROFILE("\"auto_factors\":[\"totp\"]"),
	    "/profiles/p/auto_factors/0: must be one of \"email\"" },
	{ PROFILE("\"auto_factors\":[\"email\"]"),
	    "/profiles/p: auto_factors are not all among the solutions" },
	{ PROFILE("\"encourage\":[\"webauthn\"]"),
	    "/profiles/p: encourage is not all among" },
	{ PROFILE("\"enrol.deadline\":\"2026-02-29\""),
	    "/profiles/p/enrol.deadline: must be a date in UTC" },
	{ PROFILE("\"enrol.deadline\":\"2026-13-01\""), "/profiles/p/enrol" },
	{ PROFILE("\"enrol.deadline\":\"2026-00-01\""), "/profiles/p/enrol" },
	{ PROFILE("\"enrol.deadline\":\"2026-1-01\""), "/profiles/p/enrol" },
	{ PROFILE("\"enrol.deadline\":\"2026-01-01T24:00:00Z\""),
	    "/profiles/p/enrol" },
	{ PROFILE("\"enrol.deadline\":\"2026-01-01T08:00Z\""),
	    "/profiles/p/enrol" },
	{ PROFILE("\"comment\":1"), "/profiles/p/comment: must be a text" },
	{ DOCUMENT("\"requirement\":\"require\",\"level_min\":2,"
		   "\"solutions\":[\"totp\",\"notice\"]",
	      "\"rules\":[]"),
	    "/profiles/p: the solution \"notice\" is no barrier" },
	{ DOCUMENT("\"requirement\":\"require\",\"solutions\":[\"recovery\"]",
	      "\"rules\":[]"),
	    "/profiles/p/solutions/0: must be one of \"notice\", \"pin\"" },
	{ RULES("{}"), "/rules: must be a list" },
	{ RULES("[1]"), "/rules/0: must be an object" },
	{ RULES("[{\"name\":\"r\",\"priority\":1}]"),
	    "/rules/0: the member \"profile\" is missing" },
	{ RULES("[{\"name\":\"r\",\"priority\":0,\"profile\":\"p\"}]"),
	    "/rules/0/priority: must be a number from 1" },
	{ RULES("[{\"name\":\"r\",\"priority\":1,\"profile\":\"q\"}]"),
	    "/rules/0/profile: no profile has this name" },
	{ RULES("[{\"name\":\"r\",\"priority\":1,\"profile\":\"p\"},"
		"{\"name\":\"s\",\"priority\":1,\"profile\":\"p\"}]"),
	    "/rules/1/priority: is that of the rule \"r\" too" },
	{ RULE("\"mode\":\"off\""),
	    "/rules/0/mode: must be one of \"on\", \"report\"" },
	{ RULE("\"match\":{\"types\":[]}"),
	    "/rules/0/match/types: is unknown here" },
	{ RULE("\"match\":{\"group\":[]}"),
	    "/rules/0/match/group: must be a list with something in it" },
	{ RULE("\"match\":{\"service\":[\"7\"]}"),
	    "/rules/0/match/service/0: must be the number of a service" },
	{ RULE("\"match\":{\"browser\":[]}"),
	    "/rules/0/match/browser: must be a list with something" },
	{ RULE("\"match\":{\"group\":[\"a\\nb\"]}"),
	    "/rules/0/match/group/0: must be a text of 1 to" },
	{ RULE("\"enabled_from\":\"2026-02-01\","
	       "\"enabled_until\":\"2026-02-01\""),
	    "/rules/0/enabled_until: must be later" },
	{ FLOOR("\"recovery.count\":3"),
	    "/floors/0/settings/recovery.count: has no stricter value" },
	{ FLOOR("\"solutions\":[\"notice\"]"),
	    "/floors/0/settings: the solution \"notice\" is no barrier" },
	{ DOCUMENT("\"requirement\":\"off\"",
	      "\"rules\":[],\"floors\":[{\"name\":\"f\",\"settings\":{},"
	      "\"hard\":\"yes\"}]"),
	    "/floors/0/hard: must be true or false" },
	{ PROFILE("\"a\\u001b[31mb\":1"), "/profiles/p/a?[31mb: is no" },
};

static void
what_is_wrong_is_named_with_its_place(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
		struct policy *policy =
		    policy_read(str_of(bad[i].document), &why);

		if (policy == NULL &&
		    str_starts(buf_str(&why), str_of(bad[i].why)))
			continue;
		print_error("%s\n -> %s\n", bad[i].document, buf_cstr(&why));
		policy_unref(policy);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static struct policy *
read_good(struct str document)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct policy *policy = policy_read(document, &why);

	assert_string_equal(buf_cstr(&why), "");
	assert_non_null(policy);
	return policy;
}

static void
the_documents_that_come_along_are_good(void **state)
{
	static const char *const names[] = { "university", "school", "console",
		"association", "company" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		policy_unref(read_good(policy_template(str_of(names[i]))));
	assert_null(policy_template(STR("universit")).at);
	assert_null(policy_template(STR("")).at);
}

static void
values_are_what_was_written(void **state)
{
	struct policy *policy = read_good(STR(PROFILE(
	    "\"enrol.deadline\":\"2028-02-29T23:59:59Z\","
	    "\"trust.idle\":\"none\",\"trust.max_age\":\"36525d\","
	    "\"zone_skip\":[\"vdi\",\"campus\"],\"enrol.zones\":\"none\","
	    "\"encourage.every\":\"0s\",\"session.stay\":false,"
	    "\"comment\":\"\"")));
	const struct policy_settings *settings = &policy->standard->settings;
	struct str key;

	(void)state;
	assert_true(
	    settings->enrol_deadline == INT64_C(1835481599) * POLICY_SECOND);
	assert_true(settings->trust_idle == POLICY_NONE);
	assert_true(settings->trust_max_age == 36525 * POLICY_DAY);
	assert_true(settings->enrol_zones == POLICY_NONE);
	assert_true(settings->encourage_every == 0);
	assert_true(settings->session_stay == 0);
	assert_true(settings->zone_skip == 3);
	assert_true(policy_zone_key(policy, 0, &key));
	assert_string_equal(key.at, "vdi");
	assert_true(policy_zone_key(policy, 1, &key));
	assert_string_equal(key.at, "campus");
	assert_false(policy_zone_key(policy, 2, &key));
	policy_ref(policy);
	policy_unref(policy);
	policy_unref(policy);
	policy_unref(NULL);
}

static void
every_setting_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		assert_non_null(policy_setting_name(i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
			    policy_setting_name(i), policy_setting_name(j));
	}
}

/* A document of so many zones, each with a key of its own. */
static struct policy *
read_zones(unsigned count, struct buf *why)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(65536);

	buf_words(&out, "{\"format\":1,\"name\":\"x\",\"default\":\"p\","
			"\"rules\":[],\"profiles\":{\"p\":{\"requirement\":"
			"\"off\",\"zone_skip\":[");
	for (unsigned i = 0; i < count; i++)
		buf_format(&out, "%s\"z%u\"", i > 0 ? "," : "", i);
	buf_words(&out, "]}}}");
	return policy_read(buf_str(&out), why);
}

static void
there_are_limits(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	CLEANUP(buf_clear)
	struct buf blanks = BUF_INIT(POLICY_DOCUMENT_LONGEST + 1);
	struct policy *most = read_zones(NAMES_ZONES_MOST, &why);

	(void)state;
	assert_non_null(most);
	assert_true(most->standard->settings.zone_skip ==
		    (INT64_C(1) << NAMES_ZONES_MOST) - 1);
	policy_unref(most);
	assert_null(read_zones(NAMES_ZONES_MOST + 1, &why));
	assert_string_equal(buf_cstr(&why),
	    "/profiles/p/zone_skip/62: is more than the 62 names allowed");
	buf_reset(&why);
	memset(buf_reserve(&blanks, POLICY_DOCUMENT_LONGEST + 1), ' ',
	    POLICY_DOCUMENT_LONGEST + 1);
	assert_null(policy_read(
	    (struct str){ blanks.at, POLICY_DOCUMENT_LONGEST + 1 }, &why));
	assert_string_equal(buf_cstr(&why), "/: is longer than 262144 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_named_with_its_place),
		cmocka_unit_test(the_documents_that_come_along_are_good),
		cmocka_unit_test(values_are_what_was_written),
		cmocka_unit_test(every_setting_has_a_name_of_its_own),
		cmocka_unit_test(there_are_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
