/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composing mails: whatever the words are, it is one message and nothing else
 * (rows T169, T171, T174).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/mail.h"

static const struct mail_head head = {
	.from = STR_INIT("sso@example.org"),
	.message_id = STR_INIT("00ff.1@sso.example.org"),
	.date = INT64_C(1772366706) * 1000000, /* a Sunday */
};

static struct mail
mail_of(struct str subject, struct str text)
{
	return (struct mail){ STR("marie@example.org"), subject, text };
}

static void
test_whole(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
	struct mail mail =
	    mail_of(STR("Your code"), STR("4821 7736\n\nFin \xc3\xa0 1=1.\n"));

	(void)state;
	assert_true(mail_compose(&mail, &head, &out));
	assert_string_equal(buf_cstr(&out),
	    "Date: Sun, 1 Mar 2026 12:05:06 +0000\r\n"
	    "From: <sso@example.org>\r\n"
	    "To: <marie@example.org>\r\n"
	    "Message-ID: <00ff.1@sso.example.org>\r\n"
	    "Subject: Your code\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "\r\n"
	    "4821 7736\r\n"
	    "\r\n"
	    "=46in =C3=A0 1=3D1.\r\n");
}

struct subject_case {
	struct str subject;
	const char *line;
};

static const struct subject_case subjects[] = {
	{ STR_INIT(""), "Subject: \r\n" },
	{ STR_INIT("Caf\xc3\xa9"), "Subject: =?UTF-8?B?Q2Fmw6k=?=\r\n" },
	{ STR_INIT("a"), "Subject: a\r\n" },
	{ STR_INIT("=?UTF-8?Q?a?="),
	    "Subject: =?UTF-8?B?PT9VVEYtOD9RP2E/PQ==?=\r\n" },
	/* no line of its own, no field of its own */
	{ STR_INIT("a\r\nBcc: x@example.org"),
	    "Subject: a  Bcc: x@example.org\r\n" },
	{ STR_INIT("a\n\nbody"), "Subject: a  body\r\n" },
	/* 39 bytes a word, no letter cut in two */
	{ STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9"
		   "b"),
	    "Subject: =?UTF-8?B?"
	    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n"
	    " =?UTF-8?B?w6li?=\r\n" },
};

static void
test_subjects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(subjects); i++) {
		CLEANUP(buf_clear)
		struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
		struct mail mail = mail_of(subjects[i].subject, STR("x"));

		assert_true(mail_compose(&mail, &head, &out));
		if (strstr(buf_cstr(&out), subjects[i].line) == NULL)
			fail_msg("no \"%s\" in \"%s\"", subjects[i].line,
			    buf_cstr(&out));
	}
}

static void
test_sender_has_a_name(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
	struct mail mail = mail_of(STR("x"), STR("x"));
	struct mail_head named = head;

	(void)state;
	named.from_name = STR("Universit\xc3\xa9\" <x@y.example>");
	assert_true(mail_compose(&mail, &named, &out));
	assert_non_null(strstr(buf_cstr(&out),
	    "From: =?UTF-8?B?VW5pdmVyc2l0w6kiIDx4QHkuZXhhbXBsZT4=?=\r\n"
	    " <sso@example.org>\r\n"));
}

struct text_case {
	struct str text;
	const char *body;
};

#define X75 \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxx"

