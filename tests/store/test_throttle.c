/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting failures on a real PostgreSQL: by account, by address, by network,
 * one after the other and over four connections at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <string.h>

#include "harness.h"
#include "store/accounts.h"
#include "store/sign_ins.h"
#include "store/upkeep.h"

enum {
	SECOND_US = 1000 * 1000,
	STORES = 4,
};

static const struct audit_origin origin = { .at = INT64_C(1750000000000000),
	.client_address = STR_INIT("192.0.2.1"),
	.request = STR_INIT("r1") };

struct
try {
	struct store *store;
	struct str login;
	struct sign_in_counters counters;
	struct audit_origin origin;
	struct sign_in_candidate candidate;
	struct try_taken_back taken_back;
};

static void
ask_try(struct flow *f, void *argument)
{
	struct try *try = argument;

	accounts_find_for_sign_in(try->store, f, try->login, &try->counters,
	    &try->origin, &try->candidate);
}

static void
ask_take_back(struct flow *f, void *argument)
{
	struct try *try = argument;

	accounts_take_back_try(
	    try->store, f, &try->counters, &try->origin, &try->taken_back);
}

/* From a browser that is known if there is no address. */
static struct try
try_of(uint8_t name, struct str address, struct str network)
{
	struct try try = { .store = harness.store,
		.login = STR("ada"),
		.counters = { .address = address,
		    .network = network,
		    .address_most = 10,
		    .network_most = 20 },
		.origin = origin };

	memset(try.counters.name, name, MAC_SIZE);
	return try;
}

static bool
try_at(struct try *try, int64_t seconds)
{
	try->origin.at = origin.at + seconds * SECOND_US;
	memset(&try->candidate, 0, sizeof(try->candidate));
	assert_int_equal(trial_run(ask_try, try), TRIAL_DONE);
	assert_true(try->candidate.generation > 0);
	return try->candidate.refused_by.len == 0;
}

static void
assert_refused(struct try *try, int64_t seconds, struct str by, int64_t until)
{
	assert_false(try_at(try, seconds));
	assert_true(str_equal(try->candidate.refused_by, by));
	assert_int_equal(
	    try->candidate.wait_until, origin.at + until * SECOND_US);
}

static int64_t
audit_rows(void)
{
	return harness_number("select count(*) from sso.audit "
			      "where kind = 'sign-in throttled'");
}

/* Tries again at the first allowed moment; how long that was in seconds. */
static int64_t
try_until_allowed(struct try *try, int64_t now)
{
	int64_t wait;

	if (try_at(try, now))
		return 0;
	wait = (try->candidate.wait_until - try->origin.at) / SECOND_US;
	assert_false(try_at(try, now + wait - 1));
	assert_true(try_at(try, now + wait));
	return wait;
}

static void
test_name(void **state)
{
	static const int64_t waits[] = { 0, 0, 0, 0, 0, 60, 120, 240, 480, 900,
		900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900,
		900, 900 };
	struct try known = try_of(1, STR_NONE, STR_NONE);
	struct try unknown = try_of(2, STR_NONE, STR_NONE);
	int64_t now = 0;

	(void)state;
	unknown.login = STR("nobody");
	for (size_t i = 0; i < COUNT_OF(waits); i++) {
		assert_int_equal(try_until_allowed(&known, now), waits[i]);
		assert_int_equal(try_until_allowed(&unknown, now), waits[i]);
		now += waits[i];
	}
	assert_true(known.candidate.account.id > 0);
	assert_true(known.candidate.account.active);
	assert_int_equal(unknown.candidate.account.id, 0);
	/* the 26th waits for the first five to be a day old, one by one */
	assert_int_equal(try_until_allowed(&known, now), 86400 - now);
	/* all five of the first second are forgotten, so now pauses count */
	assert_refused(&known, 86400, STR("account"), 87300);
	/* and long after everything is forgotten */
	assert_true(try_at(&known, 86400 * 3));
	assert_int_equal(
	    harness_number("select cardinality(tries) from sso.throttle "
			   "where get_byte(name, 0) = 1"),
	    1);
}

