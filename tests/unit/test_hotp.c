/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-1 of a counter, shortened: the table of RFC 4226, appendix D.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/hotp.h"

static void
values_of_rfc_4226(void **state)
{
	static const uint32_t values[] = { 1284755224, 1094287082, 137359152,
		1726969429, 1640338314, 868254676, 1918287922, 82162583,
		673399871, 645520489 };
	struct hotp_key *key =
	    hotp_key_new((const uint8_t *)"12345678901234567890", 20);

	(void)state;
	/* Twice, the second time backwards: no counter disturbs the next. */
	for (size_t i = 0; i < COUNT_OF(values); i++)
		assert_int_equal(hotp_value(key, i), values[i]);
	for (size_t i = COUNT_OF(values); i-- > 0;)
		assert_int_equal(hotp_value(key, i), values[i]);
	hotp_key_free(key);
	hotp_key_free(NULL);
}

/* All eight bytes of the counter count, and the top bit is taken off. */
static void
counters_are_wide(void **state)
{
	struct hotp_key *key =
	    hotp_key_new((const uint8_t *)"12345678901234567890", 20);
	uint32_t smallest = hotp_value(key, 1);

	(void)state;
	for (unsigned bit = 1; bit < 64; bit++) {
		uint32_t value = hotp_value(key, 1 | UINT64_C(1) << bit);

		assert_int_not_equal(value, smallest);
		assert_true(value <= INT32_MAX);
	}
	hotp_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_rfc_4226),
		cmocka_unit_test(counters_are_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
