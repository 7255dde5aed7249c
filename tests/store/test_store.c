/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store itself, on a real PostgreSQL that is crashed, stopped, frozen and
 * lied about: what was answered is true and stays true.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "loop/clock.h"
#include "store/accounts.h"
#include "store/generation.h"
#include "store/sessions.h"
#include "store/tickets.h"

enum {
	SECOND_US = 1000 * 1000,
	TRIALS_MOST = 256,
	APP_WAITING_MOST = 4096,
};

static const char app[] = "user=portillon_app";

static const struct session_limits limits = { .idle_seconds = 3600,
	.longest_seconds = 36000 };

static const struct audit_origin origin = { .at = INT64_C(1750000000000000),
	.request = STR_INIT("r1") };

static struct trial trials[TRIALS_MOST];

/* --- what trials ask ---------------------------------------------------- */

struct redeeming {
	struct ticket_redemption redemption;
	uint8_t random[6];
	uint8_t request[TICKETS_REQUEST_SIZE];
	struct ticket_redeemed redeemed;
};

static struct redeeming redeemings[TRIALS_MOST];

static void
ask_redeem(struct flow *f, void *argument)
{
	struct redeeming *r = argument;

	tickets_redeem(harness.store, f, &r->redemption, &r->redeemed);
}

/* Another ticket with each call. */
static void
redeeming_set(struct redeeming *r)
{
	static uint32_t number;

	*r = (struct redeeming){ 0 };
	number++;
	memcpy(r->random, &number, sizeof(number));
	memcpy(r->request, &number, sizeof(number));
	r->redemption = (struct ticket_redemption){ .session = number,
		.issued_at = clock_now() / SECOND_US,
		.random = r->random,
		.request = r->request,
		.ticket = STR("ST-x"),
		.now = clock_now(),
		.limits = limits };
}

static void
ask_generation(struct flow *f, void *argument)
{
	generation_read(harness.store, f, argument);
}

static void
ask_audit(struct flow *f, void *argument)
{
	const struct audit_row row = { .kind = *(const struct str *)argument };

	audit_append(harness.store, f, &row, &origin);
}

/* --- units -------------------------------------------------------------- */

static void
ask_two_audits(struct flow *f, void *argument)
{
	struct str good = STR("good");

	ask_audit(f, &good);
	ask_audit(f, argument); /* an empty kind is refused by the table */
}

static void
test_unit_is_atomic(void **state)
{
	struct str bad = STR("");
	struct str good = STR("fine");

	(void)state;
	assert_int_equal(trial_run(ask_two_audits, &bad), TRIAL_UNAVAILABLE);
	assert_int_equal(harness_number("select count(*) from sso.audit"), 0);
	assert_int_equal(trial_run(ask_two_audits, &good), TRIAL_DONE);
	assert_int_equal(harness_number("select count(*) from sso.audit"), 2);
}

/* One that fails takes none of its neighbours along. */
static void
test_units_are_apart(void **state)
{
	struct str kinds[] = { STR("one"), STR(""), STR("three") };

	(void)state;
	harness_sql("truncate sso.audit");
	for (size_t i = 0; i < 120; i++)
		trial_begin(&trials[i], ask_audit, &kinds[i % 3]);
	trials_finish(trials, 120);
	for (size_t i = 0; i < 120; i++)
		assert_int_equal(trials[i].outcome,
		    i % 3 == 1 ? TRIAL_UNAVAILABLE : TRIAL_DONE);
	assert_int_equal(harness_number("select count(*) from sso.audit"), 80);
}

