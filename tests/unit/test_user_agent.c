/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers by what they send; and what no browser sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "text/user_agent.h"

struct agent_case {
	struct str header;
	const char *browser; /* NULL: unknown */
	const char *system;
	enum user_agent_form form;
};

/* clang-format off */
static const struct agent_case agent_cases[] = {
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101"
		    " Firefox/127.0"),
	    "Firefox", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Windows NT 6.1; WOW64; rv:52.0) Gecko/20100101 "
		    "Firefox/52.0"),
	    "Firefox", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
		    "Firefox/128.0"),
	    "Firefox", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:126.0) Gecko/20100101 "
		    "Firefox/126.0"),
	    "Firefox", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Wayland; Linux x86_64; rv:109.0) Gecko/20100101 "
		    "Firefox/115.0"),
	    "Firefox", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux aarch64; rv:102.0) Gecko/20100101 "
		    "Firefox/102.0"),
	    "Firefox", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; FreeBSD amd64; rv:122.0) Gecko/20100101 "
		    "Firefox/122.0"),
	    "Firefox", "FreeBSD", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; OpenBSD amd64; rv:127.0) Gecko/20100101 "
		    "Firefox/127.0"),
	    "Firefox", "OpenBSD", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; NetBSD amd64; rv:91.0) Gecko/20100101 "
		    "Firefox/91.0"),
	    "Firefox", "NetBSD", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; SunOS i86pc; rv:52.0) Gecko/20100101 "
		    "Firefox/52.0"),
	    "Firefox", NULL, FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) "
		    "Gecko/20100101 Firefox/127.0"),
	    "Firefox", "macOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 "
		    "Firefox/127.0"),
	    "Firefox", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Android 13; Tablet; rv:127.0) Gecko/127.0 "
		    "Firefox/127.0"),
	    "Firefox", "Android", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/127.0 Mobile/15E148"
		    " Safari/605.1.15"),
	    "Firefox", "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
		    " (KHTML, like Gecko) FxiOS/127.0 Mobile/15E148 Safari/605.1.15"),
	    "Firefox", "iPadOS", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; rv:115.0) Gecko/20100101 "
		    "Firefox/115.0"),
	    "Firefox", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
		    "Firefox/128.0 LibreWolf/128.0"),
	    "Firefox", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"),
	    "Chrome", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, "
		    "like Gecko) Chrome/109.0.0.0 Safari/537.36"),
	    "Chrome", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36"
		    " (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"),
	    "Chrome", "macOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
		    "Gecko) Chrome/126.0.0.0 Safari/537.36"),
	    "Chrome", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
		    "Gecko) HeadlessChrome/126.0.6478.56 Safari/537.36"),
	    "Chrome", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
		    "Gecko) Ubuntu Chromium/80.0.3987.87 Chrome/80.0.3987.87 "
		    "Safari/537.36"),
	    "Chrome", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"),
	    "Chrome", "ChromeOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; CrOS aarch64 15662.76.0) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36"),
	    "Chrome", "ChromeOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like"
		    " Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"),
	    "Chrome", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like"
		    " Gecko) Chrome/126.0.0.0 Safari/537.36"),
	    "Chrome", "Android", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36"),
	    "Chrome", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 9; SM-T510) AppleWebKit/537.36 (KHTML,"
		    " like Gecko) Chrome/96.0.4664.45 Safari/537.36"),
	    "Chrome", "Android", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_X18_Plus) "
		    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Mobile "
		    "Safari/537.36"),
	    "Chrome", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 12; SM-G991B Build/SP1A.210812.016; "
		    "wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
		    "Chrome/125.0.6422.53 Mobile Safari/537.36"),
	    "Chrome", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.35 "
		    "Mobile/15E148 Safari/604.1"),
	    "Chrome", "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
		    " (KHTML, like Gecko) CriOS/126.0.6478.35 Mobile/15E148 "
		    "Safari/604.1"),
	    "Chrome", "iPadOS", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 11; BRAVIA 4K UR2 TV) "
		    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 "
		    "Safari/537.36"),
	    "Chrome", "Android", FORM_UNKNOWN },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"),
	    "Edge", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36"
		    " (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"),
	    "Edge", "macOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
		    "Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"),
	    "Edge", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 "
		    "Edge/18.17763"),
	    "Edge", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like"
		    " Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0"),
	    "Edge", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 "
		    "EdgiOS/126.0.2592.56 Mobile/15E148 Safari/605.1.15"),
	    "Edge", "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia "
		    "950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 "
		    "Mobile Safari/537.36 Edge/15.15063"),
	    "Edge", "Windows", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
		    "Safari/605.1.15"),
	    "Safari", "macOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5) AppleWebKit/600.8.9"
		    " (KHTML, like Gecko) Version/7.1.8 Safari/537.85.17"),
	    "Safari", "macOS", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
		    "Mobile/15E148 Safari/604.1"),
	    "Safari", "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
		    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"),
	    "Safari", "iPadOS", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 "
		    "Mobile/15E148 Safari/604.1"),
	    "Safari", "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"),
	    NULL, "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/322.0.6434 "
		    "Mobile/15E148 Safari/604.1"),
	    NULL, "iOS", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0"),
	    "Opera", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
		    "Gecko) Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0"),
	    "Opera", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like"
		    " Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 OPR/83.0.0.0"),
	    "Opera", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
		    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
		    "Mobile/15E148 Safari/604.1 OPT/4.7.1"),
	    "Opera", "iOS", FORM_PHONE },
	{ STR_INIT("Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18"),
	    "Opera", "Windows", FORM_COMPUTER },
	{ STR_INIT("Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; en) "
		    "Presto/2.12.423 Version/12.16"),
	    "Opera", "Android", FORM_TABLET },
	{ STR_INIT("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; en) Opera 8.50"),
	    "Opera", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like"
		    " Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"),
	    "Samsung Internet", "Android", FORM_PHONE },
	{ STR_INIT("Mozilla/5.0 (Linux; Android 12; SM-X906C) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) SamsungBrowser/20.0 Chrome/106.0.5249.126 "
		    "Safari/537.36"),
	    "Samsung Internet", "Android", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
		    "Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36"),
	    "Samsung Internet", "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like "
		    "Gecko"),
	    "Internet Explorer", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0)"),
	    "Internet Explorer", "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Linux; U; Android 4.0.3; en-us; GT-P5100 "
		    "Build/IML74K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 "
		    "Safari/534.30"),
	    NULL, "Android", FORM_TABLET },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like "
		    "Gecko) Version/17.0 Safari/605.1.15 Epiphany/605.1.15"),
	    NULL, "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/538.1 (KHTML, like "
		    "Gecko) Falkon/3.1.0 Version/9.0 Safari/538.1"),
	    NULL, "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:68.0) Gecko/20100101 "
		    "Firefox/68.0 SeaMonkey/2.53.18"),
	    NULL, "Windows", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Goanna/6.7 Firefox/102.0"
		    " PaleMoon/33.2.0"),
	    NULL, "Linux", FORM_COMPUTER },
	{ STR_INIT("Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 "
		    "Firefox/48.0 KAIOS/2.5"),
	    "Firefox", NULL, FORM_UNKNOWN },
	{ STR_INIT("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 "
		    "(KHTML, like Gecko) Version/6.0 TV Safari/537.36"),
	    NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8"),
	    "Lynx", NULL, FORM_UNKNOWN },
	{ STR_INIT("Links (2.28; Linux 6.1.0 x86_64; GNU C 12.2; text)"),
	    "Links", "Linux", FORM_COMPUTER },
	{ STR_INIT("ELinks/0.13.2 (textmode; Linux 6.1.0 x86_64; 80x24-2)"),
	    "ELinks", "Linux", FORM_COMPUTER },
	{ STR_INIT("ELinks (0.4.3; NetBSD 3.0.2PATCH sparc64; 141x19)"),
	    "ELinks", "NetBSD", FORM_COMPUTER },
	{ STR_INIT("w3m/0.5.3+git20230121"),
	    "w3m", NULL, FORM_UNKNOWN },
	{ STR_INIT("Dillo/3.0.5"),
	    "Dillo", NULL, FORM_UNKNOWN },
	{ STR_INIT("curl/7.88.1"),
	    "curl", NULL, FORM_UNKNOWN },
	{ STR_INIT("Wget/1.21.3"),
	    "Wget", NULL, FORM_UNKNOWN },
	{ STR_INIT("python-requests/2.28.1"),
	    NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("Mozilla/5.0 (compatible; Googlebot/2.1; "
		    "+http://www.google.com/bot.html)"),
	    NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; "
		    "bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/126.0.0.0 "
		    "Safari/537.36"),
	    NULL, NULL, FORM_UNKNOWN },
};
/* clang-format on */

