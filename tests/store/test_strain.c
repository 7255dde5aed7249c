/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store under strain: locked tables (fault F-10), reports (row T242), a
 * standby that is away, hosts that do not answer or may not be written to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "harness.h"
#include "loop/clock.h"
#include "redeeming.h"
#include "store/endpoints.h"
#include "store/generation.h"
#include "store/inspect.h"
#include "store/services.h"
#include "store/sqlstate.h"

enum {
	SECOND_US = 1000 * 1000,
	TRIALS = 40,
	WAITING_MOST = 4096,
};

static const char app[] = "user=portillon_app";

static struct trial trials[TRIALS];
static struct redeeming redeemings[TRIALS];
static struct generation generation;

static void
ask_tenants(struct flow *f, void *argument)
{
	inspect_tenants(harness.store, f, argument);
}

static void
ask_services(struct flow *f, void *argument)
{
	services_load(harness.store, f, argument);
}

static enum trial_outcome
redeem_one(void)
{
	redeeming_set(&redeemings[0]);
	return trial_run(ask_redeem, &redeemings[0]);
}

/* Runs a trial that has to be answered at once, this way or that. */
static enum trial_outcome
at_once(trial_ask *ask, void *argument)
{
	int64_t began = clock_monotonic();
	enum trial_outcome outcome = trial_run(ask, argument);

	assert_true(clock_monotonic() - began < SECOND_US / 4);
	return outcome;
}

/* --- locks -------------------------------------------------------------- */

/* Forty that wait half a second each, in order, would be twenty seconds. */
static void
test_F10_locked_table(void **state)
{
	int64_t began = clock_monotonic();

	(void)state;
	harness_sql("begin");
	harness_sql("lock table sso.redemption in access exclusive mode");
	for (size_t i = 0; i < TRIALS; i++) {
		redeeming_set(&redeemings[i]);
		trial_begin(&trials[i], ask_redeem, &redeemings[i]);
		if (i == 0)
			harness_turn(50);
	}
	assert_int_equal(trial_run(ask_generation, &generation), TRIAL_DONE);
	trials_finish(trials, TRIALS);
	for (size_t i = 0; i < TRIALS; i++)
		assert_int_equal(trials[i].outcome, TRIAL_UNAVAILABLE);
	assert_true(clock_monotonic() - began < 3 * (int64_t)SECOND_US);
	/* who comes now need not even try */
	redeeming_set(&redeemings[0]);
	assert_int_equal(
	    at_once(ask_redeem, &redeemings[0]), TRIAL_UNAVAILABLE);
	harness_sql("rollback");
	harness_turn(1200);
	assert_int_equal(redeem_one(), TRIAL_DONE);
	redeeming_set(&redeemings[0]);
	assert_int_equal(at_once(ask_redeem, &redeemings[0]), TRIAL_DONE);
}

static void
test_T242_reports_are_apart(void **state)
{
	struct row_list tenants = { 0 };
	struct services_loaded services = { 0 };

	(void)state;
	harness_sql("begin");
	harness_sql("lock table sso.membership in access exclusive mode");
	trial_begin(&trials[0], ask_tenants, &tenants);
	harness_turn(100);
	assert_int_equal(trials[0].outcome, TRIAL_GOING);
	assert_int_equal(redeem_one(), TRIAL_DONE);
	assert_int_equal(trial_run(ask_services, &services), TRIAL_DONE);
	assert_int_equal(trials[0].outcome, TRIAL_GOING);
	harness_sql("rollback");
	trials_finish(trials, 1);
	assert_int_equal(trials[0].outcome, TRIAL_DONE);
}

/* --- a standby that is away --------------------------------------------- */

static void
synchronous_standby(const char *name)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
	    "alter system set synchronous_standby_names = '%s'", name);
	harness_sql(sql);
	harness_sql("select pg_reload_conf()");
	harness_sql("set synchronous_commit = off");
	do /* the signal goes through two processes */
		harness_turn(50);
	while (
	    harness_number("select count(*) from pg_settings where name = "
			   "'synchronous_standby_names' and setting <> ''") !=
	    (*name != '\0'));
	harness_turn(200);
}

static int64_t
flush_backends(const char *what)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "select %s from pg_stat_activity "
	    "where application_name = 'portillon flush'",
	    what);
	return harness_number(sql);
}

/* "Canceling wait for synchronous replication" is a warning, and a no. */
static void
test_F08_wait_given_up(void **state)
{
	(void)state;
	synchronous_standby("nobody");
	redeeming_set(&redeemings[0]);
	trial_begin(&trials[0], ask_redeem, &redeemings[0]);
	harness_turn(300);
	assert_int_equal(trials[0].outcome, TRIAL_GOING);
	assert_int_equal(flush_backends("count(pg_cancel_backend(pid))"), 1);
	trials_finish(trials, 1);
	assert_int_equal(trials[0].outcome, TRIAL_UNAVAILABLE);
	synchronous_standby("");
	assert_int_equal(redeem_one(), TRIAL_DONE);
}

/* Reads go on, writes do not wait, and given up connections do not pile up. */
static void
test_F08_standby_away(void **state)
{
	(void)state;
	synchronous_standby("nobody");
	redeeming_set(&redeemings[0]);
	trial_begin(&trials[0], ask_redeem, &redeemings[0]);
	harness_turn(2500);
	redeeming_set(&redeemings[1]);
	assert_int_equal(
	    at_once(ask_redeem, &redeemings[1]), TRIAL_UNAVAILABLE);
	assert_int_equal(at_once(ask_generation, &generation), TRIAL_DONE);
	trials_finish(trials, 1);
	assert_int_equal(trials[0].outcome, TRIAL_UNAVAILABLE);
	harness_wait_ready(); /* the flush connection was given up and is new */
	harness_turn(500);
	assert_int_equal(flush_backends("count(*)"), 1);
	synchronous_standby("");
	assert_int_equal(redeem_one(), TRIAL_DONE);
	harness_wait_ready();
}

