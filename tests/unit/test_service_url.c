/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service URLs: what is refused, which spellings are the same service, where
 * the ticket goes, and what a pattern covers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cas/service_url.h"

#define H "https://app.uni.example"

static void
canonical(struct str url, struct buf *out)
{
	buf_reset(out);
	if (!service_url_canonical(url, out))
		fail_msg("refused: %.*s", STR_ARGS(url));
}

static void
canonical_forms(void **state)
{
	static const struct {
		const char *url, *canonical;
	} cases[] = {
		{ H, H "/" },
		{ H "/", H "/" },
		{ H "?a=1", H "/?a=1" },
		{ "HTTPS://App.UNI.Example/Path", H "/Path" },
		{ "http://app.uni.example:80/x", "http://app.uni.example/x" },
		{ H ":443/x", H "/x" },
		{ H ":80/x", H ":80/x" },
		{ "http://h:443/", "http://h:443/" },
		{ "https://[2001:DB8::A]:8443/x",
		    "https://[2001:db8::a]:8443/x" },
		{ "https://127.0.0.1/x", "https://127.0.0.1/x" },
		{ H "/%7euser/%41%2d%2E%5f", H "/~user/A-._" },
		{ H "/a%2fb%3f%23%26%3d%25", H "/a%2Fb%3F%23%26%3D%25" },
		{ H "/?a=%2f%3f%23%26%3d%25%2b",
		    H "/?a=%2F%3F%23%26%3D%25%2B" },
		{ H "/a+b", H "/a+b" },
		{ H "/?a+b=c+d", H "/?a%20b=c%20d" },
		{ H "/%2520", H "/%2520" },
		{ H "/%252520%25", H "/%252520%25" },
		{ H "/100%25%32%30", H "/100%2520" },
		{ H "/?a=%2561", H "/?a=%2561" },
		{ H "/\xc3\xa9?\xc3\xa9", H "/%C3%A9?%C3%A9" },
		{ H "/\"<>`{}|^[]", H "/%22%3C%3E%60%7B%7D%7C%5E%5B%5D" },
		{ H "/!$&'()*,;=:@", H "/!$&'()*,;=:@" },
		{ H "/?!$'()*,;=:@/?", H "/?!$'()*,;=:@/?" },
		{ H "/x?", H "/x" },
		{ H "/x?#", H "/x" },
		{ H "/x#top", H "/x" },
		{ H "/x#?ticket=1", H "/x" },
		{ H "/x?a=1#b?c", H "/x?a=1" },
		{ H "/x;jsessionid=0A", H "/x" },
		{ H "/x;JSESSIONID=0A?q=1", H "/x?q=1" },
		{ H "/x;jsessionid=0A/y;JSessionId=1;v=2/z", H "/x/y/z" },
		{ H "/x;%6asessionid=0A/y", H "/x/y" },
		{ H "/x;jsession=0A", H "/x;jsession=0A" },
		{ H "/x;v=1;jsessionid=0A", H "/x;v=1" },
		{ H "/x?a=;jsessionid=0A", H "/x?a=;jsessionid=0A" },
		{ H "/?ticket=ST-1", H "/" },
		{ H "/?ticket", H "/" },
		{ H "/?ticket=", H "/" },
		{ H "/?SAMLart=ST-1&a=1", H "/?a=1" },
		{ H "/?%53AMLart", H "/" },
		{ H "/?samlart=1&SAMLar=2&SAMLarts=3",
		    H "/?samlart=1&SAMLar=2&SAMLarts=3" },
		{ H "/?a=1&ticket=ST-1&b=2&ticket=3", H "/?a=1&b=2" },
		{ H "/?%74icke%74=ST-1&a", H "/?a" },
		{ H "/?Ticket=1&tickets=2&xticket=3&ticke=4",
		    H "/?Ticket=1&tickets=2&xticket=3&ticke=4" },
		{ H "/?b=2&a=1&b=2", H "/?b=2&a=1&b=2" },
		{ H "/?a&&b&", H "/?a&&b&" },
		{ H "/...", H "/..." },
		{ H "/a..b/.c/d.", H "/a..b/.c/d." },
		{ H "/a//b", H "/a//b" },
		{ H "/a?next=../x", H "/a?next=../x" },
		{ H "/?u=https%3A%2F%2Fb%2F%3Fx",
		    H "/?u=https%3A%2F%2Fb%2F%3Fx" },
	};
	CLEANUP(buf_clear) struct buf out = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf again = BUF_INIT(SERVICE_URL_LONGEST);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		canonical(str_of(cases[i].url), &out);
		assert_string_equal(buf_cstr(&out), cases[i].canonical);
		/* The canonical form of a canonical form is itself. */
		canonical(buf_str(&out), &again);
		assert_string_equal(buf_cstr(&again), buf_cstr(&out));
	}
}