static void
check(const struct agent_case *expected)
{
	struct user_agent agent = user_agent_read(expected->header);

	if (!str_equal(agent.browser, str_of(expected->browser)) ||
	    !str_equal(agent.system, str_of(expected->system)) ||
	    agent.form != expected->form)
		fail_msg("%.*s: %.*s, %.*s, %d", STR_ARGS(expected->header),
		    STR_ARGS(agent.browser), STR_ARGS(agent.system),
		    (int)agent.form);
}

static void
test_real_headers(void **state)
{
	(void)state;
	assert_true(COUNT_OF(agent_cases) >= 60);
	for (size_t i = 0; i < COUNT_OF(agent_cases); i++)
		check(&agent_cases[i]);
}

/* clang-format off */
static const struct agent_case odd_cases[] = {
	{ STR_INIT(""), NULL, NULL, FORM_UNKNOWN },
	{ { NULL, 0 }, NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("("), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT(")("), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("(Linux"), NULL, "Linux", FORM_COMPUTER },
	{ STR_INIT("Linux"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("() (Linux)"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("Firefox"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("Firefox/"), "Firefox", NULL, FORM_UNKNOWN },
	{ STR_INIT("notFirefox/1"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("FIREFOX/1"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("(xLinux; notAndroid)"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("\0Firefox/1"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("\xff\xfe (Windows\xff) Firefox/1"), "Firefox", "Windows",
	    FORM_COMPUTER },
	{ STR_INIT("<script>alert(1)</script> (<b>) Chrome/1"), "Chrome", NULL,
	    FORM_UNKNOWN },
	{ STR_INIT("Version/1 Safari/1"), NULL, NULL, FORM_UNKNOWN },
	{ STR_INIT("(iPhone)Safari/1 Version/1"), NULL, "iOS", FORM_PHONE },
	{ STR_INIT("Edg/1 OPR/1 Firefox/1 Chrome/1 Lynx/1"), "Edge", NULL,
	    FORM_UNKNOWN },
};
/* clang-format on */

static void
test_odd_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd_cases); i++)
		check(&odd_cases[i]);
}

/* Nothing of the header comes back, however long it is or wherever it ends. */
static void
test_names_are_ours(void **state)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(1 << 20);
	struct str header;

	(void)state;
	for (unsigned i = 0; i < 2000; i++)
		buf_words(&text, "(Android; Mobile) Firefox/1 ");
	header = buf_str(&text);
	for (size_t len = 0; len < 100; len++) {
		struct user_agent agent =
		    user_agent_read(str_first(header, len));

		assert_false(agent.browser.len > 0 &&
			     agent.browser.at >= header.at &&
			     agent.browser.at < header.at + header.len);
	}
	assert_true(str_equal(user_agent_read(header).browser, STR("Firefox")));
	assert_int_equal(user_agent_read(header).form, FORM_PHONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_headers),
		cmocka_unit_test(test_odd_headers),
		cmocka_unit_test(test_names_are_ours),
	};

	return cmocka_run_group_tests_name("user_agent", tests, NULL, NULL);
}
