/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping for HTML, XML, JSON and URLs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "text/escape.h"

struct escape_case {
	struct str text;
	const char *html; /* NULL: the text itself */
	const char *xml;
	const char *json; /* without its quotes */
	const char *url;
};

static const struct escape_case cases[] = {
	{ STR_INIT(""), "", "", "", "" },
	{ STR_INIT("plain-text_1.~"), NULL, "plain-text_1.~", "plain-text_1.~",
	    "plain-text_1.~" },
	{ STR_INIT("<a b=\"c\">'&amp;"),
	    "&lt;a b=&quot;c&quot;&gt;&#39;&amp;amp;",
	    "&lt;a b=&quot;c&quot;&gt;&#39;&amp;amp;", "<a b=\\\"c\\\">'&amp;",
	    "%3Ca%20b%3D%22c%22%3E%27%26amp%3B" },
	{ STR_INIT("]]>"), "]]&gt;", "]]&gt;", "]]>", "%5D%5D%3E" },
	{ STR_INIT("a\\/b"), NULL, "a\\/b", "a\\\\/b", "a%5C%2Fb" },
	{ STR_INIT("caf\xc3\xa9"), NULL, "caf&#233;", "caf\\u00e9",
	    "caf%C3%A9" },
	{ STR_INIT("\xf0\x9f\x98\x80"), NULL, "&#128512;", "\\ud83d\\ude00",
	    "%F0%9F%98%80" },
	{ STR_INIT("\xf4\x8f\xbf\xbd"), NULL, "&#1114109;", "\\udbff\\udffd",
	    "%F4%8F%BF%BD" },
	{ STR_INIT("\xef\xbf\xbf\xef\xbf\xbe"), NULL, "", "\\uffff\\ufffe",
	    "%EF%BF%BF%EF%BF%BE" },
	{ STR_INIT("a\tb\nc\rd"), NULL, "a&#9;b&#10;c&#13;d",
	    "a\\u0009b\\u000ac\\u000dd", "a%09b%0Ac%0Dd" },
	{ STR_INIT("a\x01\x1f\x7f"
		   "b"),
	    NULL, "ab", "a\\u0001\\u001f\\u007fb", "a%01%1F%7Fb" },
	{ STR_INIT("\xc2\x80\xc2\x9f\xc2\xa0"), NULL, "&#160;",
	    "\\u0080\\u009f\\u00a0", "%C2%80%C2%9F%C2%A0" },
	{ STR_INIT("\xe2\x80\xa8"), NULL, "&#8232;", "\\u2028", "%E2%80%A8" },
	{ STR_INIT("a\xff"
		   "b\xc3"),
	    NULL, "a&#65533;b&#65533;", "a\\ufffdb\\ufffd", "a%FFb%C3" },
	{ STR_INIT("\xed\xa0\x80"), NULL, "&#65533;&#65533;&#65533;",
	    "\\ufffd\\ufffd\\ufffd", "%ED%A0%80" },
	{ STR_INIT("%2F+ "), NULL, "%2F+ ", "%2F+ ", "%252F%2B%20" },
};

static void
expect_escaped(void (*escape)(struct buf *, struct str), struct str text,
    struct str expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	escape(&out, text);
	assert_true(buf_ok(&out));
	if (!str_equal(buf_str(&out), expected))
		fail_msg("\"%.*s\" instead of \"%.*s\"",
		    STR_ARGS(buf_str(&out)), STR_ARGS(expected));
}

static void
test_html(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_escaped(escape_html, cases[i].text,
		    cases[i].html != NULL ? str_of(cases[i].html)
					  : cases[i].text);
}

static void
test_xml(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_escaped(escape_xml, cases[i].text, str_of(cases[i].xml));
	expect_escaped(escape_xml, STR("a\0b"), STR("ab"));
}

static void
test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf quoted = BUF_INIT(1000);

		buf_format(&quoted, "\"%s\"", cases[i].json);
		expect_escaped(escape_json, cases[i].text, buf_str(&quoted));
	}
	expect_escaped(escape_json, STR("a\0b"), STR("\"a\\u0000b\""));
}

static void
test_url(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_escaped(escape_url, cases[i].text, str_of(cases[i].url));
	expect_escaped(escape_url, STR("a\0b"), STR("a%00b"));
}

struct plain_case {
	struct str text;
	const char *plain;
};

static const struct plain_case plain_cases[] = {
	{ STR_INIT(""), "" },
	{ STR_INIT("<b>\"a\" & 'c'</b>"), "<b>\"a\" & 'c'</b>" },
	{ STR_INIT("a\r\nBcc: x\n\n.\t"), "a  Bcc: x  . " },
	{ STR_INIT("a\0b\x1b\x7f"), "a b  " },
	{ STR_INIT("caf\xc3\xa9 \xf0\x9f\x98\x80"),
	    "caf\xc3\xa9 \xf0\x9f\x98\x80" },
	{ STR_INIT("a\xff"
		   "b\xc3"),
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd" },
	/* next line, line separator, right-to-left override, isolate */
	{ STR_INIT("\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6"), "    " },
};

static void
test_plain(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(plain_cases); i++)
		expect_escaped(escape_plain, plain_cases[i].text,
		    str_of(plain_cases[i].plain));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
