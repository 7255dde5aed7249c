/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and their spellings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/memory.h"

static void
test_equal_secret(void **state)
{
	uint8_t left[32] = { 0 }, right[32] = { 0 };

	(void)state;
	assert_true(bytes_equal_secret(left, right, 32));
	assert_true(bytes_equal_secret("a", "b", 0));
	for (size_t i = 0; i < 32 * 8; i++) {
		right[i / 8] = (uint8_t)(1u << i % 8);
		assert_false(bytes_equal_secret(left, right, 32));
		right[i / 8] = 0;
	}
}

static void
test_wipe(void **state)
{
	char text[] = "secret";

	(void)state;
	bytes_wipe(text, 3);
	assert_memory_equal(text, "\0\0\0ret", 7);
	bytes_wipe(NULL, 0);
}

static void
test_hex(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(10);

	(void)state;
	bytes_hex(&out, "\x00\x1f\xab\xff\x90", 5);
	assert_string_equal(buf_cstr(&out), "001fabff90");
	bytes_hex(&out, "", 1);
	assert_false(buf_ok(&out));
}

/* RFC 4648, section 10, without the padding, and the two last letters. */
static const struct {
	struct str bytes;
	const char *spelling;
} base64_cases[] = {
	{ STR_INIT(""), "" },
	{ STR_INIT("f"), "Zg" },
	{ STR_INIT("fo"), "Zm8" },
	{ STR_INIT("foo"), "Zm9v" },
	{ STR_INIT("foob"), "Zm9vYg" },
	{ STR_INIT("fooba"), "Zm9vYmE" },
	{ STR_INIT("foobar"), "Zm9vYmFy" },
	{ STR_INIT("\xfb\xff\xfe"), "-__-" },
	{ STR_INIT("\xff\xff"), "__8" },
};

static void
test_base64url(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(base64_cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(100);
		struct str bytes = base64_cases[i].bytes;
		struct str spelling = str_of(base64_cases[i].spelling);
		char back[16];

		bytes_base64url(&out, bytes.at, bytes.len);
		assert_string_equal(buf_cstr(&out), base64_cases[i].spelling);
		assert_true(bytes_from_base64url(spelling, back, bytes.len));
		assert_memory_equal(back, bytes.at, bytes.len);
		assert_false(
		    bytes_from_base64url(spelling, back, bytes.len + 1));
	}
}

static void
test_base64(void **state)
{
	static const struct {
		struct str bytes;
		const char *spelling;
	} cases[] = {
		{ STR_INIT(""), "" },
		{ STR_INIT("f"), "Zg==" },
		{ STR_INIT("fo"), "Zm8=" },
		{ STR_INIT("foo"), "Zm9v" },
		{ STR_INIT("foob"), "Zm9vYg==" },
		{ STR_INIT("\xfb\xff\xfe"), "+//+" },
	};
	CLEANUP(buf_clear) struct buf small = BUF_INIT(3);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(100);

		bytes_base64(&out, cases[i].bytes.at, cases[i].bytes.len);
		assert_string_equal(buf_cstr(&out), cases[i].spelling);
	}
	bytes_base64(&small, "f", 1);
	assert_false(buf_ok(&small));
}

/* RFC 4648, 10, without the padding. */
static void
test_base32(void **state)
{
	static const struct {
		struct str bytes;
		const char *spelling;
	} cases[] = {
		{ STR_INIT(""), "" },
		{ STR_INIT("f"), "MY" },
		{ STR_INIT("fo"), "MZXQ" },
		{ STR_INIT("foo"), "MZXW6" },
		{ STR_INIT("foob"), "MZXW6YQ" },
		{ STR_INIT("fooba"), "MZXW6YTB" },
		{ STR_INIT("foobar"), "MZXW6YTBOI" },
		{ STR_INIT("\xff\xff\xff\xff\xff\0"), "77777777AA" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10);

		bytes_base32(&out, cases[i].bytes.at, cases[i].bytes.len);
		assert_true(buf_ok(&out));
		assert_string_equal(buf_cstr(&out), cases[i].spelling);
	}
}

static void
test_bad_base64url(void **state)
{
	static const struct {
		struct str text;
		size_t len;
	} cases[] = {
		{ STR_INIT("Zh"), 1 }, /* unused bits set */
		{ STR_INIT("Zm9"), 2 },
		{ STR_INIT("Zg=="), 1 },
		{ STR_INIT("Zg="), 1 },
		{ STR_INIT("Z"), 1 },
		{ STR_INIT("Z"), 0 },
		{ STR_INIT("Zm9v\0"), 3 },
		{ STR_INIT("Zm+v"), 3 },
		{ STR_INIT("Zm/v"), 3 },
		{ STR_INIT("Zm v"), 3 },
		{ STR_INIT("Zm\xc3v"), 3 },
		{ STR_INIT("Zm9v"), 2 },
		{ STR_INIT("Zm9v"), SIZE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[] = "kept";

		if (bytes_from_base64url(cases[i].text, out, cases[i].len))
			fail_msg("%.*s", STR_ARGS(cases[i].text));
		assert_string_equal(out, "kept");
	}
}

/* Every length there and back, by a cheap generator of odd bytes. */
static void
test_base64url_round_trip(void **state)
{
	uint8_t bytes[64], back[64];
	uint32_t seed = 1;

	(void)state;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(100);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		bytes_base64url(&out, bytes, len);
		assert_true(bytes_from_base64url(buf_str(&out), back, len));
		assert_memory_equal(bytes, back, len);
	}
}

