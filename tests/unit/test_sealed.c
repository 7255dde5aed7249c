/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets at rest: a text sealed by another implementation, everything that
 * must not open, and nonces that never come twice (T089, T132, T224).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/sealed.h"

enum {
	SECRET_SIZE = 20,
	SEALED_SIZE = SECRET_SIZE + SEALED_EXTRA
};

static const uint8_t secret[] = "12345678901234567890";
static const struct sealed_place place = { STR_INIT("enrolment"),
	STR_INIT("secret"), 4711 };

/* By Python's cryptography: key 00..1f, nonce a0..ab, associated data
 * 09 "enrolment" 06 "secret" and 4711 in eight bytes. */
static const uint8_t vector[SEALED_SIZE] = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5,
	0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xd7, 0x2a, 0x4f, 0x19, 0x70, 0xfd,
	0x35, 0x87, 0x5b, 0x55, 0xb6, 0xe1, 0x34, 0x4e, 0xf5, 0xe8, 0x47, 0x94,
	0x60, 0x20, 0xf3, 0x68, 0x9a, 0xd3, 0xd8, 0x3d, 0x99, 0x0e, 0x0c, 0x2c,
	0x50, 0x43, 0x35, 0xa9, 0x8d, 0x92 };

/* 00 01 02 ... but for one byte. */
static struct sealed_key *
key_but(size_t place_changed, uint8_t change)
{
	uint8_t bytes[SEALED_KEY_SIZE];

	for (uint8_t i = 0; i < SEALED_KEY_SIZE; i++)
		bytes[i] = i;
	bytes[place_changed] ^= change;
	return sealed_key_new(bytes);
}

static struct sealed_key *
test_key(void)
{
	return key_but(0, 0);
}

static void
assert_refused(const struct sealed_key *key, const struct sealed_place *where,
    const uint8_t *sealed, size_t len)
{
	static const uint8_t untouched[SEALED_SIZE];
	uint8_t clear[SEALED_SIZE] = { 0 };

	assert_false(sealed_open(key, where, sealed, len, clear));
	assert_memory_equal(clear, untouched, sizeof(clear));
}

static void
what_another_implementation_sealed_is_opened(void **state)
{
	struct sealed_key *key = test_key();
	uint8_t clear[SECRET_SIZE];

	(void)state;
	assert_true(sealed_open(key, &place, vector, sizeof(vector), clear));
	assert_memory_equal(clear, secret, sizeof(clear));
	sealed_key_free(key);
	sealed_key_free(NULL);
}

/* Sealing and opening take turns, so each starts its context anew. */
static void
all_lengths_come_back(void **state)
{
	enum {
		LONGEST = 70
	};
	struct sealed_key *key = test_key();
	uint8_t clear[LONGEST], opened[LONGEST + 1];
	uint8_t sealed[LONGEST + 1][LONGEST + SEALED_EXTRA];

	(void)state;
	for (size_t i = 0; i < LONGEST; i++)
		clear[i] = (uint8_t)(i * 7);
	for (size_t len = 1; len <= LONGEST; len++)
		sealed_make(key, &place, clear, len, sealed[len]);
	for (size_t len = LONGEST; len >= 1; len--) {
		opened[len] = 0xa5;
		assert_true(sealed_open(
		    key, &place, sealed[len], len + SEALED_EXTRA, opened));
		assert_memory_equal(opened, clear, len);
		assert_int_equal(opened[len], 0xa5);
		sealed_make(key, &place, clear, len, sealed[len]);
	}
	sealed_key_free(key);
}

