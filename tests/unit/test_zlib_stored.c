/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zlib format without compression; the conversation tests have it read by
 * zlib itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "text/zlib_stored.h"

/* What zlib.compress(content, 0) gives. */
static const struct {
	struct str content;
	struct str stream;
} cases[] = {
	{ STR_INIT(""),
	    STR_INIT("\x78\x01\x01\x00\x00\xff\xff\x00\x00\x00\x01") },
	{ STR_INIT("a"), STR_INIT("\x78\x01\x01\x01\x00\xfe\xff"
				  "a\x00\x62\x00\x62") },
	{ STR_INIT("Wikipedia"), STR_INIT("\x78\x01\x01\x09\x00\xf6\xff"
					  "Wikipedia\x11\xe6\x03\x98") },
};

static void
test_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(100);

		zlib_stored(&out, cases[i].content);
		assert_true(str_equal(buf_str(&out), cases[i].stream));
	}
}

static void
test_lengths(void **state)
{
	static char most[ZLIB_STORED_LONGEST + 1];
	CLEANUP(buf_clear) struct buf out = BUF_INIT(sizeof(most) + 100);

	(void)state;
	memset(most, 0xff, sizeof(most));
	zlib_stored(&out, (struct str){ most, ZLIB_STORED_LONGEST });
	assert_int_equal(out.len, ZLIB_STORED_LONGEST + ZLIB_STORED_EXTRA);
	assert_memory_equal(out.at + 3, "\xff\xff\x00\x00", 4);
	assert_memory_equal(out.at + out.len - 4, "\x68\xa5\x0d\xf3", 4);
	zlib_stored(&out, (struct str){ most, sizeof(most) });
	assert_false(buf_ok(&out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