/* --- servers that may not be written to --------------------------------- */

static void
test_read_only_is_away(void **state)
{
	(void)state;
	harness_sql(
	    "alter role portillon_app set default_transaction_read_only "
	    "= on");
	harness_reconnect(app, WAITING_MOST);
	harness_turn(1500);
	assert_false(store_ready(harness.store));
	assert_null(store_trouble(harness.store));
	assert_int_equal(
	    at_once(ask_generation, &generation), TRIAL_UNAVAILABLE);
	harness_sql("alter role portillon_app reset all");
	harness_wait_ready();
	assert_int_equal(redeem_one(), TRIAL_DONE);
}

static void
test_error_codes(void **state)
{
	static const struct {
		const char *code;
		enum sqlstate_verdict verdict;
	} cases[] = {
		{ NULL, SQLSTATE_RECONNECT },
		{ "25006", SQLSTATE_RECONNECT },
		{ "57P01", SQLSTATE_RECONNECT },
		{ "57P02", SQLSTATE_RECONNECT },
		{ "57P03", SQLSTATE_RECONNECT },
		{ "08006", SQLSTATE_RECONNECT },
		{ "58030", SQLSTATE_RECONNECT },
		{ "F0000", SQLSTATE_RECONNECT },
		{ "XX001", SQLSTATE_RECONNECT },
		{ "55P03", SQLSTATE_STUCK },
		{ "57014", SQLSTATE_STUCK },
		{ "53300", SQLSTATE_BUSY },
		{ "53100", SQLSTATE_FULL },
		{ "53200", SQLSTATE_FULL },
		{ "40001", SQLSTATE_REPEAT },
		{ "40P01", SQLSTATE_REPEAT },
		{ "0A000", SQLSTATE_PREPARE },
		{ "26000", SQLSTATE_PREPARE },
		{ "23505", SQLSTATE_REFUSED },
		{ "42501", SQLSTATE_REFUSED },
		{ "00000", SQLSTATE_REFUSED },
		{ "", SQLSTATE_REFUSED },
		{ "ZZZZZ", SQLSTATE_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(
		    sqlstate_verdict(cases[i].code), cases[i].verdict);
}

/* --- hosts -------------------------------------------------------------- */

/* Takes connections and says nothing: what a dead machine looks like. */
static int
silent_host(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(
	    getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void
test_F08_silent_first_host(void **state)
{
	char conninfo[1024];
	int port, fd = silent_host(&port);
	int64_t began = clock_monotonic();

	(void)state;
	snprintf(conninfo, sizeof(conninfo),
	    "host=127.0.0.1,%s port=%d,5432 user=portillon_app",
	    getenv("PGHOST"), port);
	harness_reconnect(conninfo, WAITING_MOST);
	harness_wait_ready();
	assert_true(clock_monotonic() - began < 4 * (int64_t)SECOND_US);
	/* what was good last comes first */
	harness_sql("select pg_terminate_backend(pid) from pg_stat_activity "
		    "where usename = 'portillon_app'");
	assert_int_equal(redeem_one(), TRIAL_DONE);
	close(fd);
	harness_reconnect(app, WAITING_MOST);
	harness_wait_ready();
}

static void
test_conninfo_resolved(void **state)
{
	static const struct {
		const char *given;
		const char *resolved; /* NULL: refused */
	} cases[] = {
		{ "host=/run/a,/run/b port=5433 user=x",
		    "user='x' host='/run/a,/run/b' port='5433,5433'" },
		{ "host=db.example hostaddr=192.0.2.7",
		    "host='db.example' hostaddr='192.0.2.7' port='5432'" },
		{ "hostaddr=192.0.2.7,2001:db8::1 port=1,2",
		    "hostaddr='192.0.2.7,2001:db8::1' port='1,2'" },
		{ "host=127.0.0.1,/run/a port=5432,5433 password='it\\'s \\\\'",
		    "password='it\\'s \\\\' host='127.0.0.1,/run/a' "
		    "hostaddr='127.0.0.1,' port='5432,5433'" },
		{ "postgresql://x@192.0.2.1:6000,192.0.2.2/d",
		    "user='x' dbname='d' host='192.0.2.1,192.0.2.2' "
		    "hostaddr='192.0.2.1,192.0.2.2' port='6000,5432'" },
		{ "host=a,b hostaddr=192.0.2.1", NULL },
		{ "host=a,b,c port=1,2", NULL },
		{ "host=no.such.host.invalid", NULL },
		{ "service=other", NULL },
		{ "nonsense", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf out = BUF_INIT(1024), why = BUF_INIT(1024);
		bool ok = endpoints_resolve(cases[i].given, &out, &why);

		if (cases[i].resolved != NULL) {
			assert_true(ok);
			assert_string_equal(buf_cstr(&out), cases[i].resolved);
		} else {
			assert_false(ok);
			assert_true(why.len > 0);
		}
		buf_clear(&out);
		buf_clear(&why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F10_locked_table),
		cmocka_unit_test(test_T242_reports_are_apart),
		cmocka_unit_test(test_F08_wait_given_up),
		cmocka_unit_test(test_F08_standby_away),
		cmocka_unit_test(test_read_only_is_away),
		cmocka_unit_test(test_error_codes),
		cmocka_unit_test(test_F08_silent_first_host),
		cmocka_unit_test(test_conninfo_resolved),
	};
	int failures;

	harness_begin();
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	return failures;
}