/* Ten an hour at once, and then one every six minutes. */
static void
test_address(void **state)
{
	struct str address = STR("address 192.0.2.1");
	struct try try;

	(void)state;
	for (uint8_t i = 0; i < 10; i++) {
		try = try_of(
		    (uint8_t)(10 + i), address, STR("network 192.0.2.0/24"));
		assert_true(try_at(&try, 0));
	}
	try = try_of(30, address, STR("network 192.0.2.0/24"));
	assert_refused(&try, 0, STR("address"), 360);
	assert_refused(&try, 350, STR("address"), 360);
	assert_true(try_at(&try, 360));
	assert_refused(&try, 361, STR("address"), 720);
	/* a refused try is counted under no name either */
	assert_int_equal(
	    harness_number("select cardinality(tries) from sso.throttle "
			   "where get_byte(name, 0) = 30"),
	    1);
	/* a known browser at the same address is not hindered */
	try = try_of(31, STR_NONE, STR_NONE);
	assert_true(try_at(&try, 361));
	/* nobody for two hours: all is forgotten */
	try = try_of(32, address, STR("network 192.0.2.0/24"));
	assert_true(try_at(&try, 7200));
}

static void
test_network(void **state)
{
	static const char *const addresses[] = { "address 198.51.100.1",
		"address 198.51.100.2", "address 198.51.100.3" };
	struct str network = STR("network 198.51.100.0/24");
	struct try try;

	(void)state;
	for (uint8_t i = 0; i < 20; i++) {
		try = try_of(
		    (uint8_t)(40 + i), str_of(addresses[i % 2]), network);
		assert_true(try_at(&try, 0));
	}
	try = try_of(60, str_of(addresses[2]), network);
	assert_refused(&try, 0, STR("network"), 180);
	assert_int_equal(
	    harness_number("select count(*) from sso.throttle_place "
			   "where place = 'address 198.51.100.3'"),
	    0);
	assert_true(try_at(&try, 180));
	/* the neighbours' crowd is counted apart */
	try = try_of(
	    61, STR("address 198.51.100.9"), STR("crowd 198.51.100.0/24"));
	assert_true(try_at(&try, 0));
}

/* One audit row for a name a minute, however many tries are refused. */
static void
test_noted(void **state)
{
	struct try try = try_of(70, STR_NONE, STR_NONE);
	int64_t before = audit_rows();

	(void)state;
	try.origin.request = STR("noted");
	for (int i = 0; i < 5; i++)
		assert_true(try_at(&try, 0));
	assert_int_equal(audit_rows(), before);
	for (int i = 0; i < 40; i++)
		assert_false(try_at(&try, i));
	assert_int_equal(audit_rows(), before + 1);
	assert_true(try_at(&try, 60));
	for (int i = 61; i < 170; i++)
		assert_false(try_at(&try, i));
	assert_int_equal(audit_rows(), before + 3);
	assert_int_equal(
	    harness_number("select count(*) from sso.audit as a "
			   "join sso.account as c on c.id = a.account_id "
			   "where a.kind = 'sign-in throttled' and "
			   "a.detail = '{\"limit_of\": \"account\"}' and "
			   "c.login = 'ada' and a.request = 'noted' and "
			   "a.client_address = '192.0.2.1'"),
	    3);
}

/* The level of a place, in tries of `most` an hour. */
static int64_t
level(const char *place, int most)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "select round(extract(epoch from empty_at - "
	    "to_timestamp(1750000000)) / 3600 * %d)::bigint "
	    "from sso.throttle_place where place = '%s'",
	    most, place);
	return harness_number(sql);
}

/* A clock that went hours ahead, and was put right, keeps nobody out. */
static void
test_wrong_clock(void **state)
{
	struct try try;

	(void)state;
	for (uint8_t i = 0; i < 10; i++) {
		try = try_of((uint8_t)(120 + i), STR("address 203.0.113.77"),
		    STR("network x"));
		assert_true(try_at(&try, 36000));
	}
	assert_false(try_at(&try, 36000));
	assert_true(try_at(&try, 0));
	assert_int_equal(level("address 203.0.113.77", 10), 1);
}

