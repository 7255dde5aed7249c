/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes of authenticator apps: the vectors of RFC 6238, which steps are open
 * (T114, T231), that no step is taken twice (T112), and what is said about the
 * others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/random.h"
#include "factors/totp.h"

enum {
	NOW = 1800000015, /* in the middle of a step */
	STEP = NOW / TOTP_STEP_SECONDS,
	FURTHEST = 45, /* steps looked at on either side */
	SECRETS = 8
};

static const uint8_t rfc_secret[] = "12345678901234567890";

/*
 * A secret whose codes around NOW are all different, so that each offset has
 * one right answer.
 */
static void
draw_secret(uint8_t secret[static TOTP_SECRET_SIZE])
{
	char codes[2 * FURTHEST + 1][TOTP_DIGITS];
	bool differ;

	do {
		differ = true;
		random_bytes(secret, TOTP_SECRET_SIZE);
		for (size_t i = 0; i < COUNT_OF(codes); i++) {
			totp_code(
			    secret, STEP - FURTHEST + (int64_t)i, codes[i]);
			for (size_t j = 0; j < i; j++)
				differ = differ && memcmp(codes[i], codes[j],
						       TOTP_DIGITS) != 0;
		}
	} while (!differ);
}

static struct totp_judgement
judge(const struct totp *totp, int offset, unsigned window)
{
	char code[TOTP_DIGITS];

	totp_code(totp->secret, STEP + offset, code);
	return totp_judge(totp, code, NOW, window);
}

static void
vectors_of_rfc_6238(void **state)
{
	static const struct {
		int64_t time;
		const char *eight_digits;
	} cases[] = {
		{ 59, "94287082" },
		{ 1111111109, "07081804" },
		{ 1111111111, "14050471" },
		{ 1234567890, "89005924" },
		{ 2000000000, "69279037" },
		{ 20000000000, "65353130" },
	};
	struct totp totp = { rfc_secret, TOTP_NO_STEP, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *expected = cases[i].eight_digits + 2;
		char code[TOTP_DIGITS];
		struct totp_judgement judgement;

		totp_code(rfc_secret, totp_step(cases[i].time), code);
		assert_memory_equal(code, expected, TOTP_DIGITS);
		judgement = totp_judge(&totp, expected, cases[i].time, 0);
		assert_int_equal(judgement.verdict, TOTP_RIGHT);
		assert_int_equal(judgement.step, cases[i].time / 30);
		assert_int_equal(judgement.drift, 0);
	}
}

/* A step lasts from its first second to its last, no longer. */
static void
T114_a_step_has_thirty_seconds(void **state)
{
	struct totp totp = { rfc_secret, TOTP_NO_STEP, 0 };
	char code[TOTP_DIGITS];

	(void)state;
	totp_code(rfc_secret, STEP, code);
	for (int64_t second = -1; second <= 30; second++) {
		int64_t now = (int64_t)STEP * 30 + second;
		bool open =
		    totp_judge(&totp, code, now, 0).verdict == TOTP_RIGHT;

		assert_int_equal(open, second >= 0 && second < 30);
	}
}

/* What a single code must be judged, from the definition. */
static enum totp_verdict
expected_verdict(const struct totp *totp, int offset, int window)
{
	bool open =
	    abs(offset) <= window || abs(offset - totp->drift) <= window;

	if (open)
		return STEP + offset > totp->last_step ? TOTP_RIGHT : TOTP_USED;
	return offset < 0 && offset >= -TOTP_REACH ? TOTP_LATE : TOTP_WRONG;
}

static void
assert_all_offsets(const struct totp *totp, int window)
{
	for (int offset = -FURTHEST; offset <= FURTHEST; offset++) {
		struct totp_judgement judgement =
		    judge(totp, offset, (unsigned)window);

		if (judgement.verdict != expected_verdict(totp, offset, window))
			fail_msg("offset %d, drift %d, window %d: %s", offset,
			    totp->drift, window,
			    totp_verdict_name(judgement.verdict));
		assert_int_equal(judgement.step,
		    judgement.verdict == TOTP_RIGHT ? STEP + offset : 0);
		assert_int_equal(judgement.steps_late,
		    judgement.verdict == TOTP_LATE ? -offset : 0);
	}
}

