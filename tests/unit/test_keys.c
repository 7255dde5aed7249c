/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of an installation: what a key file may look like, and that every
 * generation and purpose has a key of its own, derived as RFC 5869 says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/mac.h"
#include "crypto/sealed.h"
#include "crypto/siv.h"

#define SECRET_1 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define SECRET_2 "__________________________________________8"

static struct keys *
parse(const char *text)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1000);
	struct keys *keys = keys_parse(str_of(text), &why);

	if (keys == NULL)
		fail_msg("%s: %s", text, buf_cstr(&why));
	assert_int_equal(why.len, 0);
	return keys;
}

static void
good_files_are_read(void **state)
{
	static const struct {
		const char *text;
		unsigned newest;
	} cases[] = {
		{ "1 " SECRET_1 "\n", 1 },
		{ "1 " SECRET_1, 1 },
		{ "# words\n\n  \n7 " SECRET_1 "\n# more\n", 7 },
		{ "255 " SECRET_1 "\n3 " SECRET_2 "\n", 255 },
		{ "  2   " SECRET_1 " \t\n1\x20" SECRET_2 "\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct keys *keys = parse(cases[i].text);

		assert_int_equal(keys_newest(keys), cases[i].newest);
		assert_non_null(
		    keys_mac(keys, cases[i].newest, MAC_LOGIN_FORM));
		assert_non_null(
		    keys_siv(keys, cases[i].newest, SIV_SERVICE_TICKET));
		keys_free(keys);
	}
	keys_free(NULL);
}

static void
bad_files_are_refused(void **state)
{
	static const struct {
		struct str text;
		const char *why;
	} cases[] = {
		{ STR_INIT(""), "there is no key" },
		{ STR_INIT("# only words\n"), "there is no key" },
		{ STR_INIT("0 " SECRET_1), "line 1: a key is a number" },
		{ STR_INIT("256 " SECRET_1), "line 1: a key is a number" },
		{ STR_INIT("-1 " SECRET_1), "line 1: a key is a number" },
		{ STR_INIT("+1 " SECRET_1), "line 1: a key is a number" },
		{ STR_INIT("18446744073709551617 " SECRET_1), "line 1: a key" },
		{ STR_INIT("1"), "line 1: a key is a number" },
		{ STR_INIT(SECRET_1), "line 1: a key is a number" },
		{ STR_INIT("1:" SECRET_1), "line 1: a key is a number" },
		{ STR_INIT("\n1 " SECRET_1 "\n1 " SECRET_2),
		    "line 3: this number stands twice" },
		{ STR_INIT("1 " SECRET_1 "\n01 " SECRET_2),
		    "line 2: this number stands twice" },
		{ STR_INIT("1 "), "line 1: " },
		{ STR_INIT("1 AAAA"), "line 1: the secret must be" },
		{ STR_INIT("1 " SECRET_1 "="), "line 1: the secret must be" },
		{ STR_INIT("1 " SECRET_1 "AA"), "line 1: the secret must be" },
		{ STR_INIT("1 " SECRET_1 "\r\n"), "line 1: the secret must" },
		{ STR_INIT("1 " SECRET_1 " x"), "line 1: the secret must be" },
		{ STR_INIT("1 " SECRET_1 "\0"), "line 1: the secret must be" },
		{ STR_INIT("1 +/ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
		    "line 1: the secret must be" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1000);

		assert_null(keys_parse(cases[i].text, &why));
		if (!str_starts(buf_str(&why), str_of(cases[i].why)))
			fail_msg("case %zu: %s", i, buf_cstr(&why));
		assert_null(strstr(buf_cstr(&why), "AAEC"));
		assert_true(why.len > 0);
	}
}

/* HKDF-SHA-256 by its definition, for outputs of one block. */
static void
hkdf(struct str secret, struct str salt, struct str info, uint8_t out[32])
{
	const struct str parts[] = { info, STR("\x01") };
	struct mac_key *extract = mac_key_new(salt.at, salt.len), *expand;
	uint8_t fixed[MAC_SIZE];

	mac_compute(extract, &secret, 1, fixed);
	expand = mac_key_new(fixed, sizeof(fixed));
	mac_compute(expand, parts, COUNT_OF(parts), out);
	mac_key_free(extract);
	mac_key_free(expand);
}

/* The test's own derivation is right: first block of RFC 5869 A.1. */
static void
vector_of_rfc_5869(void **state)
{
	CLEANUP(buf_clear) struct buf spelled = BUF_INIT(1000);
	uint8_t out[32];

	(void)state;
	hkdf(STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
		 "\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
	    STR("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"),
	    STR("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"), out);
	bytes_hex(&spelled, out, sizeof(out));
	assert_string_equal(buf_cstr(&spelled),
	    "3cb25f25faacd57a90434f64d0362f2a"
	    "2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

static void
label_key(struct str label, uint8_t out[32])
{
	static const char no_salt[32];
	uint8_t secret[32];

	for (uint8_t i = 0; i < 32; i++)
		secret[i] = i;
	hkdf((struct str){ (const char *)secret, sizeof(secret) },
	    (struct str){ no_salt, sizeof(no_salt) }, label, out);
}

/* Stored hashes and live tickets hang on these labels. */
static void
keys_are_derived_as_documented(void **state)
{
	static const struct str labels[MAC_PURPOSE_COUNT] = {
		[MAC_SESSION_COOKIE] = STR_INIT("portillon session cookie"),
		[MAC_REST_TICKET] = STR_INIT("portillon rest ticket"),
		[MAC_SIGN_IN_COOKIE] = STR_INIT("portillon sign-in cookie"),
		[MAC_TRUSTED_BROWSER] = STR_INIT("portillon trusted browser"),
		[MAC_LOGIN_FORM] = STR_INIT("portillon login form"),
		[MAC_SERVICE_URL] = STR_INIT("portillon service url"),
		[MAC_THROTTLE] = STR_INIT("portillon throttle"),
		[MAC_KEY_CHECK] = STR_INIT("portillon key check"),
		[MAC_KNOWN_BROWSER] = STR_INIT("portillon known browser"),
		[MAC_EMAIL_CODE] = STR_INIT("portillon email code"),
		[MAC_PROXY_GRANT] = STR_INIT("portillon proxy grant"),
		[MAC_OPAQUE_NAME] = STR_INIT("portillon opaque name"),
	};
	static const struct str siv_labels[SIV_PURPOSE_COUNT] = {
		[SIV_SERVICE_TICKET] = STR_INIT("portillon service ticket"),
		[SIV_PROXY_TICKET] = STR_INIT("portillon proxy ticket"),
	};
	const struct str text = STR("text");
	struct keys *keys = parse("9 " SECRET_1);
	uint8_t key[32], mac[MAC_SIZE], sealed[4], tag[SIV_TAG_SIZE], clear[4];
	struct siv_key *siv;

	(void)state;
	for (int i = 0; i < MAC_PURPOSE_COUNT; i++) {
		struct mac_key *expected;

		label_key(labels[i], key);
		expected = mac_key_new(key, sizeof(key));
		mac_compute(expected, &text, 1, mac);
		assert_true(mac_matches(keys_mac(keys, 9, (enum mac_purpose)i),
		    &text, 1, mac, MAC_SIZE));
		mac_key_free(expected);
	}
	for (int i = 0; i < SIV_PURPOSE_COUNT; i++) {
		label_key(siv_labels[i], key);
		siv = siv_key_new(key);
		siv_seal(siv, text, (const uint8_t *)"seal", 4, sealed, tag);
		assert_true(siv_open(keys_siv(keys, 9, (enum siv_purpose)i),
		    text, sealed, 4, tag, clear));
		assert_memory_equal(clear, "seal", 4);
		siv_key_free(siv);
	}
	keys_free(keys);
}

/* So do the sealed columns of the database; none opens another's. */
static void
sealing_keys_are_derived_as_documented(void **state)
{
	static const struct str labels[SEAL_PURPOSE_COUNT] = {
		[SEAL_TOTP_SECRET] = STR_INIT("portillon totp secret"),
		[SEAL_OUTBOX] = STR_INIT("portillon outbox"),
	};
	static const struct sealed_place place = { STR_INIT("t"), STR_INIT("c"),
		1 };
	struct keys *keys = parse("8 " SECRET_2 "\n9 " SECRET_1);
	uint8_t key[32], sealed[4 + SEALED_EXTRA], clear[4];

	(void)state;
	for (int i = 0; i < SEAL_PURPOSE_COUNT; i++) {
		struct sealed_key *expected;

		label_key(labels[i], key);
		expected = sealed_key_new(key);
		sealed_make(
		    expected, &place, (const uint8_t *)"seal", 4, sealed);
		for (int j = 0; j < SEAL_PURPOSE_COUNT; j++) {
			enum seal_purpose other = (enum seal_purpose)j;

			assert_int_equal(
			    sealed_open(keys_sealed(keys, 9, other), &place,
				sealed, sizeof(sealed), clear),
			    i == j);
			assert_false(sealed_open(keys_sealed(keys, 8, other),
			    &place, sealed, sizeof(sealed), clear));
		}
		sealed_key_free(expected);
	}
	keys_free(keys);
}

static void
purposes_and_generations_differ(void **state)
{
	struct keys *keys = parse("1 " SECRET_1 "\n2 " SECRET_2);
	const struct str text = STR("text");
	uint8_t macs[2 * MAC_PURPOSE_COUNT][MAC_SIZE];

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(macs); i++) {
		mac_compute(
		    keys_mac(keys, 1 + i % 2, (enum mac_purpose)(i / 2)), &text,
		    1, macs[i]);
		for (unsigned before = 0; before < i; before++)
			assert_memory_not_equal(
			    macs[i], macs[before], MAC_SIZE);
	}
	assert_ptr_not_equal(keys_siv(keys, 1, SIV_SERVICE_TICKET),
	    keys_siv(keys, 2, SIV_SERVICE_TICKET));
	keys_free(keys);
}

static void
unknown_generations_have_no_key(void **state)
{
	static const unsigned absent[] = { 0, 2, 255, 256, 257, UINT32_MAX };
	struct keys *keys = parse("1 " SECRET_1);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(absent); i++) {
		assert_null(keys_mac(keys, absent[i], MAC_KNOWN_BROWSER));
		assert_null(keys_siv(keys, absent[i], SIV_SERVICE_TICKET));
		assert_null(keys_sealed(keys, absent[i], SEAL_OUTBOX));
	}
	keys_free(keys);
}

static void
new_files_are_readable_and_unlike(void **state)
{
	CLEANUP(buf_clear) struct buf first = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf second = BUF_INIT(4096);
	struct keys *keys;

	(void)state;
	keys_write_new(&first);
	keys_write_new(&second);
	assert_string_not_equal(buf_cstr(&first), buf_cstr(&second));
	assert_int_equal(first.at[0], '#');
	assert_int_equal(first.at[first.len - 1], '\n');
	keys = parse(buf_cstr(&first));
	assert_int_equal(keys_newest(keys), 1);
	keys_free(keys);
}

/* Comments, blank lines and the order of the others stay. */
static void
files_are_changed_by_the_line(void **state)
{
	static const struct {
		const char *before, *without_2;
	} cases[] = {
		{ "1 " SECRET_1 "\n2 " SECRET_2 "\n", "1 " SECRET_1 "\n" },
		{ "# 2 is\n\n 2 " SECRET_2 "\n1 " SECRET_1,
		    "# 2 is\n\n1 " SECRET_1 },
		{ "1 " SECRET_1 "\r\n2 " SECRET_2, "1 " SECRET_1 "\r\n" },
		{ "12 " SECRET_1 "\n22 " SECRET_2 "\n",
		    "12 " SECRET_1 "\n22 " SECRET_2 "\n" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);

		keys_write_without(&out, str_of(cases[i].before), 2);
		assert_string_equal(buf_cstr(&out), cases[i].without_2);
	}
}

static void
added_keys_are_new_each_time(void **state)
{
	CLEANUP(buf_clear) struct buf first = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf second = BUF_INIT(4096);
	const struct str text = STR("# ours\n1 " SECRET_1); /* no last \n */
	struct keys *old = parse("1 " SECRET_1), *one, *other;

	(void)state;
	keys_write_added(&first, text, 2);
	keys_write_added(&second, text, 2);
	one = parse(buf_cstr(&first));
	other = parse(buf_cstr(&second));
	assert_true(str_starts(buf_str(&first), text));
	assert_int_equal(keys_newest(one), 2);

	/* the check tells secrets apart, not files */
	assert_true(keys_check(old, 1) > 0);
	assert_true(keys_check(one, 1) == keys_check(old, 1));
	assert_true(keys_check(one, 2) > 0);
	assert_true(keys_check(one, 2) != keys_check(other, 2));
	assert_true(keys_check(one, 2) != keys_check(one, 1));
	assert_int_equal(keys_check(one, 3), 0);
	assert_int_equal(keys_check(one, UINT32_MAX), 0);
	keys_free(old);
	keys_free(one);
	keys_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files_are_read),
		cmocka_unit_test(bad_files_are_refused),
		cmocka_unit_test(vector_of_rfc_5869),
		cmocka_unit_test(keys_are_derived_as_documented),
		cmocka_unit_test(sealing_keys_are_derived_as_documented),
		cmocka_unit_test(purposes_and_generations_differ),
		cmocka_unit_test(unknown_generations_have_no_key),
		cmocka_unit_test(new_files_are_readable_and_unlike),
		cmocka_unit_test(files_are_changed_by_the_line),
		cmocka_unit_test(added_keys_are_new_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