static struct sign_in_begun begun;

static void
ask_begin(struct flow *f, void *argument)
{
	struct try *try = argument;
	static const uint8_t mac[MAC_SIZE] = { 99 };

	sign_ins_begin(harness.store, f,
	    &(struct sign_in_beginning){
		.mac = mac,
		.key_id = 1,
		.account_id = try->candidate.account.id,
		.account_epoch = try->candidate.account.epoch,
		.step = SIGN_IN_CODE,
		.now = try->origin.at,
		.expires_at = try->origin.at + 1,
		.password_at = try->origin.at,
		.counters = &try->counters,
	    },
	    &begun);
}

/* T163: a right try takes back itself and, of all others, those of its name. */
static void
test_success(void **state)
{
	struct str address = STR("address 203.0.113.1");
	struct str network = STR("network 203.0.113.0/24");
	struct try other = try_of(80, address, network);
	struct try own = try_of(81, address, network);

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(try_at(&other, 0));
		assert_true(try_at(&own, 0));
	}
	assert_int_equal(level("address 203.0.113.1", 10), 6);
	assert_int_equal(trial_run(ask_begin, &own), TRIAL_DONE);
	assert_true(begun.number > 0);
	assert_int_equal(level("address 203.0.113.1", 10), 5);
	assert_int_equal(level("network 203.0.113.0/24", 20), 5);
	assert_int_equal(
	    harness_number("select cardinality(tries) from sso.throttle "
			   "where get_byte(name, 0) = 80"),
	    3);
	assert_int_equal(harness_number("select count(*) from sso.throttle "
					"where get_byte(name, 0) = 81"),
	    0);
	/* an account that changed meanwhile: nothing is taken back */
	own.candidate.account.epoch++;
	assert_int_equal(trial_run(ask_begin, &own), TRIAL_DONE);
	assert_int_equal(begun.number, 0);
	assert_int_equal(level("address 203.0.113.1", 10), 5);
}

static void
test_taken_back(void **state)
{
	struct try try = try_of(
	    90, STR("address 203.0.113.90"), STR("network 203.0.0.0/24"));

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(try_at(&try, 0));
	assert_int_equal(trial_run(ask_take_back, &try), TRIAL_DONE);
	assert_int_equal(level("address 203.0.113.90", 10), 3);
	assert_int_equal(level("network 203.0.0.0/24", 20), 3);
	assert_int_equal(
	    harness_number("select cardinality(tries) from sso.throttle "
			   "where get_byte(name, 0) = 90"),
	    3);
	/* what was never counted cannot be taken from the name */
	try.origin.at++;
	assert_int_equal(trial_run(ask_take_back, &try), TRIAL_DONE);
	assert_int_equal(
	    harness_number("select cardinality(tries) from sso.throttle "
			   "where get_byte(name, 0) = 90"),
	    3);
}

/* --- at once, over several connections ----------------------------------- */

static struct store *stores[STORES];

static int
stores_open(void **state)
{
	const struct store_settings settings = {
		.conninfo = "user=portillon_app",
		.statement_timeout_ms = 5000,
		.waiting_most = 1000,
	};

	(void)state;
	for (size_t i = 0; i < STORES; i++) {
		stores[i] = store_new(harness.base, &settings);
		while (!store_ready(stores[i]))
			harness_turn(10);
	}
	return 0;
}

static int
stores_close(void **state)
{
	(void)state;
	for (size_t i = 0; i < STORES; i++)
		store_free(stores[i]);
	return 0;
}

enum {
	PARALLEL = 200
};

static struct trial trials[PARALLEL];
static struct try tries[PARALLEL];

/* How many of them were let through. */
static size_t
run_parallel(trial_ask *ask)
{
	size_t allowed = 0;

	for (size_t i = 0; i < PARALLEL; i++) {
		tries[i].store = stores[i % STORES];
		trial_begin(&trials[i], ask, &tries[i]);
	}
	trials_finish(trials, PARALLEL);
	for (size_t i = 0; i < PARALLEL; i++) {
		assert_int_equal(trials[i].outcome, TRIAL_DONE);
		allowed += tries[i].candidate.generation > 0 &&
			   tries[i].candidate.wait_until == 0;
	}
	return allowed;
}