static void
T089_every_bit_is_guarded(void **state)
{
	struct sealed_key *key = test_key();
	uint8_t sealed[SEALED_SIZE], clear[SECRET_SIZE];

	(void)state;
	memcpy(sealed, vector, sizeof(sealed));
	for (size_t bit = 0; bit < sizeof(sealed) * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_refused(key, &place, sealed, sizeof(sealed));
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* A refusal leaves the key usable. */
	assert_true(sealed_open(key, &place, sealed, sizeof(sealed), clear));
	assert_memory_equal(clear, secret, sizeof(clear));
	sealed_key_free(key);
}

static void
T089_a_cut_text_is_refused(void **state)
{
	struct sealed_key *key = test_key();
	uint8_t longer[SEALED_SIZE + 1] = { 0 };

	(void)state;
	memcpy(longer, vector, sizeof(vector));
	for (size_t len = 0; len < sizeof(vector); len++) {
		assert_refused(key, &place, vector, len);
		assert_refused(key, &place, vector + sizeof(vector) - len, len);
	}
	assert_refused(key, &place, longer, sizeof(longer));
	/* Refused for its length, before a byte is read. */
	assert_refused(key, &place, vector, SIZE_MAX);
	assert_refused(key, &place, vector, (size_t)1 << 32);
	sealed_key_free(key);
}

/* T132: what is sealed for one row is of no use in another. */
static void
T132_a_text_opens_in_its_place_only(void **state)
{
	static const struct sealed_place others[] = {
		{ STR_INIT("enrolment"), STR_INIT("secret"), 4712 },
		{ STR_INIT("enrolment"), STR_INIT("secret"), 0 },
		{ STR_INIT("enrolment"), STR_INIT("secret"), -4711 },
		{ STR_INIT("enrolment"), STR_INIT("secret"),
		    4711 + (1LL << 32) },
		{ STR_INIT("enrolment"), STR_INIT("secret"), 4711LL << 8 },
		{ STR_INIT("enrolment"), STR_INIT("secrets"), 4711 },
		{ STR_INIT("enrolment"), STR_INIT("Secret"), 4711 },
		{ STR_INIT("enrolments"), STR_INIT("secret"), 4711 },
		{ STR_INIT("outbox"), STR_INIT("payload"), 4711 },
		/* The same letters, cut elsewhere. */
		{ STR_INIT("enrolments"), STR_INIT("ecret"), 4711 },
		{ STR_INIT("enrolmen"), STR_INIT("tsecret"), 4711 },
		{ STR_INIT("secret"), STR_INIT("enrolment"), 4711 },
	};
	struct sealed_key *key = test_key();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_refused(key, &others[i], vector, sizeof(vector));
	sealed_key_free(key);
}

static void
names_have_room(void **state)
{
	static const char letters[SEALED_NAME_LONGEST + 1] =
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";
	const struct str name = { letters, SEALED_NAME_LONGEST };
	const struct sealed_place widest = { name, name, INT64_MIN };
	struct sealed_key *key = test_key();
	uint8_t sealed[SEALED_SIZE], clear[SECRET_SIZE];

	(void)state;
	sealed_make(key, &widest, secret, SECRET_SIZE, sealed);
	assert_true(sealed_open(key, &widest, sealed, sizeof(sealed), clear));
	assert_memory_equal(clear, secret, sizeof(clear));
	assert_refused(key, &place, sealed, sizeof(sealed));
	sealed_key_free(key);
}

static void
T089_another_key_does_not_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < SEALED_KEY_SIZE; i++) {
		struct sealed_key *other = key_but(i, 1);

		assert_refused(other, &place, vector, sizeof(vector));
		sealed_key_free(other);
	}
}

static int
compare_nonces(const void *a, const void *b)
{
	return memcmp(a, b, SEALED_NONCE_SIZE);
}

static void
T224_no_nonce_comes_twice(void **state)
{
	enum {
		SEALS = 100000
	};
	uint8_t(*nonces)[SEALED_NONCE_SIZE] =
	    memory_array(SEALS, sizeof(*nonces));
	struct sealed_key *key = test_key();
	uint8_t sealed[SEALED_SIZE];

	(void)state;
	for (size_t i = 0; i < SEALS; i++) {
		sealed_make(key, &place, secret, SECRET_SIZE, sealed);
		memcpy(nonces[i], sealed, SEALED_NONCE_SIZE);
	}
	qsort(nonces, SEALS, sizeof(*nonces), compare_nonces);
	for (size_t i = 1; i < SEALS; i++)
		assert_memory_not_equal(
		    nonces[i - 1], nonces[i], SEALED_NONCE_SIZE);
	sealed_key_free(key);
	free(nonces);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_another_implementation_sealed_is_opened),
		cmocka_unit_test(all_lengths_come_back),
		cmocka_unit_test(T089_every_bit_is_guarded),
		cmocka_unit_test(T089_a_cut_text_is_refused),
		cmocka_unit_test(T132_a_text_opens_in_its_place_only),
		cmocka_unit_test(names_have_room),
		cmocka_unit_test(T089_another_key_does_not_open),
		cmocka_unit_test(T224_no_nonce_comes_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