static const struct text_case texts[] = {
	{ STR_INIT(""), "" },
	{ STR_INIT("a"), "a\r\n" },
	{ STR_INIT("a\n"), "a\r\n" },
	/* the end of the message, in all its spellings */
	{ STR_INIT("."), "=2E\r\n" },
	{ STR_INIT("a\n.\nb"), "a\r\n=2E\r\nb\r\n" },
	{ STR_INIT("a\r\n.\r\nMAIL FROM:<x>\r\n"),
	    "a\r\n=2E\r\nMAIL FROM:<x>\r\n" },
	{ STR_INIT("a\r.\rb"), "a . b\r\n" },
	{ STR_INIT("a\n.\rb"), "a\r\n=2E b\r\n" },
	{ STR_INIT("..a"), "=2E.a\r\n" },
	{ STR_INIT("From me"), "=46rom me\r\n" },
	/* blanks at the end of a line, control characters */
	{ STR_INIT("a \nb\t\n"), "a=20\r\nb=20\r\n" },
	{ STR_INIT("a\x1b[2J\x7f"), "a [2J=20\r\n" },
	/* soft line breaks */
	{ STR_INIT(X75), X75 "\r\n" },
	{ STR_INIT(X75 "y"), X75 "=\r\ny\r\n" },
	{ STR_INIT(X75 "."), X75 "=\r\n=2E\r\n" },
	{ STR_INIT(X75 "\xc3\xa9"), X75 "=\r\n=C3=A9\r\n" },
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		CLEANUP(buf_clear)
		struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
		struct mail mail = mail_of(STR("x"), texts[i].text);
		const char *body;

		assert_true(mail_compose(&mail, &head, &out));
		body = strstr(buf_cstr(&out), "\r\n\r\n");
		assert_non_null(body);
		assert_string_equal(body + 4, texts[i].body);
	}
}

static void
test_refused(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
	static char long_text[MAIL_TEXT_LONGEST + 1];
	struct mail good = mail_of(STR("x"), STR("x")), mail = good;
	struct mail_head other = head;

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	mail.to = STR("a@b.org>\r\nRCPT TO:<c@d.org");
	assert_false(mail_compose(&mail, &head, &out));
	mail = mail_of(STR("\xff"), STR("x"));
	assert_false(mail_compose(&mail, &head, &out));
	mail = mail_of(STR("x"), STR("a\0b"));
	assert_false(mail_compose(&mail, &head, &out));
	mail = mail_of(STR("x"), (struct str){ long_text, sizeof(long_text) });
	assert_false(mail_compose(&mail, &head, &out));
	other.message_id = STR("a>\r\nBcc: <x");
	assert_false(mail_compose(&good, &other, &out));
	other = head;
	other.from = STR("root");
	assert_false(mail_compose(&good, &other, &out));
	other = head;
	other.date = -1;
	assert_false(mail_compose(&good, &other, &out));
}

/* The worst text of the longest allowed length fits. */
static void
test_longest(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(MAIL_COMPOSED_LONGEST);
	CLEANUP(buf_clear) struct buf packed = BUF_INIT(MAIL_PACKED_LONGEST);
	static char text[MAIL_TEXT_LONGEST];
	struct mail mail =
	    mail_of(STR("x"), (struct str){ text, sizeof(text) });

	(void)state;
	memset(text, '=', sizeof(text));
	assert_true(mail_compose(&mail, &head, &out));
	assert_true(mail_pack(&mail, &packed));
}

static void
test_packing(void **state)
{
	CLEANUP(buf_clear) struct buf packed = BUF_INIT(MAIL_PACKED_LONGEST);
	struct mail mail = mail_of(STR("Caf\xc3\xa9"), STR("line\n")), back;
	struct str whole;

	(void)state;
	assert_true(mail_pack(&mail, &packed));
	whole = buf_str(&packed);
	assert_true(mail_unpack(whole, &back));
	assert_true(str_equal(back.to, mail.to));
	assert_true(str_equal(back.subject, mail.subject));
	assert_true(str_equal(back.text, mail.text));
	for (size_t len = 0; len < whole.len; len++)
		assert_false(mail_unpack(str_first(whole, len), &back));
	buf_char(&packed, 'x');
	assert_false(mail_unpack(buf_str(&packed), &back));
	packed.at[0] = 2;
	assert_false(
	    mail_unpack(str_first(buf_str(&packed), whole.len), &back));
	mail.to = STR("nobody");
	buf_reset(&packed);
	assert_false(mail_pack(&mail, &packed));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_sender_has_a_name),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_packing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
