/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which applications are told next, on a real PostgreSQL.
 *
 * The list of a claim comes in no order, so who was taken is a set of ids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness.h"
#include "store/logouts.h"

static const int64_t noon = INT64_C(1750000000000000);

enum {
	SECOND_US = 1000 * 1000,
	ROWS_MOST = 62, /* their ids are bits of a set */
};

/*
 * Five hosts that failed before, due since noon; ten that nobody called yet,
 * due a second later; three rows more for the last of them.
 */
static const char rows[] =
    "delete from sso.outbox;"
    "insert into sso.outbox (id, kind, created_at, expires_at, due_at, tries,"
    " session, service_id, host, payload)"
    " select n, 'logout', at, at + interval '1 day', at,"
    " case when n <= 5 then 1 else 0 end, 1, 1,"
    " 'host' || least(n, 15) || '.example', 'text'"
    " from generate_series(1, 18) as n, lateral (select to_timestamp(1750000000"
    " + case when n <= 5 then 0 else 1 end) as at) as moment";

static int
fill(void **state)
{
	(void)state;
	harness_sql(rows);
	return 0;
}

struct asked {
	struct logout_claim claim;
	struct row_list list;
};

static void
ask_claim(struct flow *f, void *argument)
{
	struct asked *asked = argument;

	logouts_claim(harness.store, f, &asked->claim, &asked->list);
}

/* The ids that were taken, as bits. */
static uint64_t
claim(const char *by, int64_t most, int64_t most_again, const char *busy)
{
	struct asked asked = {
		.claim = {
		    .claim = { .by = str_of(by),
			.now = noon + 10 * (int64_t)SECOND_US,
			.until = noon + 60 * (int64_t)SECOND_US,
			.most = most },
		    .most_again = most_again,
		    .busy = str_of(busy),
		},
	};
	const struct logout_claimed *found;
	uint64_t taken = 0;

	assert_int_equal(trial_run(ask_claim, &asked), TRIAL_DONE);
	found = asked.list.items;
	for (size_t i = 0; i < asked.list.count; i++) {
		assert_in_range(found[i].id, 1, ROWS_MOST);
		taken |= UINT64_C(1) << found[i].id;
	}
	return taken;
}

/* The bits from one id to another. */
static uint64_t
ids(int first, int last)
{
	return (UINT64_C(2) << last) - (UINT64_C(1) << first);
}

/* Though what failed before has been due for longer. */
static void
test_first_calls_come_first(void **state)
{
	(void)state;
	assert_int_equal(claim("a", 4, 4, "{}"), ids(6, 9));
	assert_int_equal(claim("b", 10, 10, "{}"), ids(10, 16) | ids(1, 3));
}

static void
test_repetitions_leave_places_free(void **state)
{
	(void)state;
	assert_int_equal(claim("a", 64, 2, "{}"), ids(1, 2) | ids(6, 16));
	assert_int_equal(claim("b", 64, 0, "{host15.example}"), UINT64_C(0));
	assert_int_equal(claim("c", 64, 1, "{host15.example}"), ids(3, 3));
}

/* And none for those that are being called. */
static void
test_two_for_a_host(void **state)
{
	(void)state;
	assert_int_equal(
	    claim("a", 64, 64, "{host15.example,host1.example}"), ids(2, 14));
	assert_int_equal(claim("b", 64, 64, "{host1.example}"), ids(15, 16));
	assert_int_equal(claim("c", 64, 64, "{}"), ids(17, 18) | ids(1, 1));
}

/* The answer was lost: the same again, though others wait. */
static void
test_asked_again(void **state)
{
	(void)state;
	assert_int_equal(claim("a", 3, 0, "{}"), ids(6, 8));
	assert_int_equal(claim("a", 3, 0, "{}"), ids(6, 8));
	assert_int_equal(claim("b", 64, 0, "{}"), ids(9, 16));
}

/* Planned when there was nothing, and so when a scan looked cheap. */
static void
test_found_by_key(void **state)
{
	static const char scans[] = "select coalesce(sum(%s), 0) from "
				    "pg_stat_user_tables where relname = "
				    "'outbox'";
	char by_scan[128], by_key[128];

	(void)state;
	snprintf(by_scan, sizeof(by_scan), scans, "seq_scan");
	snprintf(by_key, sizeof(by_key), scans, "idx_scan");
	harness_sql("delete from sso.outbox");
	harness_sql("vacuum analyze sso.outbox");
	assert_int_equal(claim("a", 64, 64, "{}"), 0);
	harness_sql(rows);
	harness_sql("select pg_stat_force_next_flush()");
	harness_sql("select pg_stat_reset_single_table_counters("
		    "'sso.outbox'::regclass)");
	assert_int_equal(claim("b", 64, 64, "{}"), ids(1, 16));
	/* who leaves tells what it has done */
	harness_sql("select pg_terminate_backend(pid) from pg_stat_activity "
		    "where usename = 'portillon_app'");
	while (harness_number(by_scan) + harness_number(by_key) == 0)
		harness_turn(10);
	assert_int_equal(harness_number(by_scan), 0);
	harness_wait_ready();
}

static int
begin(void **state)
{
	(void)state;
	harness_begin();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	harness_end();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_first_calls_come_first, fill),
		cmocka_unit_test_setup(
		    test_repetitions_leave_places_free, fill),
		cmocka_unit_test_setup(test_two_for_a_host, fill),
		cmocka_unit_test_setup(test_asked_again, fill),
		cmocka_unit_test(test_found_by_key),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
