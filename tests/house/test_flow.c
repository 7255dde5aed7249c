/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of flows on a real event loop: order, failure, deadline, and that
 * the state outlives its last answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/memory.h"
#include "loop/flow.h"

struct trip {
	struct event_base *base;
	int steps; /* run so far */
	int answers; /* come so far */
	int wanted; /* asks of the first step */
	int delay_ms; /* of each answer */
	bool broken; /* the last answer fails */
	int64_t slow_us;
	int replies, unavailable, released;
	int answers_at_reply;
};

struct answer {
	struct flow *flow;
	struct trip *trip;
	bool ok;
};

static void
answer_arrived(evutil_socket_t fd, short what, void *argument)
{
	struct answer *answer = argument;
	struct flow *f = answer->flow;
	bool ok = answer->ok;

	(void)fd, (void)what;
	answer->trip->answers++;
	free(answer);
	flow_answered(f, ok ? NULL : "the friend is away");
}

static void
ask(struct flow *f, struct trip *trip, bool ok)
{
	struct timeval delay = { 0, trip->delay_ms * 1000 };
	struct answer *answer = memory_new(sizeof(*answer));

	*answer = (struct answer){ f, trip, ok };
	flow_asked(f, "a friend");
	assert_int_equal(event_base_once(trip->base, -1, EV_TIMEOUT,
			     answer_arrived, answer, &delay),
	    0);
}

static enum flow_next
step_ask(struct flow *f)
{
	struct trip *trip = flow_state(f);

	trip->steps++;
	for (int i = 0; i < trip->wanted; i++)
		ask(f, trip, !(trip->broken && i == trip->wanted - 1));
	return FLOW_NEXT;
}

static enum flow_next
step_nothing(struct flow *f)
{
	struct trip *trip = flow_state(f);

	assert_int_equal(trip->answers, trip->wanted);
	trip->steps++;
	return FLOW_NEXT;
}

static enum flow_next
step_reply(struct flow *f)
{
	struct trip *trip = flow_state(f);

	trip->steps++;
	trip->replies++;
	trip->answers_at_reply = trip->answers;
	return FLOW_DONE;
}

static const struct flow_step steps[] = {
	FLOW_STEP(step_ask),
	FLOW_STEP(step_nothing),
	FLOW_STEP(step_reply),
	FLOW_END,
};

static void
trip_unavailable(void *state)
{
	struct trip *trip = state;

	trip->unavailable++;
	trip->answers_at_reply = trip->answers;
}

static void
trip_release(void *state)
{
	struct trip *trip = state;

	trip->released++;
	event_base_loopbreak(trip->base);
}

static const struct flow_ops ops = {
	.unavailable = trip_unavailable,
	.release = trip_release,
};

static void
travel(struct trip *trip, int deadline_ms)
{
	struct arena arena = ARENA_INIT;

	trip->base = event_base_new();
	assert_non_null(trip->base);
	flow_start(&(struct flow_start){
	    .base = trip->base,
	    .steps = steps,
	    .ops = &ops,
	    .state = trip,
	    .arena = &arena,
	    .id = "test",
	    .name = STR("/trip"),
	    .slow_us = trip->slow_us,
	    .deadline_ms = deadline_ms,
	});
	if (trip->released == 0)
		event_base_loop(trip->base, EVLOOP_NO_EXIT_ON_EMPTY);
	event_base_free(trip->base);
	arena_clear(&arena);
	assert_int_equal(trip->released, 1);
	assert_int_equal(flow_count(), 0);
}

static void
test_steps_wait_for_all_answers(void **state)
{
	struct trip trip = { .wanted = 3, .delay_ms = 1 };

	(void)state;
	travel(&trip, 10000);
	assert_int_equal(trip.steps, 3);
	assert_int_equal(trip.replies, 1);
	assert_int_equal(trip.answers_at_reply, 3);
	assert_int_equal(trip.unavailable, 0);
}

static void
test_a_step_that_asks_nothing_is_followed_at_once(void **state)
{
	struct trip trip = { .wanted = 0 };

	(void)state;
	travel(&trip, 10000);
	assert_int_equal(trip.steps, 3);
	assert_int_equal(trip.replies, 1);
}

static void
test_a_failure_is_unavailable_and_no_later_step_runs(void **state)
{
	struct trip trip = { .wanted = 2, .delay_ms = 1, .broken = true };

	(void)state;
	travel(&trip, 10000);
	assert_int_equal(trip.steps, 1);
	assert_int_equal(trip.replies, 0);
	assert_int_equal(trip.unavailable, 1);
	assert_int_equal(trip.answers_at_reply, 2);
}

static void
test_after_the_deadline_the_state_waits_for_late_answers(void **state)
{
	struct trip trip = { .wanted = 2, .delay_ms = 300 };

	(void)state;
	travel(&trip, 1);
	assert_int_equal(trip.unavailable, 1);
	assert_int_equal(trip.answers_at_reply, 0);
	assert_int_equal(trip.answers, 2); /* released behind the last */
	assert_int_equal(trip.steps, 1);
}

static char slow_line[1000];

static void
keep_slow_line(enum log_level level, struct str line)
{
	(void)level;
	assert_true(line.len < sizeof(slow_line));
	memcpy(slow_line, line.at, line.len);
	slow_line[line.len] = '\0';
}

static void
test_the_slowest_step_is_named(void **state)
{
	struct trip trip = { .wanted = 1, .delay_ms = 20, .slow_us = 10000 };
	struct trip quick = { .wanted = 1, .slow_us = 10000000 };

	(void)state;
	log_set_sink(keep_slow_line, LOG_WARNING);
	travel(&quick, 10000);
	assert_string_equal(slow_line, "");
	travel(&trip, 10000);
	assert_non_null(strstr(slow_line,
	    "event=\"slow request\" request=\"test\" route=\"/trip\" ms="));
	assert_non_null(strstr(slow_line, " step=\"step_ask\" step_ms="));
	assert_non_null(strstr(slow_line, " waited_for=\"a friend\""));
	log_set_sink(NULL, LOG_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_wait_for_all_answers),
		cmocka_unit_test(
		    test_a_step_that_asks_nothing_is_followed_at_once),
		cmocka_unit_test(
		    test_a_failure_is_unavailable_and_no_later_step_runs),
		cmocka_unit_test(
		    test_after_the_deadline_the_state_waits_for_late_answers),
		cmocka_unit_test(test_the_slowest_step_is_named),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
