/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-256: the vectors of RFC 4231, parts, and cut-off MACs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/mac.h"

#define TEN(text) text text text text text text text text text text
#define TWENTY(text) TEN(text) TEN(text)
#define FIFTY(text) TWENTY(text) TWENTY(text) TEN(text)

struct vector {
	struct str key;
	struct str text;
	const char *mac; /* its start, for case 5 of the RFC */
};

static const struct vector vectors[] = {
	{ STR_INIT(TWENTY("\x0b")), STR_INIT("Hi There"),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff"
	    "7" },
	{ STR_INIT("Jefe"), STR_INIT("what do ya want for nothing?"),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec384"
	    "3" },
	{ STR_INIT(TWENTY("\xaa")), STR_INIT(FIFTY("\xdd")),
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565f"
	    "e" },
	{ STR_INIT("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"
		   "\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19"),
	    STR_INIT(FIFTY("\xcd")),
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665"
	    "b" },
	{ STR_INIT(TWENTY("\x0c")), STR_INIT("Test With Truncation"),
	    "a3b6167473100ee06e0c796c2955552b" },
	{ STR_INIT(
	      FIFTY("\xaa") FIFTY("\xaa") TWENTY("\xaa") TEN("\xaa") "\xaa"),
	    STR_INIT("Test Using Larger Than Block-Size Key - Hash Key First"),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f5"
	    "4" },
	{ STR_INIT(
	      FIFTY("\xaa") FIFTY("\xaa") TWENTY("\xaa") TEN("\xaa") "\xaa"),
	    STR_INIT("This is a test using a larger than block-size key and a "
		     "larger than block-size data. The key needs to be hashed "
		     "before being used by the HMAC algorithm."),
	    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e"
	    "2" },
};

static void
assert_mac(const uint8_t mac[static MAC_SIZE], const char *expected)
{
	CLEANUP(buf_clear) struct buf spelled = BUF_INIT(1000);

	bytes_hex(&spelled, mac, strlen(expected) / 2);
	assert_string_equal(buf_cstr(&spelled), expected);
}

static void
vectors_of_rfc_4231(void **state)
{
	uint8_t mac[MAC_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		struct mac_key *key =
		    mac_key_new(vectors[i].key.at, vectors[i].key.len);

		/* Twice: the first must not spoil the key. */
		mac_compute(key, &vectors[i].text, 1, mac);
		mac_compute(key, &vectors[i].text, 1, mac);
		assert_mac(mac, vectors[i].mac);
		mac_key_free(key);
	}
}

/* Wherever the text is cut, and with empty parts in between. */
static void
parts_are_one_text(void **state)
{
	const struct vector *vector = &vectors[1];
	struct mac_key *key = mac_key_new(vector->key.at, vector->key.len);
	uint8_t mac[MAC_SIZE];

	(void)state;
	for (size_t cut = 0; cut <= vector->text.len; cut++) {
		const struct str parts[] = { str_first(vector->text, cut),
			STR_NONE, STR(""), str_from(vector->text, cut) };

		mac_compute(key, parts, COUNT_OF(parts), mac);
		assert_mac(mac, vector->mac);
	}
	mac_key_free(key);
}

static void
no_part_is_the_empty_text(void **state)
{
	struct mac_key *key = mac_key_new("k", 1);
	uint8_t none[MAC_SIZE], empty[MAC_SIZE];

	(void)state;
	mac_compute(key, NULL, 0, none);
	mac_compute(key, &(struct str){ "", 0 }, 1, empty);
	assert_memory_equal(none, empty, MAC_SIZE);
	mac_key_free(key);
}

static void
every_bit_matters(void **state)
{
	const struct vector *vector = &vectors[0];
	struct mac_key *key = mac_key_new(vector->key.at, vector->key.len);
	uint8_t mac[MAC_SIZE];

	(void)state;
	mac_compute(key, &vector->text, 1, mac);
	for (size_t len = 1; len <= MAC_SIZE; len++)
		assert_true(mac_matches(key, &vector->text, 1, mac, len));
	for (size_t bit = 0; bit < MAC_SIZE * 8; bit++) {
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(mac_matches(key, &vector->text, 1, mac, MAC_SIZE));
		assert_false(
		    mac_matches(key, &vector->text, 1, mac, bit / 8 + 1));
		if (bit >= 8)
			assert_true(
			    mac_matches(key, &vector->text, 1, mac, bit / 8));
		mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	mac_key_free(key);
}

static void
keys_do_not_mix(void **state)
{
	struct mac_key *first = mac_key_new("first", 5);
	struct mac_key *second = mac_key_new("second", 6);
	uint8_t mac[MAC_SIZE];

	(void)state;
	mac_compute(first, &(struct str)STR_INIT("text"), 1, mac);
	assert_false(mac_matches(
	    second, &(struct str)STR_INIT("text"), 1, mac, MAC_SIZE));
	assert_true(mac_matches(
	    first, &(struct str)STR_INIT("text"), 1, mac, MAC_SIZE));
	mac_key_free(first);
	mac_key_free(second);
	mac_key_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_rfc_4231),
		cmocka_unit_test(parts_are_one_text),
		cmocka_unit_test(no_part_is_the_empty_text),
		cmocka_unit_test(every_bit_matters),
		cmocka_unit_test(keys_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