static void
test_base62(void **state)
{
	static const struct {
		struct str bytes;
		const char *spelling;
	} cases[] = {
		{ STR_INIT("\x00"), "00" },
		{ STR_INIT("\x09"), "09" },
		{ STR_INIT("\x0a"), "0A" },
		{ STR_INIT("\x23"), "0Z" },
		{ STR_INIT("\x24"), "0a" },
		{ STR_INIT("\x3d"), "0z" },
		{ STR_INIT("\x3e"), "10" },
		{ STR_INIT("\xff"), "47" },
		{ STR_INIT("\x36\x9b\x13\xe0"), "0000100000" }, /* 62^5 */
		{ STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff"), "LygHa16AHYF" },
		{ STR_INIT("\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
		    "000LygHa16AHYG" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str spelling = str_of(cases[i].spelling);
		const uint8_t *bytes = (const uint8_t *)cases[i].bytes.at;
		size_t len = cases[i].bytes.len;
		char out[20] = "";
		uint8_t back[16];

		bytes_base62(out, spelling.len, bytes, len);
		assert_string_equal(out, spelling.at);
		assert_true(bytes_from_base62(spelling, back, len));
		assert_memory_equal(back, bytes, len);
	}
}

static void
test_bad_base62(void **state)
{
	static const struct {
		struct str text;
		size_t len;
	} cases[] = {
		{ STR_INIT(""), 1 },
		{ STR_INIT("-"), 1 },
		{ STR_INIT("0\0"), 1 },
		{ STR_INIT("0000000000_"), 1 },
		{ STR_INIT("\xc3\xa9"), 8 },
		{ STR_INIT("48"), 1 }, /* 256 */
		{ STR_INIT("H33"), 2 }, /* 65,659 */
		{ STR_INIT("zzzzz"), 3 },
		{ STR_INIT("4gfFC4"), 4 }, /* 2^32 */
		{ STR_INIT("LygHa16AHYG"), 8 }, /* 2^64 */
		{ STR_INIT("zzzzzzzzzzzzzzzzzzzz"), 8 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t out[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

		if (bytes_from_base62(cases[i].text, out, cases[i].len))
			fail_msg("%.*s", STR_ARGS(cases[i].text));
		assert_memory_equal(out, "\1\2\3\4\5\6\7\10", 8);
	}
}

/* A ticket's 44 bytes; the spelling was computed with Python's integers. */
static void
test_base62_ticket(void **state)
{
	static const char expected[] =
	    "1H824Uv2HqSM2NLorlU7gTB8kwlY0aOUbytzSdsaVRvHF504MuL1qdnxx4Ud";
	uint8_t bytes[44];
	char out[61] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(200 + i);
	bytes_base62(out, 60, bytes, sizeof(bytes));
	assert_string_equal(out, expected);
}

/* Largest numbers: 44 bytes fill 60 digits, 32 bytes 43, and 64 bytes 86. */
static void
test_base62_largest(void **state)
{
	static const struct {
		size_t len;
		size_t digits;
	} cases[] = { { 44, 60 }, { 32, 43 }, { 64, 86 }, { 44, 70 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t bytes[64], back[64];
		char text[100];
		struct str spelling = { text, cases[i].digits };
		size_t last = cases[i].len - 1;

		memset(bytes, 0xff, sizeof(bytes));
		bytes_base62(text, cases[i].digits, bytes, cases[i].len);
		assert_true(bytes_from_base62(spelling, back, cases[i].len));
		assert_memory_equal(bytes, back, cases[i].len);
		assert_false(bytes_from_base62(spelling, back, last));
		/* One more does not fit. */
		assert_int_not_equal(text[cases[i].digits - 1], '9');
		assert_int_not_equal(text[cases[i].digits - 1], 'Z');
		assert_int_not_equal(text[cases[i].digits - 1], 'z');
		text[cases[i].digits - 1]++;
		assert_false(bytes_from_base62(spelling, back, cases[i].len));
	}
}

static void
test_big_endian(void **state)
{
	uint8_t out[8];

	(void)state;
	bytes_put_be(out, 6, 0x010203040506);
	assert_memory_equal(out, "\1\2\3\4\5\6", 6);
	assert_int_equal(bytes_get_be(out, 6), 0x010203040506);
	assert_int_equal(bytes_get_be(out, 1), 1);
	bytes_put_be(out, 8, UINT64_MAX - 1);
	assert_true(bytes_get_be(out, 8) == UINT64_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_secret),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base32),
		cmocka_unit_test(test_bad_base64url),
		cmocka_unit_test(test_base64url_round_trip),
		cmocka_unit_test(test_base62),
		cmocka_unit_test(test_bad_base62),
		cmocka_unit_test(test_base62_ticket),
		cmocka_unit_test(test_base62_largest),
		cmocka_unit_test(test_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