/* Random secrets, all windows and drifts, all steps of 45 minutes. */
static void
T114_T231_only_documented_steps_are_open(void **state)
{
	(void)state;
	for (int i = 0; i < SECRETS; i++) {
		uint8_t secret[TOTP_SECRET_SIZE];
		struct totp totp = { secret, TOTP_NO_STEP, 0 };

		draw_secret(secret);
		for (int window = 0; window <= TOTP_WINDOW_MOST; window++) {
			totp.drift = i % 2 == 0 ? i / 2 : -(i / 2);
			assert_all_offsets(&totp, window);
		}
		totp.drift = i % 2 == 0 ? TOTP_REACH : -TOTP_REACH;
		assert_all_offsets(&totp, TOTP_WINDOW_DEFAULT);
	}
}

/* Wherever the last step was, and with a drift: strictly later or refused. */
static void
T112_a_step_is_never_taken_twice(void **state)
{
	uint8_t secret[TOTP_SECRET_SIZE];

	(void)state;
	draw_secret(secret);
	for (int last = -4; last <= 4; last++) {
		struct totp totp = { secret, STEP + last, 2 };

		assert_all_offsets(&totp, TOTP_WINDOW_DEFAULT);
		assert_all_offsets(&totp, TOTP_WINDOW_MOST);
	}
}

/* The code accepted is refused at once, and so are all before it. */
static void
T112_what_was_accepted_is_used(void **state)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	struct totp totp = { secret, TOTP_NO_STEP, 0 };
	struct totp_judgement judgement;

	(void)state;
	draw_secret(secret);
	judgement = judge(&totp, 1, TOTP_WINDOW_DEFAULT);
	assert_int_equal(judgement.verdict, TOTP_RIGHT);
	totp.last_step = judgement.step;
	totp.drift = judgement.drift;
	for (int offset = -1; offset <= 1; offset++)
		assert_int_equal(
		    judge(&totp, offset, TOTP_WINDOW_DEFAULT).verdict,
		    TOTP_USED);
	assert_int_equal(
	    judge(&totp, 2, TOTP_WINDOW_DEFAULT).verdict, TOTP_RIGHT);
}

/*
 * Two open steps with the same code: the later one is taken, or the code would
 * be good again.
 */
static void
T112_the_later_of_two_equal_steps_is_taken(void **state)
{
	enum {
		FIRST = 910737
	};
	static const char code[] = "911617";
	struct totp totp = { rfc_secret, TOTP_NO_STEP, 0 };
	struct totp_judgement judgement;
	char computed[TOTP_DIGITS];

	(void)state;
	for (int64_t step = FIRST; step <= FIRST + 1; step++) {
		totp_code(rfc_secret, step, computed);
		assert_memory_equal(computed, code, TOTP_DIGITS);
	}
	judgement = totp_judge(&totp, code, FIRST * 30, TOTP_WINDOW_DEFAULT);
	assert_int_equal(judgement.verdict, TOTP_RIGHT);
	assert_int_equal(judgement.step, FIRST + 1);
	totp.last_step = judgement.step;
	judgement =
	    totp_judge(&totp, code, (FIRST + 1) * 30, TOTP_WINDOW_DEFAULT);
	assert_int_equal(judgement.verdict, TOTP_USED);
}

/* T231: what is remembered of a phone's clock is bounded. */
static void
T231_drift_follows_the_phone_so_far(void **state)
{
	static const struct {
		int drift, offset, window, learnt;
	} cases[] = {
		{ 0, 0, 1, 0 },
		{ 0, 1, 1, 1 },
		{ 0, -1, 1, -1 },
		{ 1, 2, 1, 2 },
		{ 2, 3, 1, 2 }, /* no further */
		{ -2, -3, 1, -2 },
		{ 2, 4, 2, 2 },
		{ 2, -1, 1, -1 }, /* the phone's clock was put right */
		{ 7, 8, 1, 7 }, /* a pair has shown 7, one code adds nothing */
		{ 7, 6, 1, 6 },
		{ 7, 0, 1, 0 },
		{ -7, -8, 1, -7 },
		{ -7, -7, 0, -7 },
		{ 20, 21, 1, 20 },
	};
	uint8_t secret[TOTP_SECRET_SIZE];

	(void)state;
	draw_secret(secret);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct totp totp = { secret, TOTP_NO_STEP, cases[i].drift };
		struct totp_judgement judgement =
		    judge(&totp, cases[i].offset, (unsigned)cases[i].window);

		assert_int_equal(judgement.verdict, TOTP_RIGHT);
		assert_int_equal(judgement.drift, cases[i].learnt);
	}
}

