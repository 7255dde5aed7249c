/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of text: cutting, comparing, numbers, UTF-8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/str.h"

static void
test_equal(void **state)
{
	(void)state;
	assert_true(str_equal(STR("ab"), STR("ab")));
	assert_true(str_equal(STR_NONE, STR("")));
	assert_false(str_equal(STR("ab"), STR("abc")));
	assert_false(str_equal(STR("a\0b"), STR("a\0c")));
	assert_true(str_equal_nocase(STR("aZ-9"), STR("Az-9")));
	assert_false(str_equal_nocase(STR("@"), STR("`")));
	assert_false(str_equal_nocase(STR("["), STR("{")));
	assert_false(str_equal_nocase(STR("\xc3\x89"), STR("\xc3\xa9")));
	assert_false(str_equal_nocase(STR("a"), STR("aa")));
}

static void
test_of(void **state)
{
	(void)state;
	assert_null(str_of(NULL).at);
	assert_int_equal(str_of("abc").len, 3);
	assert_non_null(str_of("").at);
}

static void
test_starts_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("")));
	assert_true(str_starts(STR_NONE, STR("")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_false(str_starts(STR("abc"), STR("bc")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_true(str_ends(STR_NONE, STR("")));
	assert_false(str_ends(STR("c"), STR("bc")));
	assert_false(str_ends(STR("abc"), STR("ab")));
}

static void
test_parts(void **state)
{
	struct str before, after;

	(void)state;
	assert_true(str_equal(str_from(STR("abc"), 1), STR("bc")));
	assert_int_equal(str_from(STR("abc"), 3).len, 0);
	assert_true(str_equal(str_first(STR("abc"), 2), STR("ab")));
	assert_int_equal(str_first(STR("abc"), SIZE_MAX).len, 3);
	assert_int_equal(str_find(STR("abc"), 'c'), 2);
	assert_int_equal(str_find(STR("abc"), 'd'), 3);
	assert_int_equal(str_find(STR_NONE, 'd'), 0);
	assert_true(str_cut(STR("a=b=c"), '=', &before, &after));
	assert_true(str_equal(before, STR("a")));
	assert_true(str_equal(after, STR("b=c")));
	assert_true(str_cut(STR("a="), '=', &before, &after));
	assert_non_null(after.at);
	assert_false(str_cut(STR("abc"), '=', &before, &after));
	assert_true(str_equal(before, STR("abc")));
	assert_null(after.at);
}

static void
test_trim(void **state)
{
	(void)state;
	assert_true(str_equal(str_trim(STR(" \ta b\t ")), STR("a b")));
	assert_int_equal(str_trim(STR(" \t ")).len, 0);
	assert_true(str_equal(str_trim(STR("\na\r")), STR("\na\r")));
	assert_null(str_trim(STR_NONE).at);
}

static void
test_number(void **state)
{
	static const struct {
		struct str text;
		uint64_t most;
		uint64_t value;
		bool good;
	} cases[] = {
		{ STR_INIT("0"), 0, 0, true },
		{ STR_INIT("1"), 0, 0, false },
		{ STR_INIT("9"), 5, 0, false },
		{ STR_INIT("10"), 10, 10, true },
		{ STR_INIT("11"), 10, 0, false },
		{ STR_INIT("0007"), 7, 7, true },
		{ STR_INIT("18446744073709551615"), UINT64_MAX, UINT64_MAX,
		    true },
		{ STR_INIT("18446744073709551616"), UINT64_MAX, 0, false },
		{ STR_INIT("99999999999999999999"), UINT64_MAX, 0, false },
		{ STR_INIT("36893488147419103232"), UINT64_MAX, 0, false },
		{ STR_INIT(""), 10, 0, false },
		{ STR_INIT("+1"), 10, 0, false },
		{ STR_INIT("-1"), 10, 0, false },
		{ STR_INIT(" 1"), 10, 0, false },
		{ STR_INIT("1 "), 10, 0, false },
		{ STR_INIT("1e1"), 100, 0, false },
		{ STR_INIT("0x1"), 100, 0, false },
		{ STR_INIT("1\0"), 100, 0, false },
		{ STR_INIT("\xd9\xa1"), 100, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t value = 77;

		if (str_number(cases[i].text, cases[i].most, &value) !=
		    cases[i].good)
			fail_msg("%.*s", STR_ARGS(cases[i].text));
		assert_int_equal(value, cases[i].good ? cases[i].value : 77);
	}
}

static void
test_utf8(void **state)
{
	static const struct str good[] = {
		STR_INIT(""),
		STR_INIT("abc\x7f"),
		STR_INIT("\xc2\x80"),
		STR_INIT("\xdf\xbf"),
		STR_INIT("\xe0\xa0\x80"),
		STR_INIT("\xed\x9f\xbf"),
		STR_INIT("\xee\x80\x80"),
		STR_INIT("\xef\xbf\xbf"),
		STR_INIT("\xf0\x90\x80\x80"),
		STR_INIT("\xf4\x8f\xbf\xbf"),
	};
	static const struct str bad[] = {
		STR_INIT("\0"),
		STR_INIT("a\0b"),
		STR_INIT("\x80"),
		STR_INIT("\xbf"),
		STR_INIT("\xc0\xaf"),
		STR_INIT("\xc1\xbf"),
		STR_INIT("\xe0\x80\xaf"),
		STR_INIT("\xe0\x9f\xbf"),
		STR_INIT("\xf0\x80\x80\xaf"),
		STR_INIT("\xf0\x8f\xbf\xbf"),
		STR_INIT("\xed\xa0\x80"),
		STR_INIT("\xed\xbf\xbf"),
		STR_INIT("\xf4\x90\x80\x80"),
		STR_INIT("\xf5\x80\x80\x80"),
		STR_INIT("\xff"),
		STR_INIT("\xfe"),
		STR_INIT("\xc3"),
		STR_INIT("\xe2\x82"),
		STR_INIT("\xf0\x9f\x98"),
		STR_INIT("\xe2\x28\xa1"),
		STR_INIT("\xf0\x9f\x28\x80"),
		STR_INIT("\xf0\x9f\x98\xc0"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(str_is_utf8(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (str_is_utf8(bad[i]))
			fail_msg("accepted number %zu", i);
	}
	assert_true(str_is_utf8(STR_NONE));
}

/* Every code point written by hand comes back, and no surrogate does. */
static void
test_utf8_first(void **state)
{
	uint32_t found = 0;

	(void)state;
	for (uint32_t code = 0x800; code <= 0xffff; code++) {
		const char text[] = { (char)(0xe0 | code >> 12),
			(char)(0x80 | (code >> 6 & 0x3f)),
			(char)(0x80 | (code & 0x3f)), 'x' };
		bool surrogate = code >= 0xd800 && code <= 0xdfff;
		size_t len = str_utf8_first((struct str){ text, 4 }, &found);

		assert_int_equal(len, surrogate ? 0 : 3);
		if (!surrogate)
			assert_int_equal(found, code);
	}
	assert_int_equal(str_utf8_first(STR("A"), &found), 1);
	assert_int_equal(found, 'A');
	assert_int_equal(str_utf8_first(STR("\xc3\xa9"), &found), 2);
	assert_int_equal(found, 0xe9);
	assert_int_equal(str_utf8_first(STR("\xf0\x9f\x98\x80"), &found), 4);
	assert_int_equal(found, 0x1f600);
	assert_int_equal(str_utf8_first(STR_NONE, &found), 0);
	assert_int_equal(str_utf8_first(STR("\0"), &found), 0);
	assert_int_equal(str_utf8_first(STR("\xc3"), &found), 0);
	assert_int_equal(found, 0x1f600);
}

static void
test_compare(void **state)
{
	(void)state;
	assert_int_equal(str_compare(STR("a"), STR("a")), 0);
	assert_int_equal(str_compare(STR_NONE, STR("")), 0);
	assert_true(str_compare(STR("a"), STR("ab")) < 0);
	assert_true(str_compare(STR("b"), STR("ab")) > 0);
	assert_true(str_compare(STR("\xc3"), STR("z")) > 0);
	assert_true(str_compare(STR("a"), STR_NONE) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_of),
		cmocka_unit_test(test_starts_and_ends),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
