/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox on a real PostgreSQL: nothing is lost, nothing is held by two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"
#include "store/outbox.h"

enum {
	SECOND_US = 1000 * 1000
};

static const int64_t noon = INT64_C(1750000000000000);

static void
ask_add(struct flow *f, void *argument)
{
	outbox_add(harness.store, f, argument);
}

static void
add(int64_t id, int64_t now)
{
	struct outbox_item item = { .id = id,
		.now = now,
		.expires_at = now + 600 * (int64_t)SECOND_US,
		.key_id = 7,
		.payload = STR("sealed\0\xff bytes") };

	assert_int_equal(trial_run(ask_add, &item), TRIAL_DONE);
}

/* What a claim took, and the payload of the first row. */
static struct {
	struct row_list list;
	struct outbox_claimed rows[8];
	bool payload_is_whole;
} claimed;

static void
ask_claim(struct flow *f, void *argument)
{
	outbox_claim(harness.store, f, argument, &claimed.list);
}

static void
keep_claimed(void)
{
	const struct outbox_claimed *rows = claimed.list.items;

	assert_true(claimed.list.count <= COUNT_OF(claimed.rows));
	for (size_t i = 0; i < claimed.list.count; i++)
		claimed.rows[i] = rows[i];
}

static size_t
claim(const char *by, int64_t now, int64_t most)
{
	struct outbox_claim wanted = { .by = str_of(by),
		.now = now,
		.until = now + 60 * SECOND_US,
		.most = most };

	claimed.list.count = 0;
	assert_int_equal(trial_run(ask_claim, &wanted), TRIAL_DONE);
	keep_claimed();
	return claimed.list.count;
}

static void
ask_settle(struct flow *f, void *argument)
{
	outbox_settle(harness.store, f, argument);
}

static void
settle(const struct outbox_outcome *outcome)
{
	struct outbox_outcome copy = *outcome;

	assert_int_equal(trial_run(ask_settle, &copy), TRIAL_DONE);
}

static struct outbox_state stand;

static void
ask_look(struct flow *f, void *argument)
{
	(void)argument;
	outbox_look(harness.store, f, &stand);
}

static int64_t
waiting(void)
{
	assert_int_equal(trial_run(ask_look, NULL), TRIAL_DONE);
	return stand.waiting;
}

static int
empty(void **state)
{
	(void)state;
	harness_sql("delete from sso.outbox");
	return 0;
}

static void
test_added_once(void **state)
{
	(void)state;
	add(11, noon);
	add(11, noon + 5);
	assert_int_equal(waiting(), 1);
	assert_int_equal(stand.oldest_at, noon);
	assert_int_equal(claim("a", noon - 1, 8), 0);
	assert_int_equal(claim("a", noon, 8), 1);
	assert_int_equal(claimed.rows[0].id, 11);
	assert_int_equal(claimed.rows[0].key_id, 7);
	assert_int_equal(claimed.rows[0].tries, 1);
	assert_int_equal(claimed.rows[0].created_at, noon);
	assert_int_equal(harness_number("select count(*) from sso.outbox where "
					"payload = '\\x7365616c656400ff206279"
					"746573'::bytea"),
	    1);
	assert_int_equal(
	    claimed.rows[0].payload.len, sizeof("sealed\0\xff bytes") - 1);
}

/* The oldest first, never more than asked for, each by one claim only. */
static void
test_claims(void **state)
{
	(void)state;
	add(3, noon + 2);
	add(1, noon);
	add(2, noon + 1);
	assert_int_equal(claim("a", noon + 10, 2), 2);
	assert_int_equal(claimed.rows[0].id + claimed.rows[1].id, 3);
	assert_int_equal(claim("b", noon + 10, 8), 1);
	assert_int_equal(claimed.rows[0].id, 3);
	assert_int_equal(claim("c", noon + 10, 8), 0);
	/* asked again since its answer was lost */
	assert_int_equal(claim("a", noon + 10, 2), 2);
	/* the courier never came back */
	assert_int_equal(claim("d", noon + 61 * SECOND_US, 8), 3);
	assert_int_equal(claimed.rows[0].tries > 1, 1);
}