/* T116: five of two hundred, never six. */
static void
test_parallel_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < PARALLEL; i++)
		tries[i] = try_of(100, STR_NONE, STR_NONE);
	assert_int_equal(run_parallel(ask_try), 5);
	for (size_t i = 0; i < PARALLEL; i++) {
		if (tries[i].candidate.wait_until != 0)
			assert_int_equal(tries[i].candidate.wait_until,
			    origin.at + 60 * (int64_t)SECOND_US);
	}
}

/* Each under a name of its own, below the limit: exactly as many count. */
static void
test_parallel_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < PARALLEL; i++) {
		tries[i] = try_of(
		    101, STR("address 10.0.0.1"), STR("network 10.0.0.0/24"));
		tries[i].counters.name[1] = (uint8_t)i;
		tries[i].counters.address_most = PARALLEL;
		tries[i].counters.network_most = 1000;
	}
	assert_int_equal(run_parallel(ask_try), PARALLEL);
	assert_int_equal(level("address 10.0.0.1", PARALLEL), PARALLEL);
	assert_int_equal(level("network 10.0.0.0/24", 1000), PARALLEL);
	assert_int_equal(run_parallel(ask_take_back), PARALLEL);
	assert_int_equal(level("address 10.0.0.1", PARALLEL), 0);
	assert_int_equal(level("network 10.0.0.0/24", 1000), 0);
}

/* Near the limits of all three, names and addresses mixed: what is let through
 * is what is counted everywhere, and nobody waits for another in a circle. */
static void
test_parallel_mixed(void **state)
{
	static const char *const addresses[] = { "address 10.0.1.1",
		"address 10.0.1.2", "address 10.0.1.3" };
	size_t allowed;

	(void)state;
	for (size_t i = 0; i < PARALLEL; i++) {
		tries[i] = try_of((uint8_t)(110 + i % 7),
		    str_of(addresses[i % COUNT_OF(addresses)]),
		    STR("network 10.0.1.0/24"));
	}
	allowed = run_parallel(ask_try);
	assert_int_equal(allowed, 20);
	assert_int_equal(level("network 10.0.1.0/24", 20), 20);
	assert_int_equal(
	    harness_number("select sum(cardinality(tries)) from sso.throttle "
			   "where get_byte(name, 0) between 110 and 116"),
	    20);
	assert_int_equal(level(addresses[0], 10) + level(addresses[1], 10) +
			     level(addresses[2], 10),
	    20);
}

/* --- what was forgotten goes --------------------------------------------- */

static struct upkeep_swept names, places;

static void
ask_sweep(struct flow *f, void *argument)
{
	int64_t now = origin.at + *(int64_t *)argument * SECOND_US;

	upkeep_sweep_throttle(harness.store, f, now, 1000, &names);
	upkeep_sweep_places(harness.store, f, now, 1000, &places);
}

static void
test_sweep(void **state)
{
	int64_t soon = 50, late = 86400 * 5;

	(void)state;
	names.count = -1;
	assert_int_equal(trial_run(ask_sweep, &soon), TRIAL_DONE);
	assert_int_equal(names.count, 0);
	assert_int_equal(trial_run(ask_sweep, &late), TRIAL_DONE);
	assert_true(names.count > PARALLEL);
	assert_true(places.count >= 10);
	assert_int_equal(
	    harness_number("select (select count(*) from sso.throttle) + "
			   "(select count(*) from sso.throttle_place)"),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_noted),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_parallel_name),
		cmocka_unit_test(test_parallel_place),
		cmocka_unit_test(test_parallel_mixed),
		cmocka_unit_test(test_sweep),
	};
	int failures;

	harness_begin();
	harness_sql("insert into sso.account (login, display_name, password, "
		    "created_at) values ('ada', 'Ada', '$x', 'epoch')");
	failures = cmocka_run_group_tests(tests, stores_open, stores_close);
	harness_end();
	return failures;
}