static void
test_values_unfit(void **state)
{
	struct str words[] = { STR("a\0b"), STR("\377\376"), STR("\300\200") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		assert_int_equal(
		    trial_run(ask_audit, &words[i]), TRIAL_UNAVAILABLE);
	assert_true(store_ready(harness.store));
}

static void
test_queue_is_limited(void **state)
{
	static struct generation generations[16];
	size_t done = 0;

	(void)state;
	harness_reconnect(app, 4);
	harness_wait_ready();
	for (size_t i = 0; i < COUNT_OF(generations); i++)
		trial_begin(&trials[i], ask_generation, &generations[i]);
	for (size_t i = 0; i < COUNT_OF(generations); i++)
		assert_int_equal(trials[i].outcome, TRIAL_GOING);
	trials_finish(trials, COUNT_OF(generations));
	for (size_t i = 0; i < COUNT_OF(generations); i++)
		done += trials[i].outcome == TRIAL_DONE;
	assert_int_equal(done, 4);
	harness_reconnect(app, APP_WAITING_MOST);
	harness_wait_ready();
}

/* --- the barrier -------------------------------------------------------- */

static pid_t
backend_of(const char *name)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "select pid from pg_stat_activity where application_name = "
	    "'portillon %s' order by backend_start desc limit 1",
	    name);
	return (pid_t)harness_number(sql);
}

static void
test_barrier_is_waited_for(void **state)
{
	pid_t flush = backend_of("flush");
	struct generation generation = { 0 };

	(void)state;
	assert_true(flush > 1);
	assert_int_equal(kill(flush, SIGSTOP), 0);
	redeeming_set(&redeemings[0]);
	trial_begin(&trials[0], ask_redeem, &redeemings[0]);
	harness_turn(300);
	assert_int_equal(trials[0].outcome, TRIAL_GOING);
	/* it is committed all the same, and reads go on */
	assert_int_equal(
	    harness_number("select count(*) from sso.redemption"), 1);
	assert_int_equal(trial_run(ask_generation, &generation), TRIAL_DONE);
	assert_int_equal(trials[0].outcome, TRIAL_GOING);
	assert_int_equal(kill(flush, SIGCONT), 0);
	trials_finish(trials, 1);
	assert_int_equal(trials[0].outcome, TRIAL_DONE);
	assert_true(redeemings[0].redeemed.fresh);
}

/* With the flush connection gone, what is known to be repeatable is. */
static void
test_barrier_lost(void **state)
{
	struct str kind = STR("once");
	pid_t flush = backend_of("flush");

	(void)state;
	assert_int_equal(kill(flush, SIGSTOP), 0);
	redeeming_set(&redeemings[0]);
	trial_begin(&trials[0], ask_redeem, &redeemings[0]);
	trial_begin(&trials[1], ask_audit, &kind);
	harness_turn(200);
	assert_int_equal(trials[0].outcome, TRIAL_GOING);
	assert_int_equal(trials[1].outcome, TRIAL_GOING);
	/* the backend ends, and whether it had flushed remains unsaid */
	assert_int_equal(kill(flush, SIGTERM), 0);
	assert_int_equal(kill(flush, SIGCONT), 0);
	trials_finish(trials, 2);
	assert_int_equal(trials[0].outcome, TRIAL_DONE);
	assert_true(redeemings[0].redeemed.fresh);
	assert_int_equal(trials[1].outcome, TRIAL_UNAVAILABLE);
	harness_wait_ready();
}

static void
ask_touch(struct flow *f, void *argument)
{
	const struct session_limits always = { .idle_seconds = 0 };

	sessions_touch(harness.store, f, argument, 1, clock_now(), &always);
}

/* How many of the answered redemptions are in the table. */
static int64_t
redemptions_there(size_t count, size_t *answered)
{
	int64_t there = 0;

	*answered = 0;
	for (size_t i = 0; i < count; i++) {
		char sql[128];

		if (trials[i].outcome != TRIAL_DONE)
			continue;
		assert_true(redeemings[i].redeemed.fresh);
		(*answered)++;
		snprintf(sql, sizeof(sql),
		    "select count(*) from sso.redemption where session = %lld",
		    (long long)redeemings[i].redemption.session);
		there += harness_number(sql);
	}
	return there;
}

/*
 * The server crashes at some moment under load.  The touch, which waits for no
 * barrier, shows that these crashes do lose what is not flushed.
 */
