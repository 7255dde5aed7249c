/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Support codes: their spelling, what people make of it, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "text/support_code.h"

#define LETTERS "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/* The five low bits of each byte, and each byte in a place of its own. */
static void
test_written(void **state)
{
	static const size_t places[] = { 0, 1, 2, 3, 5, 6 };
	uint8_t random[SUPPORT_CODE_LETTERS] = { 0 };
	char code[SUPPORT_CODE_LENGTH];

	(void)state;
	for (size_t i = 0; i < SUPPORT_CODE_LETTERS; i++) {
		for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
			char expected[] = "0000-00";

			random[i] = (uint8_t)byte;
			expected[places[i]] = LETTERS[byte % 32];
			support_code_write(random, code);
			assert_memory_equal(code, expected, sizeof(code));
		}
		random[i] = 0;
	}
}

static void
test_read(void **state)
{
	static const struct {
		struct str typed;
		const char *meant; /* NULL: none */
	} cases[] = {
		{ STR_INIT("K7QM-4T"), "K7QM-4T" },
		{ STR_INIT("k7qm4t"), "K7QM-4T" },
		{ STR_INIT(" K7 QM\t-4-T "), "K7QM-4T" },
		{ STR_INIT("oIlO-il"), "0110-11" },
		{ STR_INIT("ZZZZ-ZZ"), "ZZZZ-ZZ" },
		{ STR_INIT(""), NULL },
		{ STR_INIT("-"), NULL },
		{ STR_INIT("K7QM-4"), NULL },
		{ STR_INIT("K7QM-4T0"), NULL },
		{ STR_INIT("K7QM-4U"), NULL },
		{ STR_INIT("K7QM_4T"), NULL },
		{ STR_INIT("K7QM-4\0T"), NULL },
		{ STR_INIT("K7QM-4\xc3\xa9"), NULL },
	};
	char code[SUPPORT_CODE_LENGTH];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool read = support_code_read(cases[i].typed, code);

		assert_int_equal(read, cases[i].meant != NULL);
		if (read)
			assert_memory_equal(code, cases[i].meant, sizeof(code));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
