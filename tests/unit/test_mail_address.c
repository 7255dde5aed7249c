/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mail addresses there are (row T169): everything else never gets as far
 * as a mail server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/mail_address.h"

#define A16 "abcdefghijklmnop"
#define A64 A16 A16 A16 A16
#define LABEL_63 A16 A16 A16 "abcdefghijklmno"

struct address_case {
	struct str typed;
	const char *canonical; /* NULL: refused */
};

static const struct address_case cases[] = {
	{ STR_INIT("marie.curie@example.org"), "marie.curie@example.org" },
	{ STR_INIT(" \tMarie@Example.ORG "), "Marie@example.org" },
	{ STR_INIT("o'neil+cas_1=x&y~z@a-b.example"),
	    "o'neil+cas_1=x&y~z@a-b.example" },
	{ STR_INIT("1@1.example"), "1@1.example" },
	{ STR_INIT(A64 "@example.org"), A64 "@example.org" },
	{ STR_INIT("x@" LABEL_63 ".fr"), "x@" LABEL_63 ".fr" },
	{ STR_INIT("x@xn--caf-dma.example"), "x@xn--caf-dma.example" },
	{ STR_INIT("a-@example.org"), "a-@example.org" },
	/* too long */
	{ STR_INIT(A64 "x@example.org"), NULL },
	{ STR_INIT("x@" LABEL_63 "x.fr"), NULL },
	{ STR_INIT(A64 "@" LABEL_63 "." LABEL_63 "." LABEL_63), NULL },
	/* not of this form */
	{ STR_INIT(""), NULL },
	{ STR_INIT("@"), NULL },
	{ STR_INIT("marie"), NULL },
	{ STR_INIT("@example.org"), NULL },
	{ STR_INIT("marie@"), NULL },
	{ STR_INIT("marie@localhost"), NULL },
	{ STR_INIT("marie@example.org."), NULL },
	{ STR_INIT("marie@.example.org"), NULL },
	{ STR_INIT("marie@exa..mple"), NULL },
	{ STR_INIT("marie@-example.org"), NULL },
	{ STR_INIT("marie@example-.org"), NULL },
	{ STR_INIT("marie@exam_ple.org"), NULL },
	{ STR_INIT("marie@192.0.2.7"), NULL },
	{ STR_INIT("marie@[192.0.2.7]"), NULL },
	{ STR_INIT(".marie@example.org"), NULL },
	{ STR_INIT("marie.@example.org"), NULL },
	{ STR_INIT("ma..rie@example.org"), NULL },
	{ STR_INIT("a@b@example.org"), NULL },
	{ STR_INIT("Marie <marie@example.org>"), NULL },
	{ STR_INIT("<marie@example.org>"), NULL },
	{ STR_INIT("a@example.org,b@example.org"), NULL },
	{ STR_INIT("a@example.org b@example.org"), NULL },
	{ STR_INIT("marie(comment)@example.org"), NULL },
	/* commands of SMTP, header fields, ends */
	{ STR_INIT("a@b>\r\nRCPT TO:<x@example.org"), NULL },
	{ STR_INIT("a@example.org\r\nRCPT TO:<x@example.org>"), NULL },
	{ STR_INIT("a@example.org\n"), NULL },
	{ STR_INIT("a@example.org\r"), NULL },
	{ STR_INIT("\na@example.org"), NULL },
	{ STR_INIT("a\0@example.org"), NULL },
	{ STR_INIT("a@example.org\0"), NULL },
	{ STR_INIT("a@example\0.org"), NULL },
	{ STR_INIT("\"a b\"@example.org"), NULL },
	{ STR_INIT("\"a\"@example.org"), NULL },
	{ STR_INIT("a\\@example.org"), NULL },
	/* options and programs behind the mail server, routing */
	{ STR_INIT("-oQ/tmp@example.org"), NULL },
	{ STR_INIT("|sh@example.org"), NULL },
	{ STR_INIT("/etc/passwd@example.org"), NULL },
	{ STR_INIT("`id`@example.org"), NULL },
	{ STR_INIT("$(id)@example.org"), NULL },
	{ STR_INIT("user%elsewhere@example.org"), NULL },
	{ STR_INIT("elsewhere!user@example.org"), NULL },
	{ STR_INIT("@a.example:b@example.org"), NULL },
	/* letters that would need SMTPUTF8, and look-alikes */
	{ STR_INIT("mari\xc3\xa9@example.org"), NULL },
	{ STR_INIT("marie@caf\xc3\xa9.example"), NULL },
	{ STR_INIT("m\xd0\xb0rie@example.org"), NULL },
	{ STR_INIT("marie@example\xe3\x80\x82org"), NULL },
	{ STR_INIT("marie\xef\xbc\xa0"
		   "example.org"),
	    NULL },
	{ STR_INIT("\xff@example.org"), NULL },
};

static void
test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);
		bool allowed = mail_address_canonical(cases[i].typed, &out);

		if (allowed != (cases[i].canonical != NULL))
			fail_msg("\"%.*s\" was %s", STR_ARGS(cases[i].typed),
			    allowed ? "accepted" : "refused");
		assert_string_equal(
		    buf_cstr(&out), allowed ? cases[i].canonical : "");
		assert_int_equal(allowed && out.len == cases[i].typed.len &&
				     str_equal(buf_str(&out), cases[i].typed),
		    mail_address_is_canonical(cases[i].typed));
	}
}

/* Of all bytes only the listed ones may stand in the middle of each part. */
static void
test_every_byte(void **state)
{
	struct str local = STR("abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789._+-'&=~");
	struct str domain = STR("abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);
		char typed[] = "aXb@aXb.org";
		struct str view = { typed, sizeof(typed) - 1 };

		typed[1] = (char)byte;
		typed[5] = 'b';
		assert_int_equal(mail_address_canonical(view, &out),
		    str_find(local, (char)byte) < local.len);
		typed[1] = 'b';
		typed[5] = (char)byte;
		assert_int_equal(mail_address_canonical(view, &out),
		    str_find(domain, (char)byte) < domain.len);
	}
}

/* 254 bytes in all and not one more. */
static void
test_longest(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);
	struct str most =
	    STR(A64 "@" LABEL_63 "." LABEL_63 "." A16 A16 A16 "abcdefghijklm");
	struct str more =
	    STR(A64 "@" LABEL_63 "." LABEL_63 "." A16 A16 A16 "abcdefghijklmn");

	(void)state;
	assert_int_equal(most.len, MAIL_ADDRESS_LONGEST);
	assert_true(mail_address_canonical(most, &out));
	assert_true(mail_address_is_canonical(most));
	assert_false(mail_address_canonical(more, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
