/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery codes: their spelling, what people make of it, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "crypto/random.h"
#include "factors/recovery_code.h"

#define LETTERS "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

static void
assert_written(const struct recovery_code *code, const char *expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(100);

	recovery_code_write(&out, code);
	assert_string_equal(buf_cstr(&out), expected);
}

/* The five low bits of each byte, whatever the others are. */
static void
every_character_has_five_bits(void **state)
{
	uint8_t random[RECOVERY_CODE_LENGTH];

	(void)state;
	for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
		struct recovery_code code;

		memset(random, (int)byte, sizeof(random));
		code = recovery_code_make(1, random);
		for (size_t i = 0; i < RECOVERY_CODE_LENGTH; i++)
			assert_int_equal(
			    code.characters[i], LETTERS[byte % 32]);
	}
}

/* All places are drawn from: a byte changed changes its character alone. */
static void
every_place_has_its_byte(void **state)
{
	uint8_t random[RECOVERY_CODE_LENGTH] = { 0 };
	struct recovery_code before = recovery_code_make(1, random), code;

	(void)state;
	for (size_t i = 0; i < RECOVERY_CODE_LENGTH; i++) {
		random[i] = 31;
		code = recovery_code_make(1, random);
		for (size_t j = 0; j < RECOVERY_CODE_LENGTH; j++)
			assert_int_equal(
			    code.characters[j], i == j ? 'Z' : '0');
		random[i] = 0;
	}
	assert_int_equal(before.characters[0], '0');
}

static void
good_spellings_are_read(void **state)
{
	static const struct {
		const char *typed, *canonical;
	} cases[] = {
		{ "2-7QKMP-4XD9T-HRB", "2-7QKMP-4XD9T-HRB" },
		{ "27QKMP4XD9THRB", "2-7QKMP-4XD9T-HRB" },
		{ "2-7qkmp-4xd9t-hrb", "2-7QKMP-4XD9T-HRB" },
		{ " 2 7QKMP 4XD9T HRB\t", "2-7QKMP-4XD9T-HRB" },
		{ "2--7QK-MP4--XD9 - THR-B-", "2-7QKMP-4XD9T-HRB" },
		{ "1-OoIiL-l0000-000", "1-00111-10000-000" },
		{ "I-00000-00000-000", "1-00000-00000-000" },
		{ "lO-00000-00000-000", "10-00000-00000-000" },
		{ "99-ZZZZZ-ZZZZZ-ZZZ", "99-ZZZZZ-ZZZZZ-ZZZ" },
		{ "11234567890123", "1-12345-67890-123" },
		{ "121234567890123", "12-12345-67890-123" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct recovery_code code;

		if (!recovery_code_read(str_of(cases[i].typed), &code))
			fail_msg("%s", cases[i].typed);
		assert_written(&code, cases[i].canonical);
	}
}

static void
other_texts_are_none(void **state)
{
	static const struct str cases[] = {
		STR_INIT(""),
		STR_INIT("-"),
		STR_INIT("123456"),
		STR_INIT("12345678"),
		STR_INIT("7QKMP-4XD9T-HRB"), /* no slot */
		STR_INIT("7-QKMP-4XD9T-HRB"),
		STR_INIT("0-7QKMP-4XD9T-HRB"),
		STR_INIT("02-7QKMP-4XD9T-HRB"),
		STR_INIT("A-7QKMP-4XD9T-HRB"),
		STR_INIT("2A-7QKMP-4XD9T-HRB"),
		STR_INIT("A2-7QKMP-4XD9T-HRB"),
		STR_INIT("100-7QKMP-4XD9T-HRB"),
		STR_INIT("2-7QKMP-4XD9T-HR"),
		STR_INIT("2-7QKMU-4XD9T-HRB"), /* no U */
		STR_INIT("2-7QKMu-4XD9T-HRB"),
		STR_INIT("2-7QKMP-4XD9T-HR*"),
		STR_INIT("2_7QKMP_4XD9T_HRB"),
		STR_INIT("2-7QKMP-4XD9T-HRB\0"),
		STR_INIT("2-7QKM\0-4XD9T-HRBB"),
		STR_INIT("2-7QKMP-4XD9T-HR\xc3"),
		STR_INIT("2-7QKMP-4XD9T-HRB\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct recovery_code code = { .slot = 77 };

		if (recovery_code_read(cases[i], &code))
			fail_msg("%.*s", STR_ARGS(cases[i]));
		assert_int_equal(code.slot, 77);
		assert_int_equal(code.characters[0], '\0');
	}
}

static void
what_is_written_is_read(void **state)
{
	(void)state;
	for (unsigned slot = 1; slot <= RECOVERY_SLOT_MOST; slot++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(100);
		uint8_t random[RECOVERY_CODE_LENGTH];
		struct recovery_code made, read;

		random_bytes(random, sizeof(random));
		made = recovery_code_make(slot, random);
		recovery_code_write(&out, &made);
		assert_int_equal(out.len, slot < 10 ? 17 : 18);
		assert_true(recovery_code_read(buf_str(&out), &read));
		assert_int_equal(read.slot, slot);
		assert_memory_equal(
		    read.characters, made.characters, RECOVERY_CODE_LENGTH);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_has_five_bits),
		cmocka_unit_test(every_place_has_its_byte),
		cmocka_unit_test(good_spellings_are_read),
		cmocka_unit_test(other_texts_are_none),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