/* Rows F31 of the conformance list: same service, or another one. */
static void
pairs_are_compared(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{ H "/cb", H "/cb", true },
		{ H "/cb", H ":443/cb", true },
		{ "http://a/cb", "http://a:80/cb", true },
		{ H "/cb", H ":8443/cb", false },
		{ "http://a/cb", "http://a:443/cb", false },
		{ "https://a/cb", "https://a:80/cb", false },
		{ "http://a/cb", "https://a/cb", false },
		{ "HTTPS://A/cb", "https://a/cb", true },
		{ H "/cb", H "/CB", false },
		{ H "/cb", H "/cb/", false },
		{ H, H "/", true },
		{ H "?a", H "/?a", true },
		{ H "/%7Ecb", H "/~cb", true },
		{ H "/%c3%a9", H "/%C3%A9", true },
		{ H "/\xc3\xa9", H "/%C3%A9", true },
		{ H "/%63b", H "/cb", true },
		{ H "/a%2fb", H "/a%2Fb", true },
		{ H "/a%2Fb", H "/a/b", false },
		{ H "/a%3Fb", H "/a?b", false },
		{ H "/a%23b", H "/a#b", false },
		{ H "/a%23b", H "/a", false },
		{ H "/?a%3D1", H "/?a=1", false },
		{ H "/?a%26b", H "/?a&b", false },
		{ H "/a%2561", H "/aa", false },
		{ H "/a%2561", H "/a%61", false },
		{ H "/?a+b", H "/?a%20b", true },
		{ H "/?a+b", H "/?a%2Bb", false },
		{ H "/?a%2bb", H "/?a%2Bb", true },
		{ H "/a+b", H "/a%20b", false },
		{ H "/cb;jsessionid=1", H "/cb", true },
		{ H "/cb;JSESSIONID=1?x", H "/cb;jsessionid=2?x", true },
		{ H "/cb;v=1", H "/cb", false },
		{ H "/cb#a", H "/cb#b", true },
		{ H "/cb?", H "/cb", true },
		{ H "/cb?ticket=ST-1", H "/cb", true },
		{ H "/cb?a=1&ticket=ST-1", H "/cb?a=1", true },
		{ H "/cb?a=1&Ticket=ST-1", H "/cb?a=1", false },
		{ H "/cb?a=1&b=2", H "/cb?b=2&a=1", false },
		{ H "/cb?a=1", H "/cb?A=1", false },
		{ H "/cb?a=", H "/cb?a", false },
		{ H "/cb?a=1", H "/cb", false },
		{ H "/cb?x=%22", H "/cb?x=\"", true },
		{ H "/cb?x[0]=1", H "/cb?x%5B0%5D=1", true },
		{ "https://[2001:db8::A]/", "https://[2001:db8::a]/", true },
		{ "https://a.example/", "https://b.example/", false },
	};
	CLEANUP(buf_clear) struct buf a = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf b = BUF_INIT(SERVICE_URL_LONGEST);

	(void)state;
	assert_true(COUNT_OF(pairs) >= 40);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		canonical(str_of(pairs[i].a), &a);
		canonical(str_of(pairs[i].b), &b);
		if (str_equal(buf_str(&a), buf_str(&b)) != pairs[i].equal)
			fail_msg("%s / %s", pairs[i].a, pairs[i].b);
	}
}

