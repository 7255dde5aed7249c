/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Absolute URLs: the good ones part by part, the bad ones refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "text/url.h"

struct url_case {
	struct str text;
	const char *scheme;
	const char *host;
	const char *port; /* NULL for an absent part */
	const char *path;
	const char *query;
	const char *fragment;
};

static const struct url_case good_cases[] = {
	{ STR_INIT("https://app.uni.example"), "https", "app.uni.example", NULL,
	    "", NULL, NULL },
	{ STR_INIT("http://a/"), "http", "a", NULL, "/", NULL, NULL },
	{ STR_INIT("HTTPS://App.Uni.Example:8443/CB?a=b&c#d"), "HTTPS",
	    "App.Uni.Example", "8443", "/CB", "a=b&c", "d" },
	{ STR_INIT("https://a?b"), "https", "a", NULL, "", "b", NULL },
	{ STR_INIT("https://a#b"), "https", "a", NULL, "", NULL, "b" },
	{ STR_INIT("https://a/?"), "https", "a", NULL, "/", "", NULL },
	{ STR_INIT("https://a/#"), "https", "a", NULL, "/", NULL, "" },
	{ STR_INIT("https://a/#b?c/d"), "https", "a", NULL, "/", NULL,
	    "b?c/d" },
	{ STR_INIT("https://a?b/c:d@e?f"), "https", "a", NULL, "", "b/c:d@e?f",
	    NULL },
	{ STR_INIT("https://a//b/../c;d@e:f"), "https", "a", NULL,
	    "//b/../c;d@e:f", NULL, NULL },
	{ STR_INIT("https://evil/?https://app.uni.example/cb"), "https", "evil",
	    NULL, "/", "https://app.uni.example/cb", NULL },
	{ STR_INIT("https://a:65535/"), "https", "a", "65535", "/", NULL,
	    NULL },
	{ STR_INIT("https://a:1"), "https", "a", "1", "", NULL, NULL },
	{ STR_INIT("https://127.0.0.1:80/"), "https", "127.0.0.1", "80", "/",
	    NULL, NULL },
	{ STR_INIT("https://[::1]/"), "https", "[::1]", NULL, "/", NULL, NULL },
	{ STR_INIT("https://[2001:DB8::1]:443"), "https", "[2001:DB8::1]",
	    "443", "", NULL, NULL },
	{ STR_INIT("https://xn--nxa.a_b-c.1a/"), "https", "xn--nxa.a_b-c.1a",
	    NULL, "/", NULL, NULL },
	{ STR_INIT("https://a/caf\xc3\xa9?\xc3\xa9#\xc3\xa9"), "https", "a",
	    NULL, "/caf\xc3\xa9", "\xc3\xa9", "\xc3\xa9" },
	{ STR_INIT("https://a/%41%2f%0d?%25|[]{}"), "https", "a", NULL,
	    "/%41%2f%0d", "%25|[]{}", NULL },
};

static void
expect_part(struct str found, const char *expected, struct str url)
{
	bool same = expected == NULL ? found.at == NULL
				     : found.at != NULL &&
					   str_equal(found, str_of(expected));

	if (!same)
		fail_msg("%.*s: \"%.*s\"", STR_ARGS(url), STR_ARGS(found));
}

static void
test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good_cases); i++) {
		const struct url_case *expected = &good_cases[i];
		struct url url;

		if (!url_parse(expected->text, &url))
			fail_msg("refused %.*s", STR_ARGS(expected->text));
		expect_part(url.scheme, expected->scheme, expected->text);
		expect_part(url.host, expected->host, expected->text);
		expect_part(url.port, expected->port, expected->text);
		expect_part(url.path, expected->path, expected->text);
		expect_part(url.query, expected->query, expected->text);
		expect_part(url.fragment, expected->fragment, expected->text);
	}
}

