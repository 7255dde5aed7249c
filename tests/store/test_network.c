/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store behind a network that mixes up, stalls, resets, half closes and
 * cuts (fault F-07): answers reach whom they are for, what may be done again
 * is, and all is well a moment after the fault ends.
 *
 * PORTILLON_CUT_STEP=1 in the environment cuts at every byte of the first
 * 4,000; without it at every 97th.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "harness.h"
#include "loop/clock.h"
#include "network.h"
#include "redeeming.h"
#include "store/generation.h"

enum {
	SECOND_US = 1000 * 1000,
	SOON_US = 3 * SECOND_US, /* 1 s, and what a loaded machine adds */
	TRIALS = 40,
	WAITING_MOST = 4096,
	CUT_LAST = 4000,
	CUT_STEP = 97,
};

static struct network network;
static char conninfo[256];
static struct trial trials[TRIALS];
static struct redeeming redeemings[TRIALS];
static struct generation generations[TRIALS];

static const char *const sides[] = { "server", "client" };
static const char *const ends[] = { "reset", "close", "half" };

static unsigned long
cut_step(void)
{
	const char *step = getenv("PORTILLON_CUT_STEP");

	return step != NULL ? strtoul(step, NULL, 10) : CUT_STEP;
}

/* Writes, and every fourth a read. */
static void
trials_begin(void)
{
	for (size_t i = 0; i < TRIALS; i++) {
		generations[i] = (struct generation){ 0 };
		redeeming_set(&redeemings[i]);
		if (i % 4 == 0)
			trial_begin(
			    &trials[i], ask_generation, &generations[i]);
		else
			trial_begin(&trials[i], ask_redeem, &redeemings[i]);
	}
}

static void
assert_all_answered(void)
{
	trials_finish(trials, TRIALS);
	for (size_t i = 0; i < TRIALS; i++) {
		assert_int_equal(trials[i].outcome, TRIAL_DONE);
		if (i % 4 == 0)
			assert_int_equal(generations[i].number, 1);
		else
			assert_true(redeemings[i].redeemed.fresh);
	}
}

static void
assert_soon_ready(void)
{
	int64_t began = clock_monotonic();

	harness_wait_ready();
	assert_true(clock_monotonic() - began < SOON_US);
}

/* The fuse: one row of another, and nothing on the connection is believed. */
static void
test_answer_of_another(void **state)
{
	(void)state;
	network_tell(&network, "mixup");
	for (size_t i = 0; i < TRIALS; i++) {
		generations[i].number = 0;
		trial_begin(&trials[i], ask_generation, &generations[i]);
	}
	trials_finish(trials, TRIALS);
	for (size_t i = 0; i < TRIALS; i++) {
		assert_int_equal(trials[i].outcome, TRIAL_UNAVAILABLE);
		assert_int_equal(generations[i].number, 0);
	}
	assert_soon_ready();
	trials_begin();
	assert_all_answered();
}

static void
test_cut_while_connecting(void **state)
{
	unsigned long turn = 0;

	(void)state;
	for (unsigned long at = 1; at <= CUT_LAST; at += cut_step(), turn++) {
		network_tell(&network, "cut %s %lu %s", sides[turn % 2], at,
		    ends[turn % 3]);
		harness_reconnect(conninfo, WAITING_MOST);
		assert_soon_ready();
	}
	trials_begin();
	assert_all_answered();
}

static void
test_cut_under_way(void **state)
{
	unsigned long turn = 0;

	(void)state;
	for (unsigned long at = 1; at <= CUT_LAST; at += cut_step(), turn++) {
		network_tell(&network, "cut %s %lu %s", sides[turn % 2], at,
		    ends[turn % 3]);
		trials_begin();
		assert_all_answered();
		assert_soon_ready();
	}
	/* each ticket spent once, whatever was sent again */
	assert_int_equal(harness_number("select count(*) - count(distinct "
					"session) from sso.redemption"),
	    0);
}

static void
test_reset_under_way(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		trials_begin();
		harness_turn(round % 4);
		network_tell(&network, "reset");
		assert_all_answered();
		assert_soon_ready();
	}
}

static void
test_short_stall(void **state)
{
	(void)state;
	network_tell(&network, "stall");
	trials_begin();
	harness_turn(1200);
	network_tell(&network, "go");
	assert_all_answered();
	assert_true(store_ready(harness.store));
}

static int64_t
cpu_used(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
		   (int64_t)SECOND_US +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Nobody waits for a frozen server, nothing spins, and nothing stays behind. */
static void
test_long_stall(void **state)
{
	struct generation generation = { 0 };
	int64_t began, cpu;

	(void)state;
	network_tell(&network, "stall");
	trials_begin();
	cpu = cpu_used();
	harness_turn(2500);
	began = clock_monotonic();
	assert_int_equal(
	    trial_run(ask_generation, &generation), TRIAL_UNAVAILABLE);
	assert_true(clock_monotonic() - began < SECOND_US / 4);
	harness_turn(5500);
	assert_true(cpu_used() - cpu < 8 * (int64_t)SECOND_US / 5);
	trials_finish(trials, TRIALS);
	for (size_t i = 0; i < TRIALS; i++)
		assert_int_equal(trials[i].outcome, TRIAL_UNAVAILABLE);
	assert_false(store_ready(harness.store));
	network_tell(&network, "go");
	assert_soon_ready();
	trials_begin();
	assert_all_answered();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer_of_another),
		cmocka_unit_test(test_cut_while_connecting),
		cmocka_unit_test(test_cut_under_way),
		cmocka_unit_test(test_reset_under_way),
		cmocka_unit_test(test_short_stall),
		cmocka_unit_test(test_long_stall),
	};
	int failures;

	harness_begin();
	network_start(&network);
	snprintf(conninfo, sizeof(conninfo),
	    "host=127.0.0.1 port=%d sslmode=disable user=portillon_app",
	    network.port);
	harness_reconnect(conninfo, WAITING_MOST);
	harness_wait_ready();
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	network_stop(&network);
	return failures;
}