static const struct str refused[] = {
	/* Not an absolute web address. */
	STR_INIT(""),
	STR_INIT("/"),
	STR_INIT("//app.uni.example/cb"),
	STR_INIT("app.uni.example/cb"),
	STR_INIT("https:"),
	STR_INIT("https:/app.uni.example"),
	STR_INIT("https://"),
	STR_INIT("https:///cb"),
	STR_INIT("javascript:alert(1)"),
	STR_INIT("javascript://app.uni.example/%0aalert(1)"),
	STR_INIT("data:text/html,x"),
	STR_INIT("vbscript:x"),
	STR_INIT("file:///etc/passwd"),
	STR_INIT("ftp://app.uni.example/"),
	STR_INIT("imap://app.uni.example/"),
	STR_INIT(" " H),
	STR_INIT("\t" H),
	STR_INIT("ht\ntps://app.uni.example/"),
	STR_INIT(H " "),
	STR_INIT(H "/a b"),
	/* User information. */
	STR_INIT("https://app.uni.example@evil/"),
	STR_INIT("https://app.uni.example:443@evil/"),
	STR_INIT("https://a@b@app.uni.example/"),
	STR_INIT("https://@app.uni.example/"),
	STR_INIT("https://a%40app.uni.example/"),
	STR_INIT("https://app.uni.example%40evil/"),
	/* Hosts and ports that somebody repairs. */
	STR_INIT("https://app.uni.example./"),
	STR_INIT("https://.app.uni.example/"),
	STR_INIT("https://app..example/"),
	STR_INIT("https://app.uni.example%2eevil/"),
	STR_INIT("https://app.uni.example%00.evil/"),
	STR_INIT("https://app.uni.example\\.evil/"),
	STR_INIT("https://app.uni.example\\@evil/"),
	STR_INIT("https://\xc3\xa9.example/"),
	STR_INIT("https://*.example/"),
	STR_INIT("https://0x7f.1/"),
	STR_INIT("https://2130706433/"),
	STR_INIT("https://[::1/"),
	STR_INIT("https://[::1]x/"),
	STR_INIT("https://[fe80::1%25eth0]/"),
	STR_INIT(H ":/"),
	STR_INIT(H ":0/"),
	STR_INIT(H ":65536/"),
	STR_INIT(H ":+443/"),
	STR_INIT(H ":443x/"),
	/* Dot segments. */
	STR_INIT(H "/."),
	STR_INIT(H "/.."),
	STR_INIT(H "/./cb"),
	STR_INIT(H "/cb/../evil"),
	STR_INIT(H "/cb/%2e%2e/evil"),
	STR_INIT(H "/cb/%2E./evil"),
	STR_INIT(H "/cb/.%2e"),
	STR_INIT(H "/cb/..;/evil"),
	STR_INIT(H "/cb/..;x=1/evil"),
	STR_INIT(H "/cb/.;/evil"),
	STR_INIT(H "/cb/..%3b/evil"),
	STR_INIT(H "/cb/%2e%2e;x/evil"),
	STR_INIT(H "/cb/..;jsessionid=1/evil"),
	STR_INIT(H "/cb%2f..%2fevil"),
	STR_INIT(H "/cb/x%2f%2e%2e%2fevil"),
	STR_INIT(H "/cb/%252e%252e/evil"),
	STR_INIT(H "/cb/%25252e./evil"),
	STR_INIT(H "/cb/x%252f..%252fevil"),
	STR_INIT(H "/cb/%25%32%65%25%32%65/evil"),
	STR_INIT(H "/cb/%25%32e./evil"),
	STR_INIT(H "/cb/%%32%65"),
	STR_INIT(H "/cb/%25%2532e/evil"),
	STR_INIT(H "/cb/..?x"),
	STR_INIT(H "/cb/..#x"),
	/* Slashes and backslashes. */
	STR_INIT(H "//cb"),
	STR_INIT(H "//"),
	STR_INIT(H "/;jsessionid=1/cb"),
	STR_INIT(H "/cb\\..\\evil"),
	STR_INIT(H "/cb%5c..%5cevil"),
	STR_INIT(H "/cb%5C"),
	STR_INIT(H "/cb%255cx"),
	STR_INIT(H "/cb%25%35%63x"),
	STR_INIT(H "/cb%25%2535cx"),
	STR_INIT(H "/cb%252525252525x"),
	STR_INIT(H "/?a\\b"),
	/* Control characters and broken escapes. */
	STR_INIT(H "/cb%00"),
	STR_INIT(H "/cb%2500"),
	STR_INIT(H "/cb\0"),
	STR_INIT(H "/cb%0d%0aSet-Cookie:x"),
	STR_INIT(H "/cb%0a"),
	STR_INIT(H "/cb%09"),
	STR_INIT(H "/cb%1f"),
	STR_INIT(H "/cb%7f"),
	STR_INIT(H "/cb%250a"),
	STR_INIT(H "/cb\x7f"),
	STR_INIT(H "/cb\r\nX:y"),
	STR_INIT(H "/cb\tx"),
	STR_INIT(H "/?a=%0d%0aSet-Cookie:x"),
	STR_INIT(H "/?a=%00"),
	STR_INIT(H "/?a=%7F"),
	STR_INIT(H "/?a\nb"),
	STR_INIT(H "/?ticket=%0a"),
	STR_INIT(H "/#%0a"),
	STR_INIT(H "/#a\r"),
	STR_INIT(H "/\xe2\x80\xa8"),
	STR_INIT(H "/?\xe2\x80\xa9"),
	STR_INIT(H "/%e2%80%a8"),
	STR_INIT(H "/?%E2%80%A9"),
	STR_INIT(H "/\xc2\x85"),
	STR_INIT(H "/%C2%85"),
	STR_INIT(H "/%"),
	STR_INIT(H "/%2"),
	STR_INIT(H "/%zz"),
	STR_INIT(H "/?%4"),
	STR_INIT(H "/\xff"),
	STR_INIT(H "/\xc0\xae\xc0\xae/"),
	STR_INIT(H "/a#b#c"),
};

