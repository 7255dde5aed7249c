/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashes: ours and imported ones, right, wrong, outdated, hostile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "crypto/password.h"

static const struct password_cost small = { 256, 2, 1 };

struct known {
	struct str password;
	struct str hash;
	enum password_verdict verdict; /* at the small cost */
};

/* From the test suites of argon2, crypt_blowfish, SHA-crypt, libxcrypt. */
static const struct known known_hashes[] = {
	{ STR_INIT("password"),
	    STR_INIT("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
		     "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
	    PASSWORD_RIGHT },
	{ STR_INIT("password"),
	    STR_INIT("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
		     "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
	    PASSWORD_RIGHT },
	{ STR_INIT("U*U"),
	    STR_INIT("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvy"
		     "OeW"),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("correct horse"),
	    STR_INIT("$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQ"
		     "c6e"),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("\xff\xff\xa3"),
	    STR_INIT("$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXS"
		     "M3e"),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("Hello world!"),
	    STR_INIT("$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc"
		     "5"),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("Hello world!"),
	    STR_INIT("$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZ"
		     "RBAwqFMz2.opqey6IcA"),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("Hello world!"),
	    STR_INIT("$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDW"
		     "ra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3Rn"
		     "Oaw5v."),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("correct horse"),
	    STR_INIT("$y$j75$abcdefghijkl$pG0KXbHxpjIKguh3BCfALSHrI366WlMzNka7n"
		     "ozr8.8"),
	    PASSWORD_RIGHT_OUTDATED },
	{ STR_INIT("correct horse"),
	    STR_INIT("$y$j9T$abcdefghijklmnop$0Hi8KsZH/hAMRN9Bam6ce3nmi5QAIz3R/"
		     "KeaXG/c7p9"),
	    PASSWORD_RIGHT_OUTDATED },
};

static void
known_hashes_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(known_hashes); i++) {
		const struct known *known = &known_hashes[i];

		if (password_check(known->password, known->hash, &small) !=
		    known->verdict)
			fail_msg("%s", known->hash.at);
		assert_true(password_hash_is_known(known->hash));
	}
}

/* A letter more, less, or other: never right. */
static void
near_misses_are_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(known_hashes); i++) {
		struct str right = known_hashes[i].password;
		char other[40] = "";
		const struct str misses[] = { STR_NONE,
			str_first(right, right.len - 1), { other, right.len },
			{ other, right.len + 1 } };

		memcpy(other, right.at, right.len);
		other[0] ^= 1;
		for (size_t miss = 0; miss < COUNT_OF(misses); miss++) {
			if (miss == 3) {
				other[0] ^= 1;
				other[right.len] = ' ';
			}
			assert_int_equal(password_check(misses[miss],
					     known_hashes[i].hash, &small),
			    PASSWORD_WRONG);
		}
	}
}

/* One letter of the hash's output changed, at its start and near its end. */
static void
changed_hashes_are_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(known_hashes); i++) {
		struct str hash = known_hashes[i].hash;
		char *changed = memory_text(hash.at, hash.len);
		const size_t places[] = { hash.len - 20, hash.len - 5 };

		for (size_t p = 0; p < COUNT_OF(places); p++) {
			char kept = changed[places[p]];

			changed[places[p]] = kept == 'a' ? 'b' : 'a';
			assert_int_equal(
			    password_check(known_hashes[i].password,
				str_of(changed), &small),
			    PASSWORD_WRONG);
			changed[places[p]] = kept;
		}
		free(changed);
	}
}

static void
new_hashes_are_right(void **state)
{
	static const struct str passwords[] = {
		STR_INIT("correct horse battery staple"),
		STR_INIT(" blanks kept "),
		STR_INIT("\xc3\xa9t\xc3\xa9\xf0\x9f\x90\xb4"),
		STR_INIT("\xff\x01$:%\n"),
		STR_INIT(""),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(passwords); i++) {
		CLEANUP(buf_clear) struct buf hash = BUF_INIT(1000);
		CLEANUP(buf_clear) struct buf again = BUF_INIT(1000);

		assert_true(password_hash(passwords[i], &small, &hash));
		assert_true(password_hash(passwords[i], &small, &again));
		assert_true(str_starts(
		    buf_str(&hash), STR("$argon2id$v=19$m=256,t=2,p=1$")));
		assert_false(str_equal(buf_str(&hash), buf_str(&again)));
		assert_true(password_hash_is_known(buf_str(&hash)));
		assert_int_equal(
		    password_check(passwords[i], buf_str(&hash), &small),
		    PASSWORD_RIGHT);
		for (size_t j = 0; j < COUNT_OF(passwords); j++) {
			if (j != i)
				assert_int_equal(password_check(passwords[j],
						     buf_str(&hash), &small),
				    PASSWORD_WRONG);
		}
	}
}

