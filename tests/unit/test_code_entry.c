/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was typed into the field for codes: three kinds, from keyboards and
 * clipboards of all sorts, and everything else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "factors/code_entry.h"

/* "totp 123456", "email ...", "recovery ..." or "none". */
static void
entry_show(struct buf *out, const struct code_entry *entry)
{
	switch (entry->kind) {
	case CODE_NONE:
		buf_words(out, "none");
		break;
	case CODE_TOTP:
		buf_words(out, "totp ");
		buf_bytes(out, entry->totp, TOTP_DIGITS);
		break;
	case CODE_EMAIL:
		buf_words(out, "email ");
		buf_bytes(out, entry->email, EMAIL_CODE_DIGITS);
		break;
	case CODE_RECOVERY:
		buf_words(out, "recovery ");
		recovery_code_write(out, &entry->recovery);
		break;
	}
}

static void
assert_read(struct str typed, const char *expected)
{
	CLEANUP(buf_clear) struct buf shown = BUF_INIT(100);
	struct code_entry entry = code_entry_read(typed);

	entry_show(&shown, &entry);
	if (strcmp(buf_cstr(&shown), expected) != 0)
		fail_msg("'%.*s' is read as %s, not as %s", STR_ARGS(typed),
		    buf_cstr(&shown), expected);
}

static void
codes_are_read(void **state)
{
	static const struct {
		const char *typed, *expected;
	} cases[] = {
		{ "123456", "totp 123456" },
		{ "000000", "totp 000000" },
		{ " 123 456 ", "totp 123456" },
		{ "12-34-56", "totp 123456" },
		{ "123\t456\r\n", "totp 123456" },
		{ "12345678", "email 12345678" },
		{ "4821 7736", "email 48217736" },
		{ "4821-7736", "email 48217736" },
		{ "2-7QKMP-4XD9T-HRB", "recovery 2-7QKMP-4XD9T-HRB" },
		{ "2 7qkmp 4xd9t hrb", "recovery 2-7QKMP-4XD9T-HRB" },
		{ "10-7QKMP-4XD9T-HRB", "recovery 10-7QKMP-4XD9T-HRB" },
		{ "21234567890123", "recovery 2-12345-67890-123" },
		/* no-break, narrow, thin, zero width, ideographic */
		{ "123\u00a0456", "totp 123456" },
		{ "123\u202f456", "totp 123456" },
		{ "123\u2009456", "totp 123456" },
		{ "\ufeff123\u200b456", "totp 123456" },
		{ "4821\u30007736", "email 48217736" },
		/* marks of direction around what was copied */
		{ "\u2066123456\u2069", "totp 123456" },
		{ "\u200e4821 7736\u200f", "email 48217736" },
		/* hyphens: true, non-breaking, en dash, minus, soft */
		{ "2\u20107QKMP\u20114XD9T\u2013HRB",
		    "recovery 2-7QKMP-4XD9T-HRB" },
		{ "123\u2212456", "totp 123456" },
		{ "123\u00ad456", "totp 123456" },
		/* digits and letters of full width, Arabic and Persian digits
		 */
		{ "\uff11\uff12\uff13\uff14\uff15\uff16", "totp 123456" },
		{ "\uff10\uff19\uff0d\uff10\uff19\uff10\uff19", "totp 090909" },
		{ "\u0661\u0662\u0663\u0664\u0665\u0666", "totp 123456" },
		{ "\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u06f0\u06f1",
		    "email 45678901" },
		{ "2-\uff37QKMP-\uff54XD9T-HRB", "recovery 2-WQKMP-TXD9T-HRB" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_read(str_of(cases[i].typed), cases[i].expected);
}

static void
everything_else_is_none(void **state)
{
	static const struct str cases[] = {
		STR_INIT(""),
		STR_INIT("   "),
		STR_INIT("- -"),
		STR_INIT("1"),
		STR_INIT("12345"),
		STR_INIT("1234567"),
		STR_INIT("123456789"),
		STR_INIT("1234567890123"),
		STR_INIT("1234567890123456"),
		STR_INIT("12345O"), /* no letter for a digit in an app's code */
		STR_INIT("+123456"),
		STR_INIT("12345.6"),
		STR_INIT("123,456"),
		STR_INIT("0x1234"),
		STR_INIT("abcdef"),
		STR_INIT("password"),
		STR_INIT("123456\0"),
		STR_INIT("\0"
			 "123456"),
		STR_INIT("123\0"
			 "456"),
		STR_INIT("123456\xff"),
		STR_INIT("12345\xef\xbc"), /* cut within a character */
		STR_INIT("12345\xc0\xb6"), /* overlong 6 */
		STR_INIT("12345\u0668\u0669\u066a"), /* percent sign */
		STR_INIT("\u0967\u0968\u0969\u096a\u096b\u096c"),
		STR_INIT("12345\u00b2"), /* superscript */
		STR_INIT("12345\u2460"), /* circled */
		STR_INIT("12345\U0001d7d8"), /* mathematical */
		STR_INIT("2-7QKMU-4XD9T-HRB"),
		STR_INIT("7QKMP-4XD9T-HRB"),
		STR_INIT("2-7QKMP-4XD9T-H\u042fB"),
		STR_INIT("\x1b[123456"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_read(cases[i], "none");
	assert_read(STR_NONE, "none");
}

/* 64 bytes and no more, were it but blanks. */
static void
long_texts_are_none(void **state)
{
	char text[CODE_ENTRY_LONGEST + 1];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "123456", 6);
	assert_read((struct str){ text, CODE_ENTRY_LONGEST }, "totp 123456");
	assert_read((struct str){ text, CODE_ENTRY_LONGEST + 1 }, "none");
	memset(text, '1', sizeof(text));
	assert_read((struct str){ text, CODE_ENTRY_LONGEST }, "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_read),
		cmocka_unit_test(everything_else_is_none),
		cmocka_unit_test(long_texts_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
