/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of proxies: the order of their addresses, and where they are called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/proxy_chain.h"
#include "cas/service_url.h"

static void
the_latest_comes_first(void **state)
{
	static const char *const added[] = { "https://a/", "https://b/?x",
		"https://c/cb" };
	CLEANUP(buf_clear) struct buf chain = BUF_INIT(1000);
	struct str rest, proxy;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(added); i++) {
		CLEANUP(buf_clear) struct buf longer = BUF_INIT(1000);

		proxy_chain_add(&longer, str_of(added[i]), buf_str(&chain));
		assert_int_equal(proxy_chain_length(buf_str(&longer)), i + 1);
		buf_reset(&chain);
		buf_text(&chain, buf_str(&longer));
	}
	rest = buf_str(&chain);
	for (size_t i = COUNT_OF(added); i-- > 0;) {
		assert_true(proxy_chain_next(&rest, &proxy));
		assert_true(str_equal(proxy, str_of(added[i])));
	}
	assert_false(proxy_chain_next(&rest, &proxy));
}

static void
no_chain_has_no_proxies(void **state)
{
	struct str none = STR_NONE, proxy;

	(void)state;
	assert_int_equal(proxy_chain_length(none), 0);
	assert_int_equal(proxy_chain_length(STR("")), 0);
	assert_false(proxy_chain_next(&none, &proxy));
}

static void
tickets_stand_behind_the_query(void **state)
{
	static const struct {
		const char *url, *expected;
	} cases[] = {
		{ "https://a/cb", "https://a/cb?pgtIou=I&pgtId=T" },
		{ "https://a/cb?", "https://a/cb?pgtIou=I&pgtId=T" },
		{ "https://a/cb?x", "https://a/cb?x&pgtIou=I&pgtId=T" },
		{ "https://a/cb?x=1&", "https://a/cb?x=1&pgtIou=I&pgtId=T" },
		{ "https://a/cb?ticket=ST-1",
		    "https://a/cb?ticket=ST-1&pgtIou=I&pgtId=T" },
		{ "https://a/cb#f?x", "https://a/cb?pgtIou=I&pgtId=T#f?x" },
		{ "https://a/cb?a?b#", "https://a/cb?a?b&pgtIou=I&pgtId=T#" },
		{ "https://a/\303\251?\303\251",
		    "https://a/%C3%A9?%C3%A9&pgtIou=I&pgtId=T" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(200);

		service_url_with_grant(
		    str_of(cases[i].url), STR("I"), STR("T"), &out);
		assert_string_equal(buf_cstr(&out), cases[i].expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_comes_first),
		cmocka_unit_test(no_chain_has_no_proxies),
		cmocka_unit_test(tickets_stand_behind_the_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
