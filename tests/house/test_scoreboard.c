/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scoreboard over processes: one writes, another reads, and what the dead
 * have counted stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/scoreboard.h"

static void
in_process(size_t slot, void (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		scoreboard_take(slot);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
count_a_little(void)
{
	for (int i = 0; i < 5; i++)
		scoreboard_count(SCORE_TICKETS);
	scoreboard_level(LEVEL_CONNECTIONS, 7);
	scoreboard_request(2, true, 303);
	scoreboard_request(SIZE_MAX, false, 404);
	scoreboard_request(0, false, 999); /* no such class: nowhere */
	scoreboard_time(TIME_PAGES, -1);
	scoreboard_time(TIME_PAGES, 1000);
	scoreboard_time(TIME_PAGES, 1001);
	scoreboard_time(TIME_PAGES, INT64_C(9000000));
}

static void
test_counts_are_added_up_and_outlive_who_counted(void **state)
{
	struct score_times times;

	(void)state;
	in_process(1, count_a_little);
	in_process(2, count_a_little);
	scoreboard_leave(1);
	scoreboard_leave(2);
	in_process(1, count_a_little); /* its successor goes on */
	scoreboard_count(SCORE_TICKETS);
	assert_int_equal(scoreboard_total(SCORE_TICKETS), 16);
	assert_int_equal(scoreboard_total(SCORE_ACCEPTED), 0);
	assert_int_equal(scoreboard_requests(2, true, 3), 3);
	assert_int_equal(scoreboard_requests(2, false, 3), 0);
	assert_int_equal(
	    scoreboard_requests(SCORE_ROUTES_MOST - 1, false, 4), 3);
	scoreboard_times(TIME_PAGES, &times);
	assert_int_equal(times.buckets[0], 6);
	assert_int_equal(times.buckets[1], 3);
	assert_int_equal(times.buckets[SCORE_BUCKETS], 3);
	assert_int_equal(times.sum_us, 3 * (1000 + 1001 + 9000000));
}

static void
test_levels_end_with_their_process(void **state)
{
	struct scoreboard_process one;

	(void)state;
	scoreboard_name(2, "gate 2 and more than fits in here");
	in_process(2, count_a_little);
	scoreboard_process(2, &one);
	assert_true(one.runs);
	assert_string_equal(one.name, "gate 2 and more than fi");
	assert_int_equal(one.levels[LEVEL_CONNECTIONS], 7);
	assert_true(one.levels[LEVEL_STARTED_AT] > 0);
	scoreboard_leave(2);
	scoreboard_process(2, &one);
	assert_false(one.runs);
	assert_int_equal(one.levels[LEVEL_CONNECTIONS], 0);
}

static void
test_a_slot_that_is_not_there_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(scoreboard_slots(), 3);
	scoreboard_name(3, "nobody");
	scoreboard_take(3);
	scoreboard_leave(3);
}

static int
open_board(void **state)
{
	(void)state;
	scoreboard_count(SCORE_TICKETS); /* before: goes nowhere */
	scoreboard_open(2);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_counts_are_added_up_and_outlive_who_counted),
		cmocka_unit_test(test_levels_end_with_their_process),
		cmocka_unit_test(test_a_slot_that_is_not_there_is_left_alone),
	};

	return cmocka_run_group_tests_name(
	    "scoreboard", tests, open_board, NULL);
}