static const struct str bad_cases[] = {
	STR_INIT(""),
	STR_INIT("https"),
	STR_INIT("https:"),
	STR_INIT("https:/"),
	STR_INIT("https://"),
	STR_INIT("https:///a"),
	STR_INIT("https://?a"),
	STR_INIT("https://#a"),
	STR_INIT("https:a"),
	STR_INIT("https:/a/"),
	STR_INIT("//a/"),
	STR_INIT("/a"),
	STR_INIT("://a/"),
	STR_INIT("a/"),
	STR_INIT("javascript:alert(1)"),
	STR_INIT("javascript://a/%0aalert(1)"),
	STR_INIT("data:text/html,x"),
	STR_INIT("vbscript:x"),
	STR_INIT("file:///etc/passwd"),
	STR_INIT("ftp://a/"),
	STR_INIT("httpss://a/"),
	STR_INIT("http s://a/"),
	STR_INIT(" https://a/"),
	STR_INIT("https://a/ "),
	STR_INIT("\thttps://a/"),
	STR_INIT("ht\ntps://a/"),
	STR_INIT("https://a/\n"),
	STR_INIT("https://a/\r\nSet-Cookie:x"),
	STR_INIT("https://a/b c"),
	STR_INIT("https://a/\x7f"),
	STR_INIT("https://a/\0"),
	STR_INIT("https://a\0.evil/"),
	STR_INIT("https://a/\xc2\x85"),
	STR_INIT("https://a/\xe2\x80\xa8"),
	STR_INIT("https://a/\xe2\x80\xa9"),
	STR_INIT("https://a/\xff"),
	STR_INIT("https://a/\xc0\xaf"),
	STR_INIT("https://a/%"),
	STR_INIT("https://a/%2"),
	STR_INIT("https://a/%zz"),
	STR_INIT("https://a/?%g0"),
	STR_INIT("https://a/%00"),
	STR_INIT("https://a/#%"),
	STR_INIT("https://a/#b#c"),
	STR_INIT("https://a\\b/"),
	STR_INIT("https:\\\\a\\"),
	STR_INIT("https://a/\\..\\b"),
	STR_INIT("https://app.uni.example@evil/"),
	STR_INIT("https://app.uni.example:443@evil/"),
	STR_INIT("https://a@b@app.uni.example/"),
	STR_INIT("https://@a/"),
	STR_INIT("https://a%40evil/"),
	STR_INIT("https://%61/"),
	STR_INIT("https://app.uni.example\xc3\xa9/"),
	STR_INIT("https://a\xe3\x80\x82.example/"),
	STR_INIT("https://a:/"),
	STR_INIT("https://a:0/"),
	STR_INIT("https://a:00/"),
	STR_INIT("https://a:0443/"),
	STR_INIT("https://a:65536/"),
	STR_INIT("https://a:99999999999999999999/"),
	STR_INIT("https://a:+1/"),
	STR_INIT("https://a:1x/"),
	STR_INIT("https://a:1:2/"),
	STR_INIT("https://:443/"),
	STR_INIT("https://a./"),
	STR_INIT("https://.a/"),
	STR_INIT("https://a..b/"),
	STR_INIT("https://./"),
	STR_INIT("https://a*/"),
	STR_INIT("https://*.uni.example/"),
	STR_INIT("https://a,b/"),
	STR_INIT("https://a;b/"),
	STR_INIT("https://a<b/"),
	STR_INIT("https://127.1/"),
	STR_INIT("https://2130706433/"),
	STR_INIT("https://0x7f000001/"),
	STR_INIT("https://0x7f.0.0.1/"),
	STR_INIT("https://a.0x/"),
	STR_INIT("https://0177.0.0.1/"),
	STR_INIT("https://127.0.0.01/"),
	STR_INIT("https://256.0.0.1/"),
	STR_INIT("https://1.2.3.4.5/"),
	STR_INIT("https://a.1/"),
	STR_INIT("https://[]/"),
	STR_INIT("https://[::1/"),
	STR_INIT("https://::1/"),
	STR_INIT("https://[::1]x/"),
	STR_INIT("https://[::1]x:80/"),
	STR_INIT("https://[::1]:/"),
	STR_INIT("https://[::g]/"),
	STR_INIT("https://[fe80::1%25eth0]/"),
	STR_INIT("https://[fe80::1%eth0]/"),
	STR_INIT("https://[v1.a]/"),
	STR_INIT("https://[127.0.0.1]/"),
	STR_INIT("https://a[::1]/"),
	STR_INIT("https://[a]/"),
	STR_INIT("https://[/]"),
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_cases); i++) {
		struct url url = { .host = STR_INIT("untouched") };

		if (url_parse(bad_cases[i], &url))
			fail_msg("accepted %.*s", STR_ARGS(bad_cases[i]));
		expect_part(url.host, "untouched", bad_cases[i]);
	}
}

static void
expect_length(const char *start, size_t letters, const char *end, bool good)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(10000);
	struct url url;

	buf_words(&text, start);
	for (size_t i = 0; i < letters; i++)
		buf_char(&text, i % 64 == 63 ? '.' : 'a');
	buf_words(&text, end);
	assert_int_equal(url_parse(buf_str(&text), &url), good);
}

static void
test_lengths(void **state)
{
	(void)state;
	expect_length("https://a/", 4096 - 10, "", true);
	expect_length("https://a/", 4096 - 9, "", false);
	expect_length("https://", 63, "/", true);
	expect_length("https://a", 63, "/", false);
	expect_length("https://", 253, "/", true);
	expect_length("https://", 254, "/", false);
}

static void
test_origin(void **state)
{
	static const char *const cases[][2] = {
		{ "https://a.example/b?c#d", "https://a.example" },
		{ "https://a.example:8443?c", "https://a.example:8443" },
		{ "http://[::1]:80/", "http://[::1]:80" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(100);
		struct url url;

		assert_true(url_parse(str_of(cases[i][0]), &url));
		url_put_origin(&out, &url);
		assert_string_equal(buf_cstr(&out), cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