/* What stands in the database beyond all bounds opens nothing. */
static void
T231_a_wild_drift_counts_as_none(void **state)
{
	static const int drifts[] = { 21, 22, -21, 40, INT32_MAX, INT32_MIN };
	uint8_t secret[TOTP_SECRET_SIZE];

	(void)state;
	draw_secret(secret);
	for (size_t i = 0; i < COUNT_OF(drifts); i++) {
		struct totp wild = { secret, TOTP_NO_STEP, drifts[i] };

		for (int offset = -FURTHEST; offset <= FURTHEST; offset++)
			assert_int_equal(
			    judge(&wild, offset, TOTP_WINDOW_MOST).verdict ==
				TOTP_RIGHT,
			    abs(offset) <= TOTP_WINDOW_MOST);
	}
}

static void
the_first_minutes_of_1970_have_no_steps_before(void **state)
{
	struct totp totp = { rfc_secret, TOTP_NO_STEP, 0 };
	char code[TOTP_DIGITS];

	(void)state;
	totp_code(rfc_secret, 0, code);
	assert_int_equal(totp_judge(&totp, code, 0, 2).verdict, TOTP_RIGHT);
	assert_int_equal(totp_judge(&totp, code, 0, 2).step, 0);
	assert_int_equal(totp_judge(&totp, code, 95, 2).verdict, TOTP_LATE);
}

static struct totp_judgement
judge_pair(const struct totp *totp, int first, int second)
{
	char codes[2][TOTP_DIGITS];

	totp_code(totp->secret, STEP + first, codes[0]);
	totp_code(totp->secret, STEP + second, codes[1]);
	return totp_judge_pair(totp, codes[0], codes[1], NOW);
}

static void
two_codes_in_a_row_set_the_clock(void **state)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	struct totp totp = { secret, TOTP_NO_STEP, 0 };

	(void)state;
	draw_secret(secret);
	for (int first = -FURTHEST; first < FURTHEST; first++) {
		struct totp_judgement judgement =
		    judge_pair(&totp, first, first + 1);
		bool near = first >= -TOTP_REACH && first + 1 <= TOTP_REACH;

		assert_int_equal(
		    judgement.verdict, near ? TOTP_RIGHT : TOTP_WRONG);
		assert_int_equal(judgement.step, near ? STEP + first + 1 : 0);
		assert_int_equal(judgement.drift, near ? first + 1 : 0);
	}
}

/* Twice the same, the wrong way round, one left out, one of them used. */
static void
other_pairs_are_wrong(void **state)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	struct totp fresh = { secret, TOTP_NO_STEP, 0 };
	struct totp used = { secret, STEP + 3, 0 };

	(void)state;
	draw_secret(secret);
	for (int first = -TOTP_REACH; first <= TOTP_REACH; first++) {
		for (int second = -TOTP_REACH; second <= TOTP_REACH; second++)
			assert_int_equal(
			    judge_pair(&fresh, first, second).verdict,
			    second == first + 1 ? TOTP_RIGHT : TOTP_WRONG);
		if (first < TOTP_REACH)
			assert_int_equal(
			    judge_pair(&used, first, first + 1).verdict,
			    first > 3 ? TOTP_RIGHT : TOTP_WRONG);
	}
}

/* Each digit counts: 54 neighbours of the right code are wrong. */
static void
every_digit_counts(void **state)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	struct totp totp = { secret, TOTP_NO_STEP, 0 };
	char code[TOTP_DIGITS];

	(void)state;
	draw_secret(secret);
	totp_code(secret, STEP, code);
	for (size_t place = 0; place < TOTP_DIGITS; place++) {
		char right = code[place];

		for (char digit = '0'; digit <= '9'; digit++) {
			code[place] = digit;
			if (totp_judge(&totp, code, NOW, 0).verdict ==
			    TOTP_RIGHT)
				assert_int_equal(digit, right);
			else
				assert_int_not_equal(digit, right);
		}
		code[place] = right;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_rfc_6238),
		cmocka_unit_test(T114_a_step_has_thirty_seconds),
		cmocka_unit_test(T114_T231_only_documented_steps_are_open),
		cmocka_unit_test(T112_a_step_is_never_taken_twice),
		cmocka_unit_test(T112_what_was_accepted_is_used),
		cmocka_unit_test(T112_the_later_of_two_equal_steps_is_taken),
		cmocka_unit_test(T231_drift_follows_the_phone_so_far),
		cmocka_unit_test(T231_a_wild_drift_counts_as_none),
		cmocka_unit_test(
		    the_first_minutes_of_1970_have_no_steps_before),
		cmocka_unit_test(two_codes_in_a_row_set_the_clock),
		cmocka_unit_test(other_pairs_are_wrong),
		cmocka_unit_test(every_digit_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
