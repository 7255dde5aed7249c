/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an authenticator app is told its secret: the URI letter by letter, names
 * of all kinds, and the key for typing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "factors/otpauth.h"

#define KEY "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define LONG_NAME "abcdefghijklmnopqrstuvwxyz0123456789abcdefghij"
#define REST "&algorithm=SHA1&digits=6&period=30"

static const uint8_t secret[] = "12345678901234567890";

static void
assert_uri(struct str issuer, struct str account, const char *expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(OTPAUTH_URI_LONGEST);
	struct otpauth_label label = { issuer, account };

	assert_true(otpauth_uri(&out, &label, secret));
	assert_true(buf_ok(&out));
	assert_string_equal(buf_cstr(&out), expected);
}

static void
uris_are_spelled_for_all_apps(void **state)
{
	(void)state;
	assert_uri(STR("Nanterre"), STR("12345678"),
	    "otpauth://totp/Nanterre:12345678?secret=" KEY
	    "&issuer=Nanterre" REST);
	/* A blank is %20, never +; nothing but the two names is free text. */
	assert_uri(STR("Paris Nanterre"), STR("a+b@c.fr"),
	    "otpauth://totp/Paris%20Nanterre:a%2Bb%40c.fr?secret=" KEY
	    "&issuer=Paris%20Nanterre" REST);
	assert_uri(STR("Universit\u00e9"), STR("\u00e9l\u00e8ve"),
	    "otpauth://totp/Universit%C3%A9:%C3%A9l%C3%A8ve?secret=" KEY
	    "&issuer=Universit%C3%A9" REST);
	assert_uri(STR("a&secret=b#c?d/e%41"), STR("x"),
	    "otpauth://totp/a%26secret%3Db%23c%3Fd%2Fe%2541:x?secret=" KEY
	    "&issuer=a%26secret%3Db%23c%3Fd%2Fe%2541" REST);
}

/* FreeOTP refuses a label with a second colon. */
static void
names_are_made_fit(void **state)
{
	(void)state;
	assert_uri(STR("a:b"), STR("c::d"),
	    "otpauth://totp/a%20b:c%20%20d?secret=" KEY "&issuer=a%20b" REST);
	assert_uri(STR(" \tI\r\n\x7f"), STR("\x01x\x01"),
	    "otpauth://totp/I:x?secret=" KEY "&issuer=I" REST);
	assert_uri(STR(LONG_NAME), STR(LONG_NAME),
	    "otpauth://totp/abcdefghijklmnopqrst:"
	    "abcdefghijklmnopqrstuvwxyz0123456789abcd?secret=" KEY
	    "&issuer=abcdefghijklmnopqrst" REST);
	/* Characters count, not bytes, and none is cut. */
	assert_uri(STR("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
		       "\u00e9123456789\u20ac\u20ac"),
	    STR("x"),
	    "otpauth://totp/%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9"
	    "%C3%A9%C3%A9123456789%E2%82%AC:x?secret=" KEY
	    "&issuer=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9"
	    "%C3%A9%C3%A9123456789%E2%82%AC" REST);
	/* No blank is left where the cut fell. */
	assert_uri(STR("abcdefghijklmnopqrs tu"), STR("x"),
	    "otpauth://totp/abcdefghijklmnopqrs:x?secret=" KEY
	    "&issuer=abcdefghijklmnopqrs" REST);
}

static void
the_longest_uri_has_room(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(OTPAUTH_URI_LONGEST);
	CLEANUP(buf_clear) struct buf name = BUF_INIT(1000);
	struct otpauth_label label;

	(void)state;
	for (int i = 0; i < 2 * OTPAUTH_ACCOUNT_LONGEST; i++)
		buf_words(&name, "\U0001f511");
	label.issuer = label.account = buf_str(&name);
	assert_true(otpauth_uri(&out, &label, secret));
	assert_true(buf_ok(&out));
	assert_true(str_ends(buf_str(&out), STR(REST)));
}

static void
nameless_apps_are_refused(void **state)
{
	static const struct str bad[] = { STR_INIT(""), STR_INIT("  \t"),
		STR_INIT(":"), STR_INIT("\r\n"), STR_INIT("a\xff"),
		STR_INIT("a\xc3"), STR_INIT("a\0b") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);
		struct otpauth_label issuer = { bad[i], STR_INIT("x") };
		struct otpauth_label account = { STR_INIT("x"), bad[i] };

		assert_false(otpauth_uri(&out, &issuer, secret));
		assert_false(otpauth_uri(&out, &account, secret));
		assert_int_equal(out.len, 0);
	}
}

static void
keys_stand_in_groups_of_four(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(39);

	(void)state;
	otpauth_key(&out, secret);
	assert_string_equal(
	    buf_cstr(&out), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uris_are_spelled_for_all_apps),
		cmocka_unit_test(names_are_made_fit),
		cmocka_unit_test(the_longest_uri_has_room),
		cmocka_unit_test(nameless_apps_are_refused),
		cmocka_unit_test(keys_stand_in_groups_of_four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
