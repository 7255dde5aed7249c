/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of one request: alignment, zeroes, order of clean-ups.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

static void
test_alloc(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 100, 4000, 4096, 100000 };
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t round = 0; round < 20; round++) {
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			unsigned char *at = arena_alloc(&arena, sizes[i]);

			assert_non_null(at);
			assert_int_equal((uintptr_t)at % 16, 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(at[j], 0);
			memset(at, 0xff, sizes[i]);
		}
	}
}

static void
test_text(void **state)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	char original[] = "abc";
	struct str copy = arena_text(&arena, str_of(original));
	struct str empty = arena_text(&arena, STR_NONE);
	struct str formatted = arena_format(&arena, "%d-%s", 5, "x");
	const struct str parts[] = { STR("ab"), STR_NONE, copy, STR("d") };
	struct str joined = arena_join(&arena, parts, COUNT_OF(parts));
	struct str nothing = arena_join(&arena, parts, 0);

	(void)state;
	original[0] = 'X';
	assert_int_equal(copy.len, 3);
	assert_string_equal(copy.at, "abc");
	assert_int_equal(empty.len, 0);
	assert_string_equal(empty.at, "");
	assert_int_equal(formatted.len, 3);
	assert_string_equal(formatted.at, "5-x");
	assert_int_equal(joined.len, 6);
	assert_string_equal(joined.at, "ababcd");
	assert_int_equal(nothing.len, 0);
	assert_string_equal(nothing.at, "");
}

static char order[4];
static size_t order_count;

static void
note_letter(void *letter)
{
	order[order_count++] = *(const char *)letter;
}

static void
test_clean_ups(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	for (char letter = 'a'; letter < 'd'; letter++) {
		char *kept = arena_alloc(&arena, 5000);

		*kept = letter;
		arena_on_clear(&arena, note_letter, kept);
	}
	arena_clear(&arena);
	assert_string_equal(order, "cba");
	assert_null(arena.newest);
	arena_clear(&arena);
	assert_int_equal(order_count, 3);
	assert_string_equal(arena_text(&arena, STR("again")).at, "again");
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_clean_ups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
