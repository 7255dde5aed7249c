/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters: decoded once, doubled ones seen, crooked ones refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "text/params.h"

static void
expect_decoded(struct str encoded, struct str name, struct str expected)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct params params = { 0 };
	struct str value;

	params_add(&params, encoded, &arena);
	assert_false(params.crooked);
	assert_int_equal(params_get(&params, name, &value), PARAM_ONCE);
	if (!str_equal(value, expected))
		fail_msg(
		    "%.*s gives \"%.*s\"", STR_ARGS(encoded), STR_ARGS(value));
}

static void
test_values(void **state)
{
	(void)state;
	expect_decoded(STR("a=b"), STR("a"), STR("b"));
	expect_decoded(STR("x=y&a=b&z"), STR("a"), STR("b"));
	expect_decoded(STR("&&a=b&&"), STR("a"), STR("b"));
	expect_decoded(STR("a=b=c"), STR("a"), STR("b=c"));
	expect_decoded(STR("a=x+y%20z%2B"), STR("a"), STR("x y z+"));
	expect_decoded(STR("a=%2525"), STR("a"), STR("%25"));
	expect_decoded(STR("a=%41%6a%6A"), STR("a"), STR("Ajj"));
	expect_decoded(STR("a=caf%C3%a9"), STR("a"), STR("caf\xc3\xa9"));
	expect_decoded(STR("a=caf\xc3\xa9"), STR("a"), STR("caf\xc3\xa9"));
	expect_decoded(STR("a=b;c"), STR("a"), STR("b;c"));
	expect_decoded(STR("a=?x#"), STR("a"), STR("?x#"));
	expect_decoded(STR("first+name=x"), STR("first name"), STR("x"));
	expect_decoded(STR("a%5B%5D=x"), STR("a[]"), STR("x"));
	expect_decoded(STR("=x"), STR(""), STR("x"));
	expect_decoded(STR("service=https%3A%2F%2Fapp%2F%3Fa%3Db%26c"),
	    STR("service"), STR("https://app/?a=b&c"));
	expect_decoded(
	    STR("SERVICE=a&service=b&service[]=c"), STR("service"), STR("b"));
}

static void
test_absent_and_twice(void **state)
{
	static const struct {
		struct str encoded;
		enum param_found found;
		bool has;
	} cases[] = {
		{ STR_INIT(""), PARAM_ABSENT, false },
		{ STR_INIT("b=a"), PARAM_ABSENT, false },
		{ STR_INIT("A=b"), PARAM_ABSENT, false },
		{ STR_INIT("ab=c"), PARAM_ABSENT, false },
		{ STR_INIT("a"), PARAM_ABSENT, true },
		{ STR_INIT("a="), PARAM_ABSENT, true },
		{ STR_INIT("a=b&a=b"), PARAM_TWICE, true },
		{ STR_INIT("a=b&a=c"), PARAM_TWICE, true },
		{ STR_INIT("a=&a=c"), PARAM_TWICE, true },
		{ STR_INIT("a=c&a"), PARAM_TWICE, true },
		{ STR_INIT("a&a"), PARAM_TWICE, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
		struct params params = { 0 };
		struct str value = STR("untouched");

		params_add(&params, cases[i].encoded, &arena);
		assert_false(params.crooked);
		assert_int_equal(
		    params_get(&params, STR("a"), &value), cases[i].found);
		assert_null(value.at);
		assert_int_equal(params_has(&params, STR("a")), cases[i].has);
	}
}

/* A name in the query and again in the form is there twice. */
static void
test_two_sources(void **state)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct params params = { 0 };
	struct str value;

	(void)state;
	params_add(&params, STR("service=a&x=1"), &arena);
	params_add(&params, STR("y=2&service=a"), &arena);
	assert_int_equal(
	    params_get(&params, STR("service"), &value), PARAM_TWICE);
	assert_int_equal(params_get(&params, STR("y"), &value), PARAM_ONCE);
	params_add(&params, STR_NONE, &arena);
	assert_int_equal(params.count, 4);
}

static void
test_crooked(void **state)
{
	static const struct str cases[] = {
		STR_INIT("%"),
		STR_INIT("a=%"),
		STR_INIT("a=%2"),
		STR_INIT("a=%2&b=1"),
		STR_INIT("a=%zz"),
		STR_INIT("a=%2g"),
		STR_INIT("a=%+1"),
		STR_INIT("a=% 1"),
		STR_INIT("a=%-1"),
		STR_INIT("a=%u0041"),
		STR_INIT("a=%00"),
		STR_INIT("ticket=ST-1%00x"),
		STR_INIT("a=b\0c"),
		STR_INIT("a\0=b"),
		STR_INIT("a%00=b"),
		STR_INIT("service%00=b"),
		STR_INIT("%73ervice=b"),
		STR_INIT("servic%65=b"),
		STR_INIT("code%31=b"),
		STR_INIT("a=%80"),
		STR_INIT("a=\x80"),
		STR_INIT("a=%c0%af"),
		STR_INIT("a=%e0%80%af"),
		STR_INIT("a=%f0%80%80%af"),
		STR_INIT("a=%ed%a0%80"),
		STR_INIT("a=%f4%90%80%80"),
		STR_INIT("a=%e2%82"),
		STR_INIT("a=%c3&b=%a9"),
		STR_INIT("a=\xc3%28"),
		STR_INIT("%ff=a"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
		struct params params = { 0 };
		size_t count;

		params_add(&params, STR("before=1"), &arena);
		params_add(&params, cases[i], &arena);
		if (!params.crooked)
			fail_msg("accepted %.*s", STR_ARGS(cases[i]));
		count = params.count;
		params_add(&params, STR("after=1"), &arena);
		assert_int_equal(params.count, count);
		assert_true(params_has(&params, STR("before")));
	}
}

static void
test_most(void **state)
{
	for (size_t extra = 0; extra < 2; extra++) {
		CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
		CLEANUP(buf_clear) struct buf text = BUF_INIT(100000);
		struct params params = { 0 };

		(void)state;
		for (size_t i = 0; i < PARAMS_MOST + extra; i++)
			buf_words(&text, "=&");
		params_add(&params, buf_str(&text), &arena);
		assert_int_equal(params.count, PARAMS_MOST);
		assert_int_equal(params.crooked, extra > 0);
	}
}

static void
test_large(void **state)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	CLEANUP(buf_clear) struct buf text = BUF_INIT(100000);
	struct params params = { 0 };
	struct str value;

	(void)state;
	buf_words(&text, "a=");
	while (text.len + 3 <= 65536)
		buf_words(&text, "%26");
	params_add(&params, buf_str(&text), &arena);
	assert_int_equal(params_get(&params, STR("a"), &value), PARAM_ONCE);
	assert_int_equal(value.len, (65536 - 2) / 3);
	assert_int_equal(str_find(value, '&'), 0);
	assert_null(memchr(value.at, '%', value.len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_absent_and_twice),
		cmocka_unit_test(test_two_sources),
		cmocka_unit_test(test_crooked),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
