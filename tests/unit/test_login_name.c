/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which login names there are, and what they are stored as.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "text/login_name.h"

#define NAME_64 \
	"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01"

struct name_case {
	struct str typed;
	const char *canonical; /* NULL: refused */
};

static const struct name_case name_cases[] = {
	{ STR_INIT("marie"), "marie" },
	{ STR_INIT("Marie.Curie@Example.ORG"), "marie.curie@example.org" },
	{ STR_INIT("a"), "a" },
	{ STR_INIT("0_9+x-y.z@w"), "0_9+x-y.z@w" },
	{ STR_INIT("AZ"), "az" },
	{ STR_INIT("  \tmarie \t"), "marie" },
	{ STR_INIT(NAME_64), NAME_64 },
	{ STR_INIT(" " NAME_64 " "), NAME_64 },
	{ STR_INIT(NAME_64 "x"), NULL },
	{ STR_INIT(""), NULL },
	{ STR_INIT("  "), NULL },
	{ STR_INIT("marie curie"), NULL },
	{ STR_INIT("marie\n"), NULL },
	{ STR_INIT("marie\0"), NULL },
	{ STR_INIT("marie\0x"), NULL },
	{ STR_INIT("mari\xc3\xa9"), NULL },
	/* Full-width A, Cyrillic a, Kelvin sign, dotless i: look-alikes. */
	{ STR_INIT("\xef\xbc\xa1"), NULL },
	{ STR_INIT("\xd0\xb0"), NULL },
	{ STR_INIT("\xe2\x84\xaa"), NULL },
	{ STR_INIT("\xc4\xb1"), NULL },
	/* No-break and zero-width spaces. */
	{ STR_INIT("\xc2\xa0marie"), NULL },
	{ STR_INIT("marie\xe2\x80\x8b"), NULL },
	{ STR_INIT("a/b"), NULL },
	{ STR_INIT("a\\b"), NULL },
	{ STR_INIT("a%b"), NULL },
	{ STR_INIT("a'b"), NULL },
	{ STR_INIT("a\"b"), NULL },
	{ STR_INIT("<b>"), NULL },
	{ STR_INIT("a*"), NULL },
	{ STR_INIT("a=b"), NULL },
	{ STR_INIT("a[b"), NULL },
	{ STR_INIT("a`b"), NULL },
	{ STR_INIT("a{b"), NULL },
	{ STR_INIT("\xff"), NULL },
	{ STR_INIT("\x7f"), NULL },
	{ { NULL, 0 }, NULL },
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(name_cases); i++) {
		const struct name_case *c = &name_cases[i];
		CLEANUP(buf_clear) struct buf out = BUF_INIT(256);
		bool taken = login_name_canonical(c->typed, &out);

		if (taken != (c->canonical != NULL))
			print_error("case %zu\n", i);
		assert_int_equal(taken, c->canonical != NULL);
		if (taken)
			assert_string_equal(buf_cstr(&out), c->canonical);
		else
			assert_int_equal(out.len, 0);
	}
}

/* Every single byte: only those of the rule pass, letters in lower case. */
static void
test_every_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(256);
		char name[] = { 'x', (char)byte, 'x' };
		struct str typed = { name, sizeof(name) };
		bool wanted =
		    byte > 0 &&
		    strchr("abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-",
			byte) != NULL;

		assert_int_equal(login_name_canonical(typed, &out), wanted);
		if (!wanted)
			continue;
		assert_int_equal(out.len, 3);
		assert_false(out.at[1] >= 'A' && out.at[1] <= 'Z');
	}
}

/* What came out goes in again unchanged. */
static void
test_idempotent(void **state)
{
	CLEANUP(buf_clear) struct buf once = BUF_INIT(256);
	CLEANUP(buf_clear) struct buf twice = BUF_INIT(256);

	(void)state;
	assert_true(login_name_canonical(STR(" Ada+Test@X.org"), &once));
	assert_true(login_name_canonical(buf_str(&once), &twice));
	assert_true(str_equal(buf_str(&once), buf_str(&twice)));
}

/* A buffer that is too small must not pass for success. */
static void
test_no_room(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4);

	(void)state;
	assert_false(login_name_canonical(STR("marie"), &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_idempotent),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