static void
outdated_is_told(void **state)
{
	static const struct {
		struct password_cost today;
		enum password_verdict verdict;
	} cases[] = {
		{ { 256, 2, 1 }, PASSWORD_RIGHT },
		{ { 128, 2, 1 }, PASSWORD_RIGHT },
		{ { 256, 1, 1 }, PASSWORD_RIGHT },
		{ { 257, 2, 1 }, PASSWORD_RIGHT_OUTDATED },
		{ { 256, 3, 1 }, PASSWORD_RIGHT_OUTDATED },
		{ { 19456, 2, 1 }, PASSWORD_RIGHT_OUTDATED },
		{ { 512, 1, 1 }, PASSWORD_RIGHT_OUTDATED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(password_check(STR("password"),
				     known_hashes[0].hash, &cases[i].today),
		    cases[i].verdict);
}

static void
long_passwords_are_never_cut(void **state)
{
	CLEANUP(buf_clear) struct buf hash = BUF_INIT(1000);
	CLEANUP(buf_clear) struct buf none = BUF_INIT(1000);
	char text[PASSWORD_LONGEST + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_true(password_hash(
	    (struct str){ text, PASSWORD_LONGEST }, &small, &hash));
	assert_int_equal(password_check((struct str){ text, PASSWORD_LONGEST },
			     buf_str(&hash), &small),
	    PASSWORD_RIGHT);
	assert_int_equal(
	    password_check((struct str){ text, PASSWORD_LONGEST - 1 },
		buf_str(&hash), &small),
	    PASSWORD_WRONG);
	assert_int_equal(
	    password_check((struct str){ text, PASSWORD_LONGEST + 1 },
		buf_str(&hash), &small),
	    PASSWORD_WRONG);
	assert_false(password_hash(
	    (struct str){ text, PASSWORD_LONGEST + 1 }, &small, &none));
	assert_int_equal(none.len, 0);
}

/* crypt(3) would stop at the NUL and find the rest right. */
static void
nul_is_wrong(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(known_hashes); i++) {
		struct str right = known_hashes[i].password;
		char with_nul[40] = "";

		memcpy(with_nul, right.at, right.len);
		assert_int_equal(
		    password_check((struct str){ with_nul, right.len + 1 },
			known_hashes[i].hash, &small),
		    PASSWORD_WRONG);
	}
	assert_false(password_hash(STR("pass\0word"), &small, &out));
	assert_false(password_hash(STR("password\0"), &small, &out));
	assert_int_equal(out.len, 0);
}

/* bcrypt of 72 times "p": what it was made of is right, and nothing longer. */
static void
bcrypt_never_compares_a_part(void **state)
{
	static const struct str hash = STR_INIT(
	    "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO");
	char text[74];

	(void)state;
	memset(text, 'p', sizeof(text));
	assert_int_equal(password_check((struct str){ text, 72 }, hash, &small),
	    PASSWORD_RIGHT_OUTDATED);
	assert_int_equal(password_check((struct str){ text, 71 }, hash, &small),
	    PASSWORD_WRONG);
	assert_int_equal(password_check((struct str){ text, 73 }, hash, &small),
	    PASSWORD_WRONG);
	assert_int_equal(password_check((struct str){ text, 74 }, hash, &small),
	    PASSWORD_WRONG);
}

#define OUTPUT_32 "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
#define OUTPUT_43 "pG0KXbHxpjIKguh3BCfALSHrI366WlMzNka7nozr8.8"
#define OUTPUT_86 OUTPUT_43 OUTPUT_43
#define OUTPUT_53 "abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"

static const struct str unusable[] = {
	STR_INIT(""),
	STR_INIT("*"),
	STR_INIT("!"),
	STR_INIT("x"),
	STR_INIT("password"),
	STR_INIT("$"),
	STR_INIT("$argon2id$"),
	STR_INIT("$argon2id$v=19$"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1$$" OUTPUT_32),
	/* An output so short that one in 256 passwords would be right. */
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32 "$"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32 "\0"),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=1,x=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$t=2,m=256,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=18$m=256,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32),
	/* More than we would ever compute. */
	STR_INIT("$argon2id$v=19$m=1048577,t=1,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$m=1048576,t=5,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT(
	    "$argon2id$v=19$m=256,t=4294967295,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$m=65536,t=1,p=1000$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$m=256,t=2,p=0$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32),
	STR_INIT("$2b$31$" OUTPUT_53),
	STR_INIT("$2b$17$" OUTPUT_53),
	STR_INIT("$2b$03$" OUTPUT_53),
	STR_INIT("$2b$4$" OUTPUT_53),
	STR_INIT("$2x$04$" OUTPUT_53),
	STR_INIT("$2b$04$" OUTPUT_53 "a"),
	STR_INIT("$2b$04$abcdefghijklmnopqrstuu"),
	STR_INIT("$5$rounds=5000001$salt$" OUTPUT_43),
	STR_INIT("$6$rounds=999999999$salt$" OUTPUT_86),
	STR_INIT("$6$rounds=$salt$" OUTPUT_86),
	STR_INIT("$6$sa:lt$" OUTPUT_86),
	STR_INIT("$6$salt$" OUTPUT_43),
	STR_INIT("$6$salt$"),
	STR_INIT("$y$jGT$abcdefghijkl$" OUTPUT_43),
	STR_INIT("$y$jzz$abcdefghijkl$" OUTPUT_43),
	STR_INIT("$y$./T$abcdefghijkl$" OUTPUT_43),
	STR_INIT("$y$j9T$" OUTPUT_43),
	STR_INIT("$1$salt$qJH7.N4xYta3aEG/dfqo/0"), /* MD5 */
	STR_INIT("ab0Zz2dVGdHfE"), /* DES */
	STR_INIT("$7$CU..../....abcdefghijk$" OUTPUT_43),
};

static void
troubles_are_told_in_words(void **state)
{
	static const struct {
		struct str hash;
		const char *word;
	} cases[] = {
		{ STR_INIT(""), "clear text" },
		{ STR_INIT("password"), "clear text" },
		{ STR_INIT("ab0Zz2dVGdHfE"), "clear text" },
		{ STR_INIT("$1$salt$qJH7.N4xYta3aEG/dfqo/0"), "another kind" },
		{ STR_INIT("{SSHA}abcdefghijkl"), "another kind" },
		{ STR_INIT("$2b$20$" OUTPUT_53), "cost of 4 to 16" },
		{ STR_INIT("$2y$04$short"), "60 characters" },
		{ STR_INIT("$5$rounds=999999999$salt$" OUTPUT_43), "SHA-256" },
		{ STR_INIT("$6$rounds=999999999$salt$" OUTPUT_86), "SHA-512" },
		{ STR_INIT("$y$jzz$abcdefghijkl$" OUTPUT_43), "yescrypt" },
		{ STR_INIT(
		      "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" OUTPUT_32),
		    "Argon2id" },
		{ STR_INIT("$argon2id$v=19$m=4194304,t=1,p=1$"
			   "c29tZXNhbHQ$" OUTPUT_32),
		    "1 GiB" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *trouble = password_hash_trouble(cases[i].hash);

		assert_non_null(trouble);
		assert_non_null(strstr(trouble, cases[i].word));
	}
	for (size_t i = 0; i < COUNT_OF(known_hashes); i++)
		assert_null(password_hash_trouble(known_hashes[i].hash));
}

static void
unusable_hashes_are_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(unusable); i++) {
		if (password_hash_is_known(unusable[i]))
			fail_msg("known: %s", unusable[i].at);
		assert_int_equal(
		    password_check(STR("password"), unusable[i], &small),
		    PASSWORD_WRONG);
		assert_int_equal(password_check(STR(""), unusable[i], &small),
		    PASSWORD_WRONG);
	}
}

static void
wild_costs_are_refused(void **state)
{
	static const struct password_cost wild[] = { { 0, 2, 1 }, { 256, 0, 1 },
		{ 256, 2, 0 }, { 7, 1, 1 }, { 15, 1, 2 }, { 1048577, 1, 1 },
		{ 1048576, 5, 1 }, { UINT32_MAX, UINT32_MAX, UINT32_MAX } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wild); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

		assert_false(password_hash(STR("password"), &wild[i], &out));
		assert_int_equal(out.len, 0);
	}
}

