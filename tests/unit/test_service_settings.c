/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is set for one application: read strictly, and what it makes of people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cas/service_person.h"
#include "cas/service_settings.h"
#include "crypto/mac.h"
#include "model/service.h"

static const struct {
	const char *json;
	const char *why; /* begins so; NULL: it can be read */
} texts[] = {
	{ "", NULL },
	{ "{}", NULL },
	{ "{\"order\": -1000000000}", NULL },
	{ "{\"contact\": \"x\", \"fresh\": false, \"ticket_life\": 600}",
	    NULL },
	{ "{\"types\": [\"a\"], \"groups\": [\"b\", \"c\"], \"attributes\": "
	  "{\"a\": [\"b\"]}, \"renamed\": {\"a\": [\"b\", \"c\"]}}",
	    NULL },
	{ "{\"user_key\": 255}", NULL },
	{ "{\"user_attribute\": \"mail\"}", NULL },
	{ "{\"valid_from\": \"2026-09-01\", \"valid_until\": "
	  "\"2026-09-01T00:00:01Z\"}",
	    NULL },
	{ "[]", "settings: " },
	{ "null", "settings: " },
	{ "{", "settings: " },
	{ "{} {}", "settings: " },
	{ "{\"fresh\": true, \"fresh\": false}", "settings: " },
	{ "{\"Fresh\": true}", "Fresh: there is no such" },
	{ "{\"type\": [\"a\"]}", "type: there is no such" },
	{ "{\"fresh\": \"yes\"}", "fresh: " },
	{ "{\"fresh\": null}", "fresh: " },
	{ "{\"contact\": \"\"}", "contact: " },
	{ "{\"contact\": 3}", "contact: " },
	{ "{\"contact\": \"a\\nb\"}", "contact: " },
	{ "{\"order\": 1.5}", "order: " },
	{ "{\"order\": 1000000001}", "order: " },
	{ "{\"ticket_life\": 601}", "ticket_life: " },
	{ "{\"ticket_life\": 0}", "ticket_life: " },
	{ "{\"user_key\": 0}", "user_key: " },
	{ "{\"user_key\": 256}", "user_key: " },
	{ "{\"user_key\": 1, \"user_attribute\": \"a\"}", "user_key: " },
	{ "{\"types\": []}", "types: " },
	{ "{\"types\": \"a\"}", "types: " },
	{ "{\"types\": [\"a\", 3]}", "types: " },
	{ "{\"types\": [\"\"]}", "types: " },
	{ "{\"attributes\": {}}", "attributes: " },
	{ "{\"attributes\": {\"a\": \"b\"}}", "attributes: " },
	{ "{\"attributes\": {\"a\": []}}", "attributes: " },
	{ "{\"attributes\": [\"a\"]}", "attributes: " },
	{ "{\"renamed\": {\"a\": [\"user\"]}}", "renamed: " },
	{ "{\"renamed\": {\"a\": [\"b c\"]}}", "renamed: " },
	{ "{\"renamed\": {\"a\": [\"x\"], \"b\": [\"x\"]}}", "renamed: " },
	{ "{\"valid_until\": \"2026-02-29\"}", "valid_until: " },
	{ "{\"valid_from\": 2026}", "valid_from: " },
	{ "{\"valid_from\": \"2026-09-01T08:00:00\"}", "valid_from: " },
	{ "{\"valid_from\": \"2026-09-01T08:00:00+01\"}", "valid_from: " },
	{ "{\"valid_from\": \"2026-09-01T24:00:00Z\"}", "valid_from: " },
	{ "{\"valid_from\": \"2026-09-01T08:00:60Z\"}", "valid_from: " },
	{ "{\"valid_from\": \"2026-09-01T08:00:00Zx\"}", "valid_from: " },
	{ "{\"valid_from\": \"26-09-01\"}", "valid_from: " },
	{ "{\"valid_from\": \"2026-9-1\"}", "valid_from: " },
	{ "{\"valid_from\": \"2026-09-02\", \"valid_until\": \"2026-09-02\"}",
	    "valid_until: " },
};

static void
settings_are_read_strictly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
		CLEANUP(buf_clear) struct buf why = BUF_INIT(2000);
		struct service_settings settings;
		bool fits = service_settings_read(
		    str_of(texts[i].json), &arena, &settings, &why);

		if (fits != (texts[i].why == NULL))
			fail_msg("%s: %s", texts[i].json, buf_cstr(&why));
		if (!fits && !str_starts(buf_str(&why), str_of(texts[i].why)))
			fail_msg("%s: %s", texts[i].json, buf_cstr(&why));
	}
}

static void
moments_are_utc(void **state)
{
	int64_t at = 0;

	(void)state;
	assert_true(service_moment_read(STR("2026-09-01"), &at));
	assert_true(at == INT64_C(1788220800) * 1000000);
	assert_true(service_moment_read(STR("2026-09-01T08:00:01Z"), &at));
	assert_true(at == INT64_C(1788249601) * 1000000);
	assert_true(service_moment_read(STR("2028-02-29"), &at));
	assert_false(service_moment_read(STR("1969-01-01"), &at));
	assert_false(service_moment_read(STR_NONE, &at));
}

static void
dates_hold_from_and_until(void **state)
{
	static const struct service_settings both = { .valid_from = 10,
		.valid_until = 20 };
	static const struct service_settings neither = { .valid_from = 0 };

	(void)state;
	assert_false(service_settings_valid_at(&both, 9));
	assert_true(service_settings_valid_at(&both, 10));
	assert_true(service_settings_valid_at(&both, 19));
	assert_false(service_settings_valid_at(&both, 20));
	assert_true(service_settings_valid_at(&neither, 1));
	assert_true(service_settings_valid_at(&neither, INT64_MAX));
}

