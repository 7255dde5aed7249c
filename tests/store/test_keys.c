/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which key is active, and when one may go, on a real PostgreSQL.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"
#include "store/generation.h"
#include "store/keys.h"

enum {
	SECOND_US = 1000 * 1000,
	CHECK = 4711,
};

static const int64_t start = INT64_C(1750000000000000);
static const struct session_limits limits = {
	.idle_seconds = 3600, .longest_seconds = 36000, .long_seconds = 864000
};

struct asking {
	int64_t id;
	struct audit_origin origin;
	struct key_used used;
	struct key_retired retired;
	struct row_list list;
	struct restored restored;
	struct generation generation;
};

static struct asking
asking_of(int64_t id, int64_t seconds)
{
	return (struct asking){ .id = id,
		.origin = {
		    .at = start + seconds * SECOND_US, .request = STR("r1") } };
}

static void
ask_use(struct flow *f, void *argument)
{
	struct asking *a = argument;

	keys_use(harness.store, f, a->id, CHECK + a->id, &a->origin, &a->used);
}

static void
ask_retire(struct flow *f, void *argument)
{
	struct asking *a = argument;

	keys_retire(harness.store, f, a->id, &limits, &a->origin, &a->retired);
}

static void
ask_list(struct flow *f, void *argument)
{
	struct asking *a = argument;

	keys_list(harness.store, f, a->origin.at, &limits, &a->list);
}

static void
ask_restored(struct flow *f, void *argument)
{
	struct asking *a = argument;

	keys_restored(harness.store, f, &a->origin, &a->restored);
}

static void
ask_generation(struct flow *f, void *argument)
{
	struct asking *a = argument;

	generation_read(harness.store, f, &a->generation);
}

static struct generation
generation_now(void)
{
	struct asking a = asking_of(0, 0);

	assert_int_equal(trial_run(ask_generation, &a), TRIAL_DONE);
	return a.generation;
}

static bool
use(int64_t id, int64_t seconds)
{
	struct asking a = asking_of(id, seconds);

	assert_int_equal(trial_run(ask_use, &a), TRIAL_DONE);
	return a.used.changed;
}

static struct key_retired
retire(int64_t id, int64_t seconds)
{
	struct asking a = asking_of(id, seconds);

	assert_int_equal(trial_run(ask_retire, &a), TRIAL_DONE);
	return a.retired;
}

static void
assert_verdict(int64_t id, int64_t seconds, struct str verdict)
{
	struct key_retired retired = retire(id, seconds);

	assert_true(str_equal(retired.verdict, verdict));
}

static int64_t
audited(const char *kind)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
	    "select count(*) from sso.audit where kind = '%s'", kind);
	return harness_number(sql);
}

static void
test_use(void **state)
{
	struct generation before = generation_now(), after;

	(void)state;
	assert_int_equal(before.active_key, 1);
	assert_int_equal(before.active_check, 0);
	assert_true(use(2, 0));
	after = generation_now();
	assert_int_equal(after.number, before.number + 1);
	assert_int_equal(after.active_key, 2);
	assert_int_equal(after.active_check, CHECK + 2);
	/* counters keep their names */
	assert_int_equal(after.throttle_key, before.throttle_key);

	assert_false(use(2, 10));
	assert_int_equal(generation_now().number, after.number);
	assert_int_equal(audited("key used"), 1);
}

/* Key 1 stopped being active at second 0 of the test before. */
static void
test_retire(void **state)
{
	struct key_retired retired;

	(void)state;
	assert_verdict(2, 10, STR("active"));
	retired = retire(1, 359);
	assert_true(str_equal(retired.verdict, STR("recent")));
	assert_int_equal(retired.free_at, start + 360 * (int64_t)SECOND_US);

	harness_sql("insert into sso.session (mac, key_id, account_id, "
		    "account_epoch, created_at, last_used_at, password_at) "
		    "select set_byte(decode(repeat('07', 32), 'hex'), 0, n), 1,"
		    " 1, 0, to_timestamp(1750000000), "
		    "to_timestamp(1750000000 + 600), to_timestamp(1750000000) "
		    "from generate_series(1, 3) as n");
	retired = retire(1, 700);
	assert_true(str_equal(retired.verdict, STR("sessions")));
	assert_int_equal(retired.sessions, 3);
	assert_verdict(1, 600 + 3599, STR("sessions"));
	assert_int_equal(generation_now().throttle_key, 1);
	assert_int_equal(audited("key retired"), 0);

	/* not used for an hour, they are not alive any more, but for a long
	 * one */
	harness_sql("update sso.session set long_term = true "
		    "where get_byte(mac, 0) = 2");
	retired = retire(1, 863999);
	assert_true(str_equal(retired.verdict, STR("sessions")));
	assert_int_equal(retired.sessions, 1);
	harness_sql("update sso.session set long_term = false");
	assert_verdict(1, 600 + 3600, STR("retired"));
	assert_int_equal(generation_now().throttle_key, 2);
	assert_int_equal(audited("key retired"), 1);
	/* the next node asks the same, and nothing changes any more */
	assert_verdict(1, 600 + 3700, STR("retired"));
	assert_int_equal(generation_now().active_key, 2);
	/* a key that was never active */
	assert_verdict(9, 0, STR("retired"));
}

static void
test_list(void **state)
{
	struct asking a = asking_of(0, 700);
	const struct key_listed *keys;

	(void)state;
	assert_int_equal(trial_run(ask_list, &a), TRIAL_DONE);
	assert_int_equal(a.list.count, 255);
	keys = a.list.items;
	assert_int_equal(keys[0].id, 1);
	assert_false(keys[0].active);
	assert_int_equal(keys[0].sessions, 3);
	assert_int_equal(keys[0].last_active_at, start);
	assert_true(keys[1].active);
	assert_true(keys[1].names_counters);
	assert_int_equal(keys[1].active_check, CHECK + 2);
	assert_int_equal(keys[254].id, 255);
}

/* Tickets from before do not open, and no session is left. */
static void
test_restored(void **state)
{
	struct asking a = asking_of(0, 900);
	struct generation before = generation_now(), after;

	(void)state;
	assert_int_equal(trial_run(ask_restored, &a), TRIAL_DONE);
	after = generation_now();
	assert_int_equal(after.restore_epoch, before.restore_epoch + 1);
	assert_true(after.number > before.number);
	assert_int_equal(a.restored.ended, 3);
	assert_int_equal(harness_number("select count(*) from sso.session "
					"where ended_at is null"),
	    0);
	assert_int_equal(audited("restored"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_retire),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_restored),
	};
	int failures;

	harness_begin();
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	return failures;
}
