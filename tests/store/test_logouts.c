/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which applications are told, and which of them next, on a real PostgreSQL.
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

/* Ada and two applications, and nothing that they did. */
static const char nobody[] =
    "delete from sso.outbox; delete from sso.session;"
    "truncate sso.redemption;"
    "insert into sso.account (login, display_name, created_at)"
    " values ('ada', 'Ada', 'epoch') on conflict do nothing;"
    "insert into sso.service (id, tenant_id, pattern, name, created_at)"
    " overriding system value"
    " select n, t.id, 'https://app' || n || '.example/*', 'App' || n,"
    " 'epoch' from generate_series(1, 2) as n, sso.tenant as t"
    " where t.slug = 'main' on conflict do nothing";

/* Five sessions that ended, the last three at once, each with a ticket. */
static const char missed[] =
    "insert into sso.session (number, mac, key_id, account_id, account_epoch,"
    " created_at, last_used_at, password_at, ended_at)"
    " overriding system value"
    " select n, decode(lpad(n::text, 64, '0'), 'hex'), 1, a.id, 0, at, at, at,"
    " to_timestamp(1750000000 + least(n, 3))"
    " from sso.account as a, generate_series(1, 5) as n,"
    " to_timestamp(1750000000) as at where a.login = 'ada';"
    "insert into sso.redemption (session, issued_at, random, request,"
    " service_id, service_url, ticket, redeemed_at)"
    " select n, date_part('epoch', now())::bigint, '\\x000000000000',"
    " gen_random_uuid(), 1, 'https://app1.example/', 'ST-' || n, now()"
    " from generate_series(1, 5) as n";

static int
fill_missed(void **state)
{
	(void)state;
	harness_sql(nobody);
	harness_sql(missed);
	return 0;
}

struct searching {
	struct logout_search search;
	struct logout_missed missed;
};

static void
ask_missed(struct flow *f, void *argument)
{
	struct searching *s = argument;

	logouts_find_missed(harness.store, f, &s->search, &s->missed);
}

static struct logout_missed
search(struct logout_place behind)
{
	struct searching s = {
		.search = { .behind = behind, .now = noon, .most = 2 },
	};

	assert_int_equal(trial_run(ask_missed, &s), TRIAL_DONE);
	return s.missed;
}

/* Some at a time, and each once, though three ended at the same moment. */
static void
test_missed_tickets_are_looked_for_in_steps(void **state)
{
	struct logout_missed found = search((struct logout_place){ noon, 0 });

	(void)state;
	assert_int_equal(found.looked, 2);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.at.session, 2);
	found = search(found.at);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.at.session, 4);
	assert_int_equal(found.at.ended_at, noon + 3 * (int64_t)SECOND_US);
	found = search(found.at);
	assert_int_equal(found.looked, 1);
	assert_int_equal(found.count, 1);
	found = search(found.at);
	assert_int_equal(found.looked, 0);

	found = search((struct logout_place){ noon, 0 });
	assert_int_equal(found.looked, 2);
	assert_int_equal(found.count, 0); /* they are in the outbox */
}

/*
 * Session 1 of somebody, in which one application redeemed 300,000 tickets, and
 * another the last but one.
 */
static const char looping[] =
    "insert into sso.session (number, mac, key_id, account_id, account_epoch,"
    " created_at, last_used_at, password_at, client_address)"
    " overriding system value"
    " select 1, decode(repeat('01', 32), 'hex'), 1, a.id, 0, day, day, day,"
    " '192.0.2.9' from sso.account as a,"
    " date_trunc('day', now(), 'UTC') as day where a.login = 'ada';"
    "insert into sso.redemption (session, issued_at, random, request,"
    " service_id, service_url, ticket, redeemed_at)"
    " select 1, date_part('epoch', date_trunc('day', now(), 'UTC'))::bigint"
    " + n / 4, decode(lpad(to_hex(n), 12, '0'), 'hex'), gen_random_uuid(),"
    " s, 'https://app' || s || '.example/', 'ST-' || n, now()"
    " from generate_series(1, 300000) as n,"
    " lateral (select case n when 299999 then 2 else 1 end as s) as who;"
    "analyze sso.redemption";

static const char page_counter[] =
    "create function pg_temp.end_session() returns void language sql as"
    " 'update sso.session set ended_at = now()';"
    "create function pg_temp.pages() returns bigint language plpgsql as $$"
    " declare plan json; begin"
    " execute 'explain (analyze, buffers, format json)"
    "  select pg_temp.end_session()' into plan;"
    " plan := plan->0->'Plan';"
    " return (plan->>'Shared Hit Blocks')::bigint"
    "  + (plan->>'Shared Read Blocks')::bigint; end $$";

/* Those of ten thousand tickets; all of them lie on more than 5,000. */
enum {
	PAGES_LEAST = 100,
	PAGES_MOST = 1500,
};

static int
fill_loop(void **state)
{
	(void)state;
	harness_sql(nobody);
	harness_sql(looping);
	return 0;
}

/* In proportion to what is looked at, not to what there is. */
static void
test_a_loop_does_not_keep_a_session_open(void **state)
{
	(void)state;
	harness_sql(page_counter);
	assert_in_range(
	    harness_number("select pg_temp.pages()"), PAGES_LEAST, PAGES_MOST);
	assert_int_equal(harness_number("select count(*) from sso.outbox"
					" where host = 'app1.example'"),
	    10);
	assert_int_equal(harness_number("select count(*) from sso.outbox"
					" where host = 'app2.example'"),
	    1);
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
		cmocka_unit_test_setup(
		    test_missed_tickets_are_looked_for_in_steps, fill_missed),
		cmocka_unit_test_setup(
		    test_a_loop_does_not_keep_a_session_open, fill_loop),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
