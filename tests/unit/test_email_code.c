/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes sent by mail: how they are drawn and shown, and that one fits its own
 * sign-in and its own person only (T108, T109, T123).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/random.h"
#include "factors/email_code.h"

static const struct email_code_owner owner = { 12, 34 };
static const char code[] = "48217736";

static struct mac_key *
test_key(void)
{
	return mac_key_new("a key of the server, 32 bytes...", 32);
}

/* T123: 42 whole rounds of all codes, and nothing of the 43rd. */
static void
T123_codes_are_equally_likely(void **state)
{
	static const struct {
		uint32_t drawn;
		const char *code; /* NULL: draw again */
	} cases[] = {
		{ 0, "00000000" },
		{ 1, "00000001" },
		{ 48217736, "48217736" },
		{ 99999999, "99999999" },
		{ 100000000, "00000000" },
		{ 4100000007, "00000007" },
		{ 4199999999, "99999999" },
		{ 4200000000, NULL },
		{ 4200000001, NULL },
		{ UINT32_MAX, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t random[EMAIL_CODE_RANDOM_SIZE];
		char made[EMAIL_CODE_DIGITS + 1] = "--------";
		bool good;

		bytes_put_be(random, sizeof(random), cases[i].drawn);
		good = email_code_make(random, made);
		assert_int_equal(good, cases[i].code != NULL);
		assert_string_equal(made, good ? cases[i].code : "--------");
	}
}

/*
 * T123: a thousand draws: each digit at each place at least 40 times (100 are
 * due; fewer than 40 come once in 10^9 runs) and no code twice but by chance.
 */
static void
T123_codes_are_drawn_from_all(void **state)
{
	enum {
		DRAWS = 1000,
		FEWEST = 40
	};
	unsigned seen[EMAIL_CODE_DIGITS][10] = { 0 };
	char made[EMAIL_CODE_DIGITS];

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint8_t random[EMAIL_CODE_RANDOM_SIZE];

		do
			random_bytes(random, sizeof(random));
		while (!email_code_make(random, made));
		for (size_t place = 0; place < EMAIL_CODE_DIGITS; place++)
			seen[place][made[place] - '0']++;
	}
	for (size_t place = 0; place < EMAIL_CODE_DIGITS; place++) {
		for (size_t digit = 0; digit < 10; digit++)
			assert_true(seen[place][digit] >= FEWEST);
	}
}

static void
codes_are_shown_in_two_groups(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(9);

	(void)state;
	email_code_write(&out, code);
	assert_string_equal(buf_cstr(&out), "4821 7736");
}

/* The MAC is that of the numbers in eight bytes each, and the digits. */
static void
the_mac_is_as_documented(void **state)
{
	const struct str parts[] = { STR("\0\0\0\0\0\0\0\x0c"),
		STR("\0\0\0\0\0\0\0\x22"), STR("48217736") };
	struct mac_key *key = test_key();
	uint8_t expected[MAC_SIZE], mac[MAC_SIZE];

	(void)state;
	mac_compute(key, parts, COUNT_OF(parts), expected);
	email_code_mac(key, &owner, code, mac);
	assert_memory_equal(mac, expected, MAC_SIZE);
	assert_true(email_code_matches(key, &owner, code, mac));
	mac_key_free(key);
}

/* T108, T109: another sign-in, another person, both changed for each other. */
static void
T108_T109_a_code_fits_its_owner_only(void **state)
{
	static const struct email_code_owner others[] = {
		{ 12, 35 },
		{ 13, 34 },
		{ 34, 12 },
		{ 0, 0 },
		{ 12 + (INT64_C(1) << 32), 34 },
		{ 12, 34 + (INT64_C(1) << 56) },
		{ -12, 34 },
		{ 1234, 0 },
	};
	struct mac_key *key = test_key();
	uint8_t mac[MAC_SIZE];

	(void)state;
	email_code_mac(key, &owner, code, mac);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(email_code_matches(key, &others[i], code, mac));
	mac_key_free(key);
}

static void
T123_every_digit_and_the_key_count(void **state)
{
	struct mac_key *key = test_key();
	struct mac_key *other = mac_key_new("another key of the server", 25);
	char typed[] = "48217736";
	uint8_t mac[MAC_SIZE];

	(void)state;
	email_code_mac(key, &owner, code, mac);
	assert_false(email_code_matches(other, &owner, code, mac));
	for (size_t i = 0; i < EMAIL_CODE_DIGITS; i++) {
		for (char digit = '0'; digit <= '9'; digit++) {
			typed[i] = digit;
			assert_int_equal(
			    email_code_matches(key, &owner, typed, mac),
			    digit == code[i]);
		}
		typed[i] = code[i];
	}
	for (size_t bit = 0; bit < MAC_SIZE * 8; bit++) {
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(email_code_matches(key, &owner, code, mac));
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(email_code_matches(key, &owner, code, mac));
	mac_key_free(key);
	mac_key_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(T123_codes_are_equally_likely),
		cmocka_unit_test(T123_codes_are_drawn_from_all),
		cmocka_unit_test(codes_are_shown_in_two_groups),
		cmocka_unit_test(the_mac_is_as_documented),
		cmocka_unit_test(T108_T109_a_code_fits_its_owner_only),
		cmocka_unit_test(T123_every_digit_and_the_key_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