static void
test_crash_loses_nothing_answered(void **state)
{
	unsigned touches_lost = 0;
	size_t answered_in_all = 0;

	(void)state;
	harness_sql("insert into sso.session (mac, key_id, account_id, "
		    "account_epoch, created_at, last_used_at, password_at) "
		    "values (sha256('x'), 1, 1, 0, 'epoch', 'epoch', 'epoch')");
	for (int round = 0; round < 20; round++) {
		int64_t session =
		    harness_number("select number from sso.session");
		size_t answered;
		int64_t there;

		harness_sql("update sso.session set last_used_at = 'epoch'");
		for (size_t i = 0; i < 100; i++) {
			redeeming_set(&redeemings[i]);
			trial_begin(&trials[i], ask_redeem, &redeemings[i]);
			if (i % 5 == 0)
				harness_turn(round % 4);
		}
		if (round % 2 == 0)
			trials_finish(trials, 100);
		assert_int_equal(trial_run(ask_touch, &session), TRIAL_DONE);
		harness_crash();
		trials_finish(trials, 100);
		there = redemptions_there(100, &answered);
		assert_int_equal(there, answered);
		answered_in_all += answered;
		touches_lost +=
		    harness_number("select count(*) from sso.session "
				   "where last_used_at = 'epoch'") == 1;
		harness_wait_ready();
	}
	assert_true(answered_in_all >= 1000);
	assert_true(touches_lost > 0);
}

/* --- connections -------------------------------------------------------- */

static void
test_terminated_backends(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < 200; i++) {
			redeeming_set(&redeemings[i]);
			trial_begin(&trials[i], ask_redeem, &redeemings[i]);
		}
		harness_turn(round % 5);
		harness_sql("select pg_terminate_backend(pid) "
			    "from pg_stat_activity where usename = "
			    "'portillon_app'");
		trials_finish(trials, 200);
		for (size_t i = 0; i < 200; i++) {
			assert_int_equal(trials[i].outcome, TRIAL_DONE);
			assert_true(redeemings[i].redeemed.fresh);
		}
		harness_wait_ready();
	}
}

static void
test_database_away(void **state)
{
	struct generation generation = { 0 };
	int64_t began;

	(void)state;
	harness_stop();
	harness_turn(1400);
	assert_false(store_ready(harness.store));
	began = clock_monotonic();
	assert_int_equal(
	    trial_run(ask_generation, &generation), TRIAL_UNAVAILABLE);
	assert_true(clock_monotonic() - began < 50 * 1000);
	assert_null(store_trouble(harness.store));
	harness_start();
	began = clock_monotonic();
	harness_wait_ready();
	assert_true(clock_monotonic() - began < 5 * (int64_t)SECOND_US);
	assert_int_equal(trial_run(ask_generation, &generation), TRIAL_DONE);
	assert_int_equal(generation.number, 1);
}

static void
test_schema_does_not_fit(void **state)
{
	const char *trouble;

	(void)state;
	assert_null(store_trouble(harness.store));
	harness_sql("alter table sso.generation rename active_key to other");
	harness_reconnect(app, APP_WAITING_MOST);
	harness_turn(500);
	trouble = store_trouble(harness.store);
	assert_non_null(trouble);
	assert_non_null(strstr(trouble, "generation_read"));
	assert_false(store_ready(harness.store));

	harness_sql("alter table sso.generation rename other to active_key");
	harness_sql("alter table sso.generation drop constraint "
		    "generation_active_key_check");
	harness_sql("alter table sso.generation alter active_key type text");
	harness_turn(2500);
	trouble = store_trouble(harness.store);
	assert_non_null(trouble);
	assert_non_null(strstr(trouble, "other names or types"));

	harness_sql("alter table sso.generation alter active_key type smallint"
		    " using active_key::smallint");
	harness_wait_ready();
	assert_null(store_trouble(harness.store));
}