/* A teacher in two groups with two addresses. */
static const struct service_person teacher = {
	.account_id = 7,
	.login = STR_INIT("alice"),
	.type = STR_INIT("teacher"),
	.groups = STR_INIT("[\"staff\", \"lib\"]"),
	.attributes = STR_INIT("{\"mail\": [\"a@x\", \"b@x\"], \"uid\": "
			       "[\"u1\"], \"one\": \"single\", \"bad\": "
			       "[\"a\\nb\"], \"none\": [], \"number\": [3]}"),
};

static const struct {
	const char *json;
	bool admits;
} admissions[] = {
	{ "{}", true },
	{ "{\"fresh\": true}", true },
	{ "{\"types\": [\"teacher\"]}", true },
	{ "{\"types\": [\"student\", \"teacher\"]}", true },
	{ "{\"types\": [\"student\"]}", false },
	{ "{\"types\": [\"Teacher\"]}", false },
	{ "{\"types\": [\"teach\"]}", false },
	{ "{\"groups\": [\"lib\"]}", true },
	{ "{\"groups\": [\"other\"]}", false },
	{ "{\"types\": [\"teacher\"], \"groups\": [\"other\"]}", false },
	{ "{\"types\": [\"student\"], \"groups\": [\"lib\"]}", false },
	{ "{\"attributes\": {\"mail\": [\"b@x\"]}}", true },
	{ "{\"attributes\": {\"one\": [\"single\"]}}", true },
	{ "{\"attributes\": {\"mail\": [\"c@x\"]}}", false },
	{ "{\"attributes\": {\"missing\": [\"b@x\"]}}", false },
	{ "{\"attributes\": {\"number\": [\"3\"]}}", false },
	{ "{\"attributes\": {\"mail\": [\"a@x\"], \"uid\": [\"u1\"]}}", true },
	{ "{\"attributes\": {\"mail\": [\"a@x\"], \"uid\": [\"u2\"]}}", false },
	{ "{\"user_attribute\": \"uid\"}", true },
	{ "{\"user_attribute\": \"one\"}", true },
	{ "{\"user_attribute\": \"mail\"}", false },
	{ "{\"user_attribute\": \"none\"}", false },
	{ "{\"user_attribute\": \"bad\"}", false },
	{ "{\"user_attribute\": \"number\"}", false },
	{ "{\"user_attribute\": \"missing\"}", false },
};

static void
people_are_admitted_to_the_letter(void **state)
{
	static const struct service_person nobody = { .account_id = 9 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(admissions); i++) {
		CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
		CLEANUP(buf_clear) struct buf why = BUF_INIT(2000);
		struct service_settings settings;

		assert_true(service_settings_read(
		    str_of(admissions[i].json), &arena, &settings, &why));
		if (service_admits(&settings, &teacher) != admissions[i].admits)
			fail_msg("%s", admissions[i].json);
		/* of whom nothing is known, or nothing that can be read */
		assert_true(service_admits(&settings, &nobody) ==
			    !service_is_choosy(&settings));
		assert_true(service_admits(&settings,
				&(struct service_person){ .groups = STR("{"),
				    .attributes = STR("[") }) ==
			    !service_is_choosy(&settings));
	}
}

static struct str
name_of(int64_t service_id, int64_t account_id, const struct mac_key *key,
    struct arena *arena)
{
	static const struct service_settings opaque = { .user_key = 1 };
	const struct service service = { .id = service_id,
		.settings = &opaque };
	struct service_person person = teacher;
	struct str name;

	person.account_id = account_id;
	assert_true(service_user_name(&service, &person, key, arena, &name));
	assert_int_equal(name.len, 27);
	return name;
}

static void
opaque_names_hang_on_person_service_and_key(void **state)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct mac_key *key = mac_key_new("key", 3);
	struct mac_key *other = mac_key_new("other", 5);
	struct str name = name_of(1, 2, key, &arena);

	(void)state;
	assert_true(str_equal(name, name_of(1, 2, key, &arena)));
	assert_false(str_equal(name, name_of(2, 1, key, &arena)));
	assert_false(str_equal(name, name_of(1, 3, key, &arena)));
	assert_false(str_equal(name, name_of(2, 2, key, &arena)));
	assert_false(str_equal(name, name_of(1, 2, other, &arena)));
	mac_key_free(key);
	mac_key_free(other);
}

static void
names_are_login_attribute_or_none(void **state)
{
	static const struct service_settings plain = { .order = 0 },
					     uid = { .user_attribute =
							 STR_INIT("uid") },
					     mail = { .user_attribute =
							  STR_INIT("mail") },
					     opaque = { .user_key = 4 };
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct service service = { .id = 1, .settings = &plain };
	struct str name;

	(void)state;
	assert_true(service_user_name(&service, &teacher, NULL, &arena, &name));
	assert_true(str_equal(name, STR("alice")));
	service.settings = &uid;
	assert_true(service_user_name(&service, &teacher, NULL, &arena, &name));
	assert_true(str_equal(name, STR("u1")));
	service.settings = &mail; /* two of them: which? */
	assert_false(
	    service_user_name(&service, &teacher, NULL, &arena, &name));
	service.settings = &opaque; /* and this node lacks the key */
	assert_false(
	    service_user_name(&service, &teacher, NULL, &arena, &name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read_strictly),
		cmocka_unit_test(moments_are_utc),
		cmocka_unit_test(dates_hold_from_and_until),
		cmocka_unit_test(people_are_admitted_to_the_letter),
		cmocka_unit_test(opaque_names_hang_on_person_service_and_key),
		cmocka_unit_test(names_are_login_attribute_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
