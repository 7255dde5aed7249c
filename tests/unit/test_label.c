/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people may call their browsers (row T201 and what is shown to others).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/label.h"

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define EURO_TEN "€€€€€€€€€€"
#define EURO_SIXTY EURO_TEN EURO_TEN EURO_TEN EURO_TEN EURO_TEN EURO_TEN

struct label_case {
	struct str typed;
	const char *label; /* NULL: refused */
};

static const struct label_case cases[] = {
	{ STR_INIT(""), "" },
	{ STR_INIT(" \t "), "" },
	{ STR_INIT("  My phone\t"), "My phone" },
	{ STR_INIT("Télé <b>&amp;\"'"), "Télé <b>&amp;\"'" },
	{ STR_INIT("الهاتف"), "الهاتف" },
	{ STR_INIT("👩‍💻"), "👩‍💻" }, /* with a joiner */
	{ STR_INIT(SIXTY "0123"), SIXTY "0123" },
	{ STR_INIT(" " SIXTY "0123 "), SIXTY "0123" },
	{ STR_INIT(EURO_SIXTY "€€€€"), EURO_SIXTY "€€€€" },
	/* too long */
	{ STR_INIT(SIXTY "01234"), NULL },
	{ STR_INIT(EURO_SIXTY "€€€€€"), NULL },
	/* control characters */
	{ STR_INIT("a\0b"), NULL },
	{ STR_INIT("a\nb"), NULL },
	{ STR_INIT("a\tb"), NULL },
	{ STR_INIT("a\x7f"), NULL },
	{ STR_INIT("a\xc2\x85"), NULL },
	{ STR_INIT("a\xe2\x80\xa8"), NULL }, /* line separator */
	/* direction of writing */
	{ STR_INIT("\xe2\x80\xae"
		   "enohp"),
	    NULL },
	{ STR_INIT("\xe2\x81\xa6phone"), NULL },
	{ STR_INIT("\xe2\x80\x8fphone"), NULL },
	{ STR_INIT("\xd8\x9cphone"), NULL },
	/* malformed */
	{ STR_INIT("a\xff"), NULL },
	{ STR_INIT("\xc3"), NULL },
	{ STR_INIT("\xc0\xaf"), NULL },
	{ STR_INIT("\xed\xa0\x80"), NULL },
};

static void
test_labels(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str label;
		bool fine = label_read(cases[i].typed, &label);

		if (fine != (cases[i].label != NULL))
			fail_msg("case %zu", i);
		if (fine && !str_equal(label, str_of(cases[i].label)))
			fail_msg("case %zu is another label", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