static void
test_settled(void **state)
{
	struct outbox_outcome outcome = { .id = 21, .now = noon + 1 };

	(void)state;
	add(21, noon);
	assert_int_equal(claim("a", noon, 8), 1);

	outcome.by = STR("b");
	outcome.delivered = true;
	settle(&outcome); /* somebody else's */
	assert_int_equal(waiting(), 1);

	outcome.by = STR("a");
	outcome.delivered = false;
	outcome.again_at = noon + 30 * SECOND_US;
	outcome.why = STR("450");
	settle(&outcome);
	assert_int_equal(waiting(), 1);
	assert_int_equal(claim("c", noon + 29 * SECOND_US, 8), 0);
	assert_int_equal(claim("c", noon + 30 * SECOND_US, 8), 1);
	assert_int_equal(claimed.rows[0].tries, 2);

	outcome = (struct outbox_outcome){
		.id = 21, .by = STR("c"), .now = noon + 2, .delivered = true
	};
	settle(&outcome);
	outcome.delivered = false; /* too late, it is settled */
	settle(&outcome);
	assert_int_equal(waiting(), 0);
	assert_int_equal(harness_number("select count(*) from sso.outbox where "
					"delivered_at is not null and payload "
					"is null and claimed_by is null"),
	    1);
	assert_int_equal(claim("d", noon + 9000 * (int64_t)SECOND_US, 8), 0);
}

static void
test_given_up(void **state)
{
	struct outbox_outcome outcome = {
		.id = 31, .by = STR("a"), .now = noon + 1, .why = STR("550")
	};

	(void)state;
	add(31, noon);
	assert_int_equal(claim("a", noon, 8), 1);
	settle(&outcome);
	assert_int_equal(waiting(), 0);
	assert_int_equal(harness_number("select count(*) from sso.outbox where "
					"failed_at is not null and payload is "
					"null and last_error = '550'"),
	    1);
}

/* What a courier would do is durable before it does it. */
static void
test_claim_survives_a_crash(void **state)
{
	(void)state;
	add(41, noon);
	assert_int_equal(claim("a", noon, 8), 1);
	harness_crash();
	harness_wait_ready();
	assert_int_equal(claim("b", noon, 8), 0);
	assert_int_equal(waiting(), 1);
}

static struct upkeep_swept swept;

static void
ask_expire(struct flow *f, void *argument)
{
	upkeep_expire_outbox(
	    harness.store, f, *(int64_t *)argument, 100, &swept);
}

static void
ask_sweep(struct flow *f, void *argument)
{
	upkeep_sweep_outbox(
	    harness.store, f, *(int64_t *)argument, 100, &swept);
}

static void
test_upkeep(void **state)
{
	int64_t at = noon + 600 * (int64_t)SECOND_US;

	(void)state;
	add(51, noon);
	add(52, noon);
	add(53, noon + 1);
	assert_int_equal(claim("a", at, 1), 1); /* at work: left alone */
	at++;
	assert_int_equal(trial_run(ask_expire, &at), TRIAL_DONE);
	assert_int_equal(swept.count, 1);
	assert_int_equal(waiting(), 2);
	at = noon;
	assert_int_equal(trial_run(ask_sweep, &at), TRIAL_DONE);
	assert_int_equal(swept.count, 0);
	at++;
	assert_int_equal(trial_run(ask_sweep, &at), TRIAL_DONE);
	assert_int_equal(swept.count, 1);
	assert_int_equal(waiting(), 2);
}

static struct outbox_fate fate;

static void
ask_follow(struct flow *f, void *argument)
{
	outbox_follow(harness.store, f, *(int64_t *)argument, &fate);
}

static void
test_followed(void **state)
{
	int64_t id = 61;

	(void)state;
	fate = (struct outbox_fate){ .tries = -1 };
	assert_int_equal(trial_run(ask_follow, &id), TRIAL_DONE);
	assert_int_equal(fate.tries, -1);
	add(id, noon);
	assert_int_equal(trial_run(ask_follow, &id), TRIAL_DONE);
	assert_int_equal(fate.tries, 0);
	assert_int_equal(fate.due_at, noon);
	assert_int_equal(fate.delivered_at, 0);
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
		cmocka_unit_test_setup(test_added_once, empty),
		cmocka_unit_test_setup(test_claims, empty),
		cmocka_unit_test_setup(test_settled, empty),
		cmocka_unit_test_setup(test_given_up, empty),
		cmocka_unit_test_setup(test_claim_survives_a_crash, empty),
		cmocka_unit_test_setup(test_upkeep, empty),
		cmocka_unit_test_setup(test_followed, empty),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