static void
attacks_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);

		buf_words(&out, "before");
		if (service_url_canonical(refused[i], &out))
			fail_msg("%s became %s", refused[i].at, buf_cstr(&out));
		assert_string_equal(buf_cstr(&out), "before");
	}
}

static void
lengths_are_limited(void **state)
{
	static char url[50 * 1024];
	CLEANUP(buf_clear) struct buf out = BUF_INIT(100000);
	CLEANUP(buf_clear) struct buf small = BUF_INIT(20);

	(void)state;
	memset(url, 'a', sizeof(url));
	memcpy(url, H "/", sizeof(H));
	assert_true(service_url_canonical(
	    (struct str){ url, SERVICE_URL_LONGEST }, &out));
	assert_int_equal(out.len, SERVICE_URL_LONGEST);
	assert_false(service_url_canonical(
	    (struct str){ url, SERVICE_URL_LONGEST + 1 }, &out));
	assert_false(
	    service_url_canonical((struct str){ url, sizeof(url) }, &out));
	/* Short enough as received, too long as canonical. */
	memset(url + sizeof(H), '"', 2000);
	assert_false(service_url_canonical((struct str){ url, 2000 }, &out));
	assert_false(service_url_canonical(STR(H "/abcdef"), &small));
}

static void
tickets_are_placed_last(void **state)
{
	static const struct {
		const char *url, *ticket, *expected;
	} cases[] = {
		{ H, "ST-1", H "?ticket=ST-1" },
		{ H "/cb", "ST-1", H "/cb?ticket=ST-1" },
		{ H "/cb?", "ST-1", H "/cb?ticket=ST-1" },
		{ H "/cb?a=1", "ST-1", H "/cb?a=1&ticket=ST-1" },
		{ H "/cb?a=1#top", "ST-1", H "/cb?a=1&ticket=ST-1#top" },
		{ H "/cb#top?x", "ST-1", H "/cb?ticket=ST-1#top?x" },
		{ H "/cb#", "ST-1", H "/cb?ticket=ST-1#" },
		{ H "/cb?ticket=old", "ST-1", H "/cb?ticket=ST-1" },
		{ H "/cb?ticket=old&a=1", "ST-1", H "/cb?a=1&ticket=ST-1" },
		{ H "/cb?a&ticket&b", "ST-1", H "/cb?a&b&ticket=ST-1" },
		{ H "/cb?%74icket=old", "ST-1", H "/cb?ticket=ST-1" },
		{ H "/cb?tickets=1", "ST-1", H "/cb?tickets=1&ticket=ST-1" },
		/* As the application gave it: spelling is its own business. */
		{ "HTTPS://App.example:443/%7e;jsessionid=1?a+b=%2f&u=%2520",
		    "ST-1",
		    "HTTPS://App.example:443/%7e;jsessionid=1?a+b=%2f&u=%2520"
		    "&ticket=ST-1" },
		{ H "/\xc3\xa9?\xc3\xa8#\xc3\xaa", "ST-1",
		    H "/%C3%A9?%C3%A8&ticket=ST-1#%C3%AA" },
		{ H "/cb?ticket=old#x", NULL, H "/cb#x" },
		{ H "/cb?a=1&ticket=old", NULL, H "/cb?a=1" },
		{ H "/cb?", NULL, H "/cb?" },
		{ H "/\xc3\xa9", NULL, H "/%C3%A9" },
		{ H, NULL, H },
	};
	CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buf_reset(&out);
		service_url_with_ticket(
		    str_of(cases[i].url), str_of(cases[i].ticket), &out);
		assert_string_equal(buf_cstr(&out), cases[i].expected);
	}
}

