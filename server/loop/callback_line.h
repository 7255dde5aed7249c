/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gate asks of its node's courier, over a pair of sockets that the
 * master made: to call an application once, and say whether it answered 200.
 *
 * The master keeps both ends, so whoever is started again finds its own, and in
 * it perhaps what was meant for the one before: hence numbers that nobody else
 * drew, and a moment after which nobody waits any more.  Both ends are of one
 * program; another release has lines of its own.
 */
#ifndef LOOP_CALLBACK_LINE_H
#define LOOP_CALLBACK_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/str.h"
#include "loop/channel.h"

enum {
	CALLBACK_URL_LONGEST = 8 * 1024,
};

struct callback_question {
	uint64_t number; /* random */
	int64_t by_us; /* monotonic: the answer is of no use after that */
	struct str url; /* with secrets in it */
};

struct callback_answer {
	uint64_t number;
	bool taken; /* it answered 200 */
};

/* False if there is no room, or nobody at the other end. */
bool callback_ask_line(int line, const struct callback_question *) MUST_CHECK;
bool callback_answer_line(int line, const struct callback_answer *) MUST_CHECK;

/*
 * What has come.  The question's URL lies in `url`, the caller's, which is to
 * be wiped.  What is no question, or no answer, is CHANNEL_CLOSED.
 */
enum channel_outcome callback_hear_question(int line,
    struct callback_question *,
    char url[static CALLBACK_URL_LONGEST]) MUST_CHECK;
enum channel_outcome callback_hear_answer(
    int line, struct callback_answer *) MUST_CHECK;

#endif
