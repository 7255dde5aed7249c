/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding one cookie among those a browser sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "text/cookie.h"

static void
test_found(void **state)
{
	static const struct {
		struct str header;
		struct str value;
	} cases[] = {
		{ STR_INIT("TGC=abc"), STR_INIT("abc") },
		{ STR_INIT("a=b; TGC=abc; c=d"), STR_INIT("abc") },
		{ STR_INIT("a=b;TGC=abc;c=d"), STR_INIT("abc") },
		{ STR_INIT("; ;TGC=abc ;"), STR_INIT("abc") },
		{ STR_INIT("TGC=a=b=="), STR_INIT("a=b==") },
		{ STR_INIT("TGC="), STR_INIT("") },
		{ STR_INIT("tgc=x; TGC=abc; XTGC=y; TGCX=z"), STR_INIT("abc") },
		{ STR_INIT("a=\"; TGC=abc; b=\""), STR_INIT("abc") },
		{ STR_INIT("a=\xc3\xa9; TGC=abc"), STR_INIT("abc") },
		{ STR_INIT("TGC; TGC=abc"), STR_INIT("abc") },
		{ STR_INIT("TGC=!#$%&'()*+-./:<=>?@[]^_`{|}~"),
		    STR_INIT("!#$%&'()*+-./:<=>?@[]^_`{|}~") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str found = cookie_find(cases[i].header, STR("TGC"));

		if (found.at == NULL || !str_equal(found, cases[i].value))
			fail_msg("%.*s: \"%.*s\"", STR_ARGS(cases[i].header),
			    STR_ARGS(found));
	}
}

static void
test_refused(void **state)
{
	static const struct str headers[] = {
		STR_INIT(""),
		STR_INIT(";"),
		STR_INIT("TGC"),
		STR_INIT("=TGC"),
		STR_INIT("tgc=abc"),
		STR_INIT("TGC =abc"),
		STR_INIT("XTGC=abc"),
		STR_INIT("TGC=abc; TGC=abc"),
		STR_INIT("TGC=abc; x=y; TGC=def"),
		STR_INIT("TGC=; TGC=def"),
		STR_INIT("TGC=a b"),
		STR_INIT("TGC= abc"),
		STR_INIT("TGC=a\tb"),
		STR_INIT("TGC=a,b"),
		STR_INIT("TGC=\"abc\""),
		STR_INIT("TGC=a\\b"),
		STR_INIT("TGC=a\x7f"),
		STR_INIT("TGC=a\0"),
		STR_INIT("TGC=\xc3\xa9"),
		STR_INIT("TGC=a b; TGC=abc"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		if (cookie_find(headers[i], STR("TGC")).at != NULL)
			fail_msg("found in %.*s", STR_ARGS(headers[i]));
	}
	assert_null(cookie_find(STR_NONE, STR("TGC")).at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
