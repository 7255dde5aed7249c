/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier's calls for gates, on a real event loop.
 *
 * An event base has room for 256 lengths of time-outs and forgets none: what
 * takes one more for each call has no deadlines in the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <unistd.h>

#include "jobs/callback_calls.h"
#include "loop/callback_line.h"
#include "loop/clock.h"
#include "outbound/http_call.h"
#include "outbound/smtp.h"

enum {
	QUESTIONS = 300,
	FIRST_US = 2 * 1000 * 1000,
	APART_US = 100 * 1000, /* the moments until which they are of use */
	PATIENCE_US = 20 * 1000 * 1000,
};

static unsigned complaints;

static void
libevent_complains(int severity, const char *message)
{
	if (severity >= EVENT_LOG_WARN) {
		print_error("%s\n", message);
		complaints++;
	}
}

/* Nobody is allowed to be called: the answer is "no", and comes soon. */
static void
ask_in_vain(struct event_base *base, int line, uint64_t number)
{
	struct callback_answer answer = { 0 };
	int64_t now = clock_monotonic();
	struct callback_question question = {
		.number = number,
		.by_us = now + FIRST_US + (int64_t)number * APART_US,
		.url = STR("https://127.0.0.1:1/cb"),
	};

	assert_true(callback_ask_line(line, &question));
	while (callback_hear_answer(line, &answer) == CHANNEL_EMPTY) {
		assert_true(clock_monotonic() < now + PATIENCE_US);
		event_base_loop(base, EVLOOP_ONCE);
	}
	assert_int_equal(answer.number, number);
	assert_false(answer.taken);
}

static void
test_every_call_has_a_deadline(void **state)
{
	const struct http_caller_settings settings = {
		.home = "https://sso.example/cas",
		.parallel = 1,
	};
	struct event_base *base = event_base_new();
	struct callback_calls *calls;
	int ends[2];

	(void)state;
	assert_true(channel_open(ends));
	calls = callback_calls_new(base, &ends[1], 1, &settings);
	for (uint64_t i = 1; i <= QUESTIONS; i++)
		ask_in_vain(base, ends[0], i);
	assert_int_equal(complaints, 0);
	while (!callback_calls_idle(calls))
		event_base_loop(base, EVLOOP_ONCE);
	callback_calls_free(calls);
	event_base_free(base);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call_has_a_deadline),
	};

	smtp_begin();
	event_set_log_callback(libevent_complains);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
