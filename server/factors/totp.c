/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes of authenticator apps.
 *
 * Steps are compared from the earliest to the latest and the latest that fits
 * is kept: should two steps have the same code, taking the earlier one would
 * leave it good for the later.
 */
#include "factors/totp.h"

#include <assert.h>

#include "base/bytes.h"
#include "crypto/hotp.h"

enum {
	CODES = 1000000, /* 10 to the TOTP_DIGITS */
};

/* What one pass over the steps sees; offsets are steps from the server's. */
struct sighting {
	bool open, used, late;
	int open_offset, late_offset;
};

int64_t
totp_step(int64_t now)
{
	assert(now >= 0);
	return now / TOTP_STEP_SECONDS;
}

static void
code_of(const struct hotp_key *key, int64_t step, char code[static TOTP_DIGITS])
{
	uint32_t value = hotp_value(key, (uint64_t)step) % CODES;

	for (size_t i = TOTP_DIGITS; i-- > 0;) {
		code[i] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
totp_code(const uint8_t secret[static TOTP_SECRET_SIZE], int64_t step,
    char code[static TOTP_DIGITS])
{
	struct hotp_key *key = hotp_key_new(secret, TOTP_SECRET_SIZE);

	assert(step >= 0);
	code_of(key, step, code);
	hotp_key_free(key);
}

/* No step is before 1970. */
static bool
code_is(const struct hotp_key *key, int64_t step, const char *typed)
{
	char code[TOTP_DIGITS];
	bool same;

	if (step < 0)
		return false;
	code_of(key, step, code);
	same = bytes_equal_secret(code, typed, sizeof(code));
	bytes_wipe(code, sizeof(code));
	return same;
}

static bool
is_within(int offset, int centre, int width)
{
	return offset >= centre - width && offset <= centre + width;
}

static int
drift_of(const struct totp *totp)
{
	return is_within(totp->drift, 0, TOTP_REACH) ? totp->drift : 0;
}

static struct sighting
look_around(
    const struct totp *totp, const char *typed, int64_t present, int width)
{
	enum {
		FURTHEST = TOTP_REACH + TOTP_WINDOW_MOST
	};
	struct hotp_key *key = hotp_key_new(totp->secret, TOTP_SECRET_SIZE);
	struct sighting seen = { .open = false };

	for (int offset = -FURTHEST; offset <= FURTHEST; offset++) {
		bool is_open = is_within(offset, 0, width) ||
			       is_within(offset, drift_of(totp), width);
		bool is_past = offset < 0 && offset >= -TOTP_REACH;
		bool is_new = present + offset > totp->last_step;
		bool same = code_is(key, present + offset, typed);

		if (same && is_open && is_new) {
			seen.open = true;
			seen.open_offset = offset;
		}
		seen.used |= same && is_open && !is_new;
		if (same && is_past && !is_open) {
			seen.late = true;
			seen.late_offset = offset;
		}
	}
	hotp_key_free(key);
	return seen;
}

/* A clock that runs away is followed so far, and further only by a pair. */
static int
drift_learnt(const struct totp *totp, int offset)
{
	int before = drift_of(totp);
	int lowest = before < -TOTP_LEARNT_MOST ? before : -TOTP_LEARNT_MOST;
	int highest = before > TOTP_LEARNT_MOST ? before : TOTP_LEARNT_MOST;

	if (offset < lowest)
		return lowest;
	return offset > highest ? highest : offset;
}

struct totp_judgement
totp_judge(const struct totp *totp, const char code[static TOTP_DIGITS],
    int64_t now, unsigned window)
{
	int64_t present = totp_step(now);
	struct totp_judgement judgement = { .verdict = TOTP_WRONG };
	struct sighting seen;

	assert(window <= TOTP_WINDOW_MOST);
	seen = look_around(totp, code, present, (int)window);
	if (seen.open) {
		judgement.verdict = TOTP_RIGHT;
		judgement.step = present + seen.open_offset;
		judgement.drift = drift_learnt(totp, seen.open_offset);
	} else if (seen.used) {
		judgement.verdict = TOTP_USED;
	} else if (seen.late) {
		judgement.verdict = TOTP_LATE;
		judgement.steps_late = -seen.late_offset;
	}
	return judgement;
}

struct totp_judgement
totp_judge_pair(const struct totp *totp, const char first[static TOTP_DIGITS],
    const char second[static TOTP_DIGITS], int64_t now)
{
	struct hotp_key *key = hotp_key_new(totp->secret, TOTP_SECRET_SIZE);
	struct totp_judgement judgement = { .verdict = TOTP_WRONG };
	int64_t present = totp_step(now);
	bool first_fits = false;

	for (int offset = -TOTP_REACH; offset <= TOTP_REACH; offset++) {
		int64_t step = present + offset;
		bool second_fits = code_is(key, step, second);

		if (first_fits && second_fits) {
			judgement.verdict = TOTP_RIGHT;
			judgement.step = step;
			judgement.drift = offset;
		}
		first_fits =
		    code_is(key, step, first) && step > totp->last_step;
	}
	hotp_key_free(key);
	return judgement;
}

const char *
totp_verdict_name(enum totp_verdict verdict)
{
	static const char *const names[] = {
		[TOTP_WRONG] = "wrong",
		[TOTP_RIGHT] = "right",
		[TOTP_USED] = "used",
		[TOTP_LATE] = "late",
	};

	return names[verdict];
}
