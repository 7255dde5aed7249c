/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text: limits, the failure that stays, numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"

static void
test_building(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(100);

	(void)state;
	assert_string_equal(buf_cstr(&out), "");
	buf_words(&out, "one");
	buf_char(&out, ' ');
	buf_text(&out, STR("two"));
	buf_text(&out, STR_NONE);
	buf_bytes(&out, " x", 2);
	buf_number(&out, 0);
	buf_char(&out, ',');
	buf_number(&out, UINT64_MAX);
	buf_format(&out, " %s=%d", "n", -5);
	assert_true(buf_ok(&out));
	assert_string_equal(
	    buf_cstr(&out), "one two x0,18446744073709551615 n=-5");
	assert_int_equal(buf_str(&out).len, 36);
}

static void
test_limit(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(5);

	(void)state;
	buf_words(&out, "12345");
	assert_true(buf_ok(&out));
	assert_string_equal(buf_cstr(&out), "12345");
	buf_text(&out, STR(""));
	assert_true(buf_ok(&out));
	buf_char(&out, '6');
	assert_false(buf_ok(&out));
	assert_int_equal(buf_str(&out).len, 0);
	assert_string_equal(buf_cstr(&out), "");
	buf_char(&out, '1');
	assert_false(buf_ok(&out));
	assert_int_equal(buf_str(&out).len, 0);
	buf_reset(&out);
	assert_true(buf_ok(&out));
	buf_format(&out, "%s", "abcde");
	assert_string_equal(buf_cstr(&out), "abcde");
	buf_format(&out, "%s", "f");
	assert_false(buf_ok(&out));
}

static void
test_absurd_sizes(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(10);

	(void)state;
	buf_char(&out, 'a');
	assert_null(buf_reserve(&out, SIZE_MAX));
	assert_false(buf_ok(&out));
	buf_clear(&out);
	assert_true(buf_ok(&out));
	assert_int_equal(out.limit, 10);
	assert_null(buf_reserve(&out, 11));
	buf_reset(&out);
	assert_non_null(buf_reserve(&out, 10));
}

static void
test_growing(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(100000);

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		buf_char(&out, (char)('a' + i % 26));
	assert_true(buf_ok(&out));
	assert_int_equal(out.len, 100000);
	for (size_t i = 0; i < out.len; i++)
		assert_int_equal(out.at[i], 'a' + i % 26);
	buf_char(&out, 'x');
	assert_false(buf_ok(&out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_building),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_absurd_sizes),
		cmocka_unit_test(test_growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