/* Whatever the bytes are, none of them ends a header line. */
static void
addresses_are_visible_ascii(void **state)
{
	char url[sizeof(H) + 256] = H;
	CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);

	(void)state;
	for (size_t i = 0; i < 256; i++)
		url[sizeof(H) - 1 + i] = (char)i;
	service_url_with_ticket(
	    (struct str){ url, sizeof(H) - 1 + 256 }, STR("ST-1"), &out);
	service_url_with_ticket(
	    (struct str){ url, sizeof(H) - 1 + 256 }, STR_NONE, &out);
	assert_true(out.len > 2 * 256);
	for (size_t i = 0; i < out.len; i++)
		assert_in_range(out.at[i], 0x21, 0x7e);
}

static void
artifacts_are_placed_last(void **state)
{
	static const struct {
		const char *url, *expected;
	} cases[] = {
		{ H "/cb", H "/cb?SAMLart=ST-1" },
		{ H "/cb?a=1#f", H "/cb?a=1&SAMLart=ST-1#f" },
		{ H "/cb?SAMLart=old", H "/cb?SAMLart=ST-1" },
		{ H "/cb?ticket=old&a", H "/cb?a&SAMLart=ST-1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);

		service_url_with_artifact(
		    str_of(cases[i].url), STR("ST-1"), &out);
		assert_string_equal(buf_cstr(&out), cases[i].expected);
	}
}

/* The address that we send to is the service that the ticket is for. */
static void
tickets_keep_the_service(void **state)
{
	static const char *const urls[] = { H, H "/cb?", H "/cb?a=1&ticket=x#f",
		H "/\xc3\xa9;jsessionid=1?a+b", H "/?&a", H "/#x" };
	CLEANUP(buf_clear) struct buf sent = BUF_INIT(10000);
	CLEANUP(buf_clear) struct buf before = BUF_INIT(10000);
	CLEANUP(buf_clear) struct buf after = BUF_INIT(10000);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		buf_reset(&sent);
		service_url_with_ticket(str_of(urls[i]), STR("ST-2"), &sent);
		canonical(str_of(urls[i]), &before);
		canonical(buf_str(&sent), &after);
		assert_string_equal(buf_cstr(&before), buf_cstr(&after));
		buf_reset(&sent);
		service_url_with_artifact(str_of(urls[i]), STR("ST-2"), &sent);
		canonical(buf_str(&sent), &after);
		assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	}
}

