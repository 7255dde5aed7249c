/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unguessable bytes: all of them written, none outside, no two draws alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "crypto/random.h"

static void
nothing_outside_is_touched(void **state)
{
	unsigned char bytes[66];

	(void)state;
	for (size_t len = 0; len <= 64; len++) {
		memset(bytes, 0xa5, sizeof(bytes));
		random_bytes(bytes + 1, len);
		assert_int_equal(bytes[0], 0xa5);
		assert_int_equal(bytes[len + 1], 0xa5);
	}
}

/* Each of 32 places takes each value of its bits within 64 draws. */
static void
every_bit_is_drawn(void **state)
{
	unsigned char seen_set[32] = { 0 }, seen_clear[32] = { 0 }, bytes[32];

	(void)state;
	for (int draw = 0; draw < 64; draw++) {
		random_bytes(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seen_set[i] |= bytes[i];
			seen_clear[i] |= (unsigned char)~bytes[i];
		}
	}
	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_int_equal(seen_set[i], 0xff);
		assert_int_equal(seen_clear[i], 0xff);
	}
}

static int
compare_draws(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

static void
no_draw_comes_twice(void **state)
{
	enum {
		DRAWS = 20000
	};
	unsigned char(*draws)[8] = memory_array(DRAWS, sizeof(*draws));

	(void)state;
	for (size_t i = 0; i < DRAWS; i++)
		random_bytes(draws[i], sizeof(draws[i]));
	qsort(draws, DRAWS, sizeof(*draws), compare_draws);
	for (size_t i = 1; i < DRAWS; i++)
		assert_memory_not_equal(draws[i - 1], draws[i], 8);
	free(draws);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_outside_is_touched),
		cmocka_unit_test(every_bit_is_drawn),
		cmocka_unit_test(no_draw_comes_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
