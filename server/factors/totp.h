/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes of authenticator apps (RFC 6238): SHA-1, six digits, 30 seconds.
 *
 * A step is a count of 30 seconds since 1970.  Steps of the window around the
 * server's clock are open, and those around the clock of the phone as it was
 * seen last (its drift), so that a phone whose clock was put right is not shut
 * out.  Judging changes nothing: whoever accepts a code stores its step in the
 * statement that demands that the stored one is smaller, or the code is good
 * twice.
 */
#ifndef FACTORS_TOTP_H
#define FACTORS_TOTP_H

#include "base/memory.h"
#include "base/str.h"

enum {
	TOTP_SECRET_SIZE = 20, /* random bytes; RFC 4226 R6 */
	TOTP_DIGITS = 6,
	TOTP_STEP_SECONDS = 30,
	TOTP_WINDOW_DEFAULT = 1, /* steps open on either side */
	TOTP_WINDOW_MOST = 2,
	TOTP_LEARNT_MOST = 2, /* steps of drift that one code can teach */
	TOTP_REACH = 20, /* steps that help looks back, and a pair both ways */
	TOTP_NO_STEP = -1 /* no code was accepted yet */
};

/* An enrolled app. */
struct totp {
	const uint8_t *secret; /* TOTP_SECRET_SIZE bytes */
	int64_t last_step; /* of the last accepted code, or TOTP_NO_STEP */
	int drift; /* steps that the phone is ahead; 0 if beyond TOTP_REACH */
};

enum totp_verdict {
	TOTP_WRONG, /* also for every code of the future: no hint */
	TOTP_RIGHT,
	TOTP_USED, /* right, but its step or a later one was used already */
	TOTP_LATE /* was right up to TOTP_REACH steps ago, closed now */
};

struct totp_judgement {
	enum totp_verdict verdict;
	int64_t step; /* TOTP_RIGHT: the last_step to store */
	int drift; /* TOTP_RIGHT: the drift to store */
	int steps_late; /* TOTP_LATE: by how many steps the phone is late */
};

/* The step at `now`, seconds since 1970, not negative. */
int64_t totp_step(int64_t now);

/* The code of a step, digits without a NUL. */
void totp_code(const uint8_t secret[static TOTP_SECRET_SIZE], int64_t step,
    char code[static TOTP_DIGITS]);

/*
 * One code, as typed, of TOTP_DIGITS digits.  `window` is 0 to
 * TOTP_WINDOW_MOST.  Takes the same time whatever the code: all steps are
 * compared.  The drift to store is that of the code, but one code takes it no
 * further than TOTP_LEARNT_MOST, or than it was before.
 */
struct totp_judgement totp_judge(const struct totp *,
    const char code[static TOTP_DIGITS], int64_t now, unsigned window);

/*
 * Two codes of consecutive steps, for a clock that is up to TOTP_REACH steps
 * wrong, both of them later than last_step.  TOTP_RIGHT, with step and drift of
 * the second, or TOTP_WRONG.
 */
struct totp_judgement totp_judge_pair(const struct totp *,
    const char first[static TOTP_DIGITS], const char second[static TOTP_DIGITS],
    int64_t now);

/* For the log. */
const char *totp_verdict_name(enum totp_verdict);

#endif