static void
good_patterns(void **state)
{
	static const struct {
		const char *pattern, *canonical;
	} cases[] = {
		{ H "/cb", H "/cb" },
		{ H, H "/" },
		{ H "/*", H "/*" },
		{ H "/app/*", H "/app/*" },
		{ "HTTPS://APP.uni.example:443/%61pp/*", H "/app/*" },
		{ "http://localhost:8080/*", "http://localhost:8080/*" },
		{ "https://*.example/*", "https://*.example/*" },
		{ "https://*.Uni.example:443/cb", "https://*.uni.example/cb" },
		{ "https://*.uni.example", "https://*.uni.example/" },
		{ "https://*.uni.example:8443/a/*",
		    "https://*.uni.example:8443/a/*" },
		{ "https://10.0.0.1/*", "https://10.0.0.1/*" },
		{ "https://[2001:DB8::1]/*", "https://[2001:db8::1]/*" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(10000);

		if (!service_pattern_canonical(
			str_of(cases[i].pattern), &out, &why))
			fail_msg("%s: %s", cases[i].pattern, buf_cstr(&why));
		assert_string_equal(buf_cstr(&out), cases[i].canonical);
		assert_int_equal(why.len, 0);
	}
}

static void
bad_patterns(void **state)
{
	static const char *const patterns[] = { "", "*", "https://",
		"https://*", "https://*/", "https://*/*", "https://*./x",
		"*://a/", "^.*", "https://app*.example/",
		"https://app.*.example/", "https://*.*.example/",
		"https://**.example/", "https://*example/", H "*", H "/a*",
		H "/*/b", H "/**", H "/*/*", H "/a/*x", H "/a?b=1", H "/a?*",
		H "/*?x", H "/a#b", H "/../*", H "//*", H "/a/..;/*", H "/a\\*",
		H "/%", "https://*.0.0.1/", "https://*.2.3.4/", "https://*.1/",
		"https://*.1.2.3.4/", "https://*.[::1]/",
		"https://u@app.example/*", "ftp://a/*", "https://*.@evil/",
		"//app.example/*", "(a+)+$", " " H "/*", H "/* ",
		"https://app.example:*/" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(10000);

		if (service_pattern_canonical(str_of(patterns[i]), &out, &why))
			fail_msg("%s became %s", patterns[i], buf_cstr(&out));
		assert_int_equal(out.len, 0);
		assert_true(why.len > 20);
	}
}

static void
patterns_match(void **state)
{
	static const struct {
		const char *pattern, *url;
		bool matches;
	} cases[] = {
		{ H "/cb", H "/cb", true },
		{ H "/cb", H "/cb?a=1", true },
		{ H "/cb", H "/cb?x=/../", true },
		{ H "/cb", H "/cb/", false },
		{ H "/cb", H "/cbx", false },
		{ H "/cb", H "/CB", false },
		{ H "/cb", H "/", false },
		{ H "/cb", "http://app.uni.example/cb", false },
		{ H "/cb", H ":8443/cb", false },
		{ H "/cb", "https://app.uni.example.evil/cb", false },
		{ H "/cb", "https://xapp.uni.example/cb", false },
		{ H "/cb", "https://appxuni.example/cb", false },
		{ H "/cb", "https://evil/?https://app.uni.example/cb", false },
		{ H "/cb", "https://evil/https://app.uni.example/cb", false },
		{ H "/cb/*", H "/cb/", true },
		{ H "/cb/*", H "/cb", true },
		{ H "/cb/*", H "/cb?a", true },
		{ H "/cb/*", H "/cb/a/b/c?d", true },
		{ H "/cb/*", H "/cbx", false },
		{ H "/cb/*", H "/cbx/", false },
		{ H "/cb/*", H "/cb%2Fx", false },
		{ H "/cb/*", H "/cb;v=1/x", false },
		{ H "/cb/*", H "/", false },
		{ H "/cb/*", H "/x?/cb/", false },
		{ H "/*", H "/", true },
		{ H "/*", H "/anything/at?all", true },
		{ H "/*", "https://evil/", false },
		{ H "/*", "https://app.uni.example.evil/", false },
		{ "https://*.uni.example/*", H "/x", true },
		{ "https://*.uni.example/*", "https://a-b_c.uni.example/",
		    true },
		{ "https://*.uni.example/*", "https://uni.example/", false },
		{ "https://*.uni.example/*", "https://a.b.uni.example/",
		    false },
		{ "https://*.uni.example/*", "https://auni.example/", false },
		{ "https://*.uni.example/*", "https://a.uni.example.evil/",
		    false },
		{ "https://*.uni.example/*", "https://evil/a.uni.example/",
		    false },
		{ "https://*.uni.example/*", "https://a.uni.example:8443/",
		    false },
		{ "https://*.uni.example/*", "http://a.uni.example/", false },
		{ "https://*.uni.example/cb", "https://a.uni.example/cb",
		    true },
		{ "https://*.uni.example/cb", "https://a.uni.example/cb/x",
		    false },
		{ "https://*.uni.example:8443/", "https://a.uni.example:8443/",
		    true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (service_pattern_matches(str_of(cases[i].pattern),
			str_of(cases[i].url)) != cases[i].matches)
			fail_msg("%s %s", cases[i].pattern, cases[i].url);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_forms),
		cmocka_unit_test(pairs_are_compared),
		cmocka_unit_test(attacks_are_refused),
		cmocka_unit_test(lengths_are_limited),
		cmocka_unit_test(tickets_are_placed_last),
		cmocka_unit_test(artifacts_are_placed_last),
		cmocka_unit_test(addresses_are_visible_ascii),
		cmocka_unit_test(tickets_keep_the_service),
		cmocka_unit_test(good_patterns),
		cmocka_unit_test(bad_patterns),
		cmocka_unit_test(patterns_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
