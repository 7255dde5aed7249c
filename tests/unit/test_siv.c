/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-128-SIV: the vector of RFC 5297 A.1, and everything that must not open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/siv.h"

static const uint8_t rfc_key[SIV_KEY_SIZE] = { 0xff, 0xfe, 0xfd, 0xfc, 0xfb,
	0xfa, 0xf9, 0xf8, 0xf7, 0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0xf1, 0xf0, 0xf0,
	0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc,
	0xfd, 0xfe, 0xff };
static const struct str rfc_associated =
    STR_INIT("\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
	     "\x20\x21\x22\x23\x24\x25\x26\x27");
static const uint8_t rfc_clear[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee };
static const uint8_t rfc_tag[SIV_TAG_SIZE] = { 0x85, 0x63, 0x2d, 0x07, 0xc6,
	0xe8, 0xf3, 0x7f, 0x95, 0x0a, 0xcd, 0x32, 0x0a, 0x2e, 0xcc, 0x93 };
static const uint8_t rfc_sealed[] = { 0x40, 0xc0, 0x2b, 0x96, 0x90, 0xc4, 0xdc,
	0x04, 0xda, 0xef, 0x7f, 0x6a, 0xfe, 0x5c };

static void
vector_of_rfc_5297(void **state)
{
	struct siv_key *key = siv_key_new(rfc_key);
	uint8_t sealed[sizeof(rfc_clear)], tag[SIV_TAG_SIZE];
	uint8_t clear[sizeof(rfc_clear)];

	(void)state;
	/* Twice each, in turn: one keyed context serves many messages. */
	for (int i = 0; i < 2; i++) {
		siv_seal(key, rfc_associated, rfc_clear, sizeof(rfc_clear),
		    sealed, tag);
		assert_memory_equal(tag, rfc_tag, SIV_TAG_SIZE);
		assert_memory_equal(sealed, rfc_sealed, sizeof(sealed));
		memset(clear, 0, sizeof(clear));
		assert_true(siv_open(key, rfc_associated, rfc_sealed,
		    sizeof(rfc_sealed), rfc_tag, clear));
		assert_memory_equal(clear, rfc_clear, sizeof(clear));
	}
	siv_key_free(key);
}

/* All lengths across the block borders, each sealed twice between others. */
static void
messages_do_not_disturb_each_other(void **state)
{
	enum {
		LONGEST = 70
	};
	struct siv_key *key = siv_key_new(rfc_key);
	uint8_t clear[LONGEST], opened[LONGEST];
	uint8_t sealed[LONGEST + 1][LONGEST], tags[LONGEST + 1][SIV_TAG_SIZE];
	uint8_t again[LONGEST], tag[SIV_TAG_SIZE];

	(void)state;
	for (size_t i = 0; i < LONGEST; i++)
		clear[i] = (uint8_t)(i * 7);
	for (size_t len = 1; len <= LONGEST; len++)
		siv_seal(key, STR("a"), clear, len, sealed[len], tags[len]);
	for (size_t len = LONGEST; len >= 1; len--) {
		assert_true(siv_open(
		    key, STR("a"), sealed[len], len, tags[len], opened));
		assert_memory_equal(opened, clear, len);
		siv_seal(key, STR("a"), clear, len, again, tag);
		assert_memory_equal(again, sealed[len], len);
		assert_memory_equal(tag, tags[len], SIV_TAG_SIZE);
		if (len > 1)
			assert_memory_not_equal(
			    tags[len], tags[len - 1], SIV_TAG_SIZE);
	}
	siv_key_free(key);
}

static void
assert_refused(const struct siv_key *key, struct str associated,
    const uint8_t *sealed, size_t len, const uint8_t *tag)
{
	static const uint8_t wiped[sizeof(rfc_clear)];
	uint8_t clear[sizeof(rfc_clear)];

	memset(clear, 0xa5, sizeof(clear));
	assert_false(siv_open(key, associated, sealed, len, tag, clear));
	assert_memory_equal(clear, wiped, len);
}

static void
every_bit_is_guarded(void **state)
{
	struct siv_key *key = siv_key_new(rfc_key);
	uint8_t sealed[sizeof(rfc_sealed)], tag[SIV_TAG_SIZE], clear[14];

	(void)state;
	memcpy(sealed, rfc_sealed, sizeof(sealed));
	memcpy(tag, rfc_tag, sizeof(tag));
	for (size_t bit = 0; bit < sizeof(sealed) * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_refused(
		    key, rfc_associated, sealed, sizeof(sealed), tag);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < sizeof(tag) * 8; bit++) {
		tag[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_refused(
		    key, rfc_associated, sealed, sizeof(sealed), tag);
		tag[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 1; len < sizeof(sealed); len++)
		assert_refused(key, rfc_associated, sealed, len, tag);
	/* A refusal leaves the key usable. */
	assert_true(
	    siv_open(key, rfc_associated, sealed, sizeof(sealed), tag, clear));
	siv_key_free(key);
}

static void
associated_data_and_key_are_guarded(void **state)
{
	struct siv_key *key = siv_key_new(rfc_key), *other;
	uint8_t other_key[SIV_KEY_SIZE];

	(void)state;
	for (size_t len = 1; len < rfc_associated.len; len++)
		assert_refused(key, str_first(rfc_associated, len), rfc_sealed,
		    sizeof(rfc_sealed), rfc_tag);
	for (size_t i = 0; i < SIV_KEY_SIZE; i++) {
		memcpy(other_key, rfc_key, sizeof(other_key));
		other_key[i] ^= 1;
		other = siv_key_new(other_key);
		assert_refused(other, rfc_associated, rfc_sealed,
		    sizeof(rfc_sealed), rfc_tag);
		siv_key_free(other);
	}
	siv_key_free(key);
	siv_key_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vector_of_rfc_5297),
		cmocka_unit_test(messages_do_not_disturb_each_other),
		cmocka_unit_test(every_bit_is_guarded),
		cmocka_unit_test(associated_data_and_key_are_guarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