static double
check_seconds(struct str hash, const struct password_cost *cost)
{
	clock_t start = clock();

	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    password_check(STR("wrong"), hash, cost), PASSWORD_WRONG);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Wide limits: without the work it would be a thousandth. */
static void
no_account_costs_as_much(void **state)
{
	static const struct password_cost cost = { 8192, 2, 1 };
	CLEANUP(buf_clear) struct buf hash = BUF_INIT(1000);
	double real;

	(void)state;
	assert_true(password_hash(STR("password"), &cost, &hash));
	real = check_seconds(buf_str(&hash), &cost);
	assert_true(check_seconds(STR_NONE, &cost) > real / 4);
	assert_true(check_seconds(STR_NONE, &cost) < real * 4);
	assert_true(check_seconds(STR("!"), &cost) > real / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hashes_are_judged),
		cmocka_unit_test(near_misses_are_wrong),
		cmocka_unit_test(changed_hashes_are_wrong),
		cmocka_unit_test(new_hashes_are_right),
		cmocka_unit_test(outdated_is_told),
		cmocka_unit_test(long_passwords_are_never_cut),
		cmocka_unit_test(bcrypt_never_compares_a_part),
		cmocka_unit_test(nul_is_wrong),
		cmocka_unit_test(troubles_are_told_in_words),
		cmocka_unit_test(unusable_hashes_are_wrong),
		cmocka_unit_test(wild_costs_are_refused),
		cmocka_unit_test(no_account_costs_as_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