/* A statement that no longer has the plan it was prepared with. */
static void
test_statement_prepared_again(void **state)
{
	struct generation generation = { 0 };

	(void)state;
	assert_int_equal(trial_run(ask_generation, &generation), TRIAL_DONE);
	harness_sql("alter table sso.generation "
		    "alter active_key type integer");
	generation.active_key = 0;
	assert_int_equal(trial_run(ask_generation, &generation), TRIAL_DONE);
	assert_int_equal(generation.active_key, 1);
	harness_wait_ready();
}

/* --- the fuse ----------------------------------------------------------- */

struct relay {
	pid_t process;
	int commands;
	int answers;
};

/* A line of what the relay says. */
static void
relay_await(const struct relay *relay)
{
	char letter = '\0';

	while (letter != '\n')
		assert_int_equal(read(relay->answers, &letter, 1), 1);
}

static struct relay
relay_start(const char *listen)
{
	int answers[2], commands[2];
	struct relay relay;
	char server[1024];

	snprintf(server, sizeof(server), "%s/.s.PGSQL.5432", getenv("PGHOST"));
	assert_int_equal(pipe(answers), 0);
	assert_int_equal(pipe(commands), 0);
	relay.process = fork();
	if (relay.process == 0) {
		/* it must not outlive a test that fails */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(commands[0], STDIN_FILENO);
		dup2(answers[1], STDOUT_FILENO);
		close(commands[1]);
		execl(RELAY, RELAY, listen, server, (char *)NULL);
		_exit(127);
	}
	close(commands[0]);
	close(answers[1]);
	relay.commands = commands[1];
	relay.answers = answers[0];
	relay_await(&relay); /* it listens */
	return relay;
}

/* The next row that comes is somebody else's. */
static void
relay_mix_up(const struct relay *relay)
{
	assert_int_equal(write(relay->commands, "row\n", 4), 4);
	relay_await(relay);
}

static void
relay_stop(const struct relay *relay)
{
	close(relay->commands);
	assert_int_equal(waitpid(relay->process, NULL, 0), relay->process);
	close(relay->answers);
}

static void
test_answer_of_another(void **state)
{
	static struct generation generations[50];
	char listen[1024];
	char conninfo[1024];
	struct relay relay;

	(void)state;
	snprintf(listen, sizeof(listen), "%s/.s.PGSQL.6543", getenv("PGHOST"));
	snprintf(conninfo, sizeof(conninfo), "%s port=6543", app);
	relay = relay_start(listen);
	harness_reconnect(conninfo, APP_WAITING_MOST);
	harness_wait_ready();
	assert_int_equal(
	    trial_run(ask_generation, &generations[0]), TRIAL_DONE);

	relay_mix_up(&relay);
	for (size_t i = 0; i < COUNT_OF(generations); i++) {
		generations[i].number = 0;
		trial_begin(&trials[i], ask_generation, &generations[i]);
	}
	trials_finish(trials, COUNT_OF(generations));
	for (size_t i = 0; i < COUNT_OF(generations); i++) {
		assert_int_equal(trials[i].outcome, TRIAL_UNAVAILABLE);
		assert_int_equal(generations[i].number, 0);
	}
	harness_wait_ready(); /* on a new connection */
	assert_int_equal(
	    trial_run(ask_generation, &generations[0]), TRIAL_DONE);
	harness_reconnect(app, APP_WAITING_MOST);
	harness_wait_ready();
	relay_stop(&relay);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unit_is_atomic),
		cmocka_unit_test(test_units_are_apart),
		cmocka_unit_test(test_values_unfit),
		cmocka_unit_test(test_queue_is_limited),
		cmocka_unit_test(test_barrier_is_waited_for),
		cmocka_unit_test(test_barrier_lost),
		cmocka_unit_test(test_terminated_backends),
		cmocka_unit_test(test_database_away),
		cmocka_unit_test(test_crash_loses_nothing_answered),
		cmocka_unit_test(test_answer_of_another),
		cmocka_unit_test(test_schema_does_not_fit),
		cmocka_unit_test(test_statement_prepared_again),
	};
	int failures;

	harness_begin();
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	return failures;
}
