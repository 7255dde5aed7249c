/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of recovery codes on a real PostgreSQL: one counts, and whoever
 * replaces it has seen it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/memory.h"
#include "harness.h"
#include "model/sign_in.h"
#include "store/enrolments.h"
#include "store/factors.h"
#include "store/recovery_sets.h"

enum {
	ADA = 1,
	SESSION = 7,
	OLDER = 30, /* her generators, by number */
	NEWEST = 20,
	PENDING = 10,
	FRESH = 77 /* a list that is to come */
};

static const struct audit_origin origin = { .at = INT64_C(1750000000000000),
	.client_address = STR_INIT("192.0.2.1"),
	.request = STR_INIT("r1") };

/* Ada with two generators, three codes each, of which one is used; a third may
 * yet be confirmed. */
static void
people_again(void)
{
	harness_sql(
	    "DELETE FROM sso.account; DELETE FROM sso.session;"
	    "DELETE FROM sso.sign_in; DELETE FROM sso.throttle;"
	    "DELETE FROM sso.audit;"
	    "INSERT INTO sso.account (id, login, display_name, created_at)"
	    " OVERRIDING SYSTEM VALUE VALUES (1, 'ada', 'Ada', now());"
	    "INSERT INTO sso.session (number, mac, key_id, account_id,"
	    " account_epoch, created_at, last_used_at, password_at)"
	    " OVERRIDING SYSTEM VALUE VALUES"
	    " (7, decode(repeat('01', 32), 'hex'), 1, 1, 0, now(), now(),"
	    " now());"
	    "INSERT INTO sso.sign_in (number, mac, key_id, account_id,"
	    " account_epoch, step, began_at, expires_at, password_at)"
	    " OVERRIDING SYSTEM VALUE VALUES"
	    " (1, decode(repeat('02', 32), 'hex'), 1, 1, 0, 'code', now(),"
	    " 'infinity', now());"
	    "INSERT INTO sso.enrolment (id, account_id, factor, state, secret,"
	    " key_id, created_at, confirmed_at) VALUES"
	    " (30, 1, 'totp', 'active', 'x', 1, now(), '2026-01-01'),"
	    " (20, 1, 'totp', 'active', 'x', 1, now(), '2026-01-02'),"
	    " (10, 1, 'totp', 'pending', 'x', 1, now(), NULL);"
	    "INSERT INTO sso.recovery_code (enrolment_id, slot, hash)"
	    " SELECT 30, n, 'a' || n FROM generate_series(1, 3) AS n"
	    " UNION SELECT 20, n, 'b' || n FROM generate_series(1, 3) AS n;"
	    "UPDATE sso.recovery_code SET used_at = now()"
	    " WHERE hash = 'b2'");
}

static struct recovery_set set;

static void
ask_find(struct flow *f, void *argument)
{
	(void)argument;
	recovery_sets_find(harness.store, f, ADA, &set);
}

static void
expect_set(int64_t number, int64_t codes_left)
{
	set = (struct recovery_set){ 0 };
	assert_int_equal(trial_run(ask_find, NULL), TRIAL_DONE);
	assert_int_equal(set.number, number);
	assert_int_equal(set.codes_left, codes_left);
}

struct replacing {
	struct owner owner;
	struct recovery_set_new fresh;
	struct recovery_set_replaced done;
};

static struct replacing
replacing_of(int64_t instead_of, int64_t number)
{
	return (struct replacing){
		.owner = { ADA, SESSION },
		.fresh = { instead_of, number, STR("[\"n1\", \"n2\"]") },
	};
}

static void
ask_replace(struct flow *f, void *argument)
{
	struct replacing *r = argument;

	recovery_sets_replace(
	    harness.store, f, &r->owner, &r->fresh, &origin, &r->done);
}

static struct recovery_set_replaced
replace(int64_t instead_of, int64_t number)
{
	struct replacing r = replacing_of(instead_of, number);

	assert_int_equal(trial_run(ask_replace, &r), TRIAL_DONE);
	return r.done;
}

static int64_t
codes_like(const char *which)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM sso.recovery_code WHERE %s", which);
	return harness_number(sql);
}

static int64_t
told(void)
{
	return harness_number("SELECT count(*) FROM sso.audit"
			      " WHERE kind = 'recovery codes made'");
}

/* Those of both generators go; the new ones belong to the newest. */
static void
test_replaced(void **state)
{
	struct recovery_set_replaced done;

	(void)state;
	expect_set(NEWEST, 5);
	done = replace(NEWEST, FRESH);
	assert_true(done.allowed && done.replaced);
	assert_int_equal(codes_like("true"), 2);
	assert_int_equal(codes_like("enrolment_id = 20 AND used_at IS NULL"
				    " AND hash = 'n' || slot"),
	    2);
	expect_set(FRESH, 2);
	assert_int_equal(told(), 1);
}

/* As after a lost connection. */
static void
test_sent_again(void **state)
{
	struct recovery_set_replaced done;

	(void)state;
	for (int i = 0; i < 3; i++) {
		done = replace(NEWEST, FRESH);
		assert_true(done.allowed && done.replaced);
	}
	assert_int_equal(told(), 1);
}

static void
test_a_list_that_has_gone(void **state)
{
	static const int64_t gone[] = { NEWEST, OLDER, PENDING, 0 };

	(void)state;
	assert_true(replace(NEWEST, FRESH).replaced);
	for (size_t i = 0; i < COUNT_OF(gone); i++) {
		struct recovery_set_replaced done = replace(gone[i], 88);

		assert_true(done.allowed);
		assert_false(done.replaced);
		assert_int_equal(done.number, FRESH);
	}
	expect_set(FRESH, 2);
	assert_int_equal(told(), 1);
	assert_true(replace(FRESH, 88).replaced);
	expect_set(88, 2);
}

static void
test_no_generator(void **state)
{
	struct recovery_set_replaced done;

	(void)state;
	harness_sql("UPDATE sso.enrolment SET state = 'revoked', secret = NULL"
		    " WHERE state = 'active'");
	expect_set(0, 0);
	done = replace(NEWEST, FRESH);
	assert_true(done.allowed);
	assert_false(done.replaced);
	assert_int_equal(done.number, 0);
	assert_int_equal(told(), 0);
}

static void
test_who_may(void **state)
{
	static const char *const obstacles[] = {
		"UPDATE sso.session SET ended_at = now()",
		"UPDATE sso.session SET account_id = 2",
		"DELETE FROM sso.session",
		"UPDATE sso.account SET epoch = 1",
		"UPDATE sso.account SET state = 'disabled'",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
		harness_sql(obstacles[i]);
		assert_false(replace(NEWEST, FRESH).allowed);
		expect_set(NEWEST, 5);
		assert_int_equal(told(), 0);
		people_again();
	}
}

/* Until what was asked stands before a lock that somebody else holds. */
static void
wait_for_the_lock(void)
{
	while (harness_number(
		   "SELECT count(*) FROM pg_locks WHERE NOT granted") < 1)
		harness_turn(5);
}

/* What another request does while this one waits for it is seen by this one. */
static void
test_at_the_same_moment(void **state)
{
	static const struct {
		const char *sql;
		int64_t number; /* of the list that counts then */
	} others[] = {
		{ "UPDATE sso.enrolment SET recovery_set = 55 WHERE id = 20",
		    55 },
		{ "UPDATE sso.enrolment SET state = 'active',"
		  " confirmed_at = '2026-01-03' WHERE id = 10",
		    PENDING },
		{ "UPDATE sso.enrolment SET state = 'revoked', secret = NULL"
		  " WHERE id = 20",
		    OLDER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct replacing r = replacing_of(NEWEST, FRESH);
		struct trial trial = { 0 };

		harness_sql("BEGIN");
		harness_sql(others[i].sql);
		trial_begin(&trial, ask_replace, &r);
		wait_for_the_lock();
		harness_sql("COMMIT");
		trials_finish(&trial, 1);
		assert_int_equal(trial.outcome, TRIAL_DONE);
		assert_true(r.done.allowed);
		assert_false(r.done.replaced);
		assert_int_equal(r.done.number, others[i].number);
		assert_int_equal(codes_like("hash LIKE 'n%'"), 0);
		people_again();
	}
}

static const struct sign_in sign_in = { .number = 1, .account_id = ADA };
static const uint8_t counter[MAC_SIZE] = "a counter of failures, of Ada's";
static struct sign_in_taken taken;

static void
ask_take(struct flow *f, void *argument)
{
	factors_take_recovery(harness.store, f,
	    &(struct recovery_use){ &sign_in, argument, counter }, &origin,
	    &taken);
}

/* Between comparing a code and using it up its list may be replaced. */
static void
test_a_code_of_a_list_that_goes(void **state)
{
	struct recovery_hash old = { NEWEST, 1, STR("b1"), 0 };
	struct recovery_hash new = { NEWEST, 1, STR("n1"), 0 };

	(void)state;
	assert_true(replace(NEWEST, FRESH).replaced);
	assert_int_equal(trial_run(ask_take, &old), TRIAL_DONE);
	assert_false(taken.fresh || taken.verified);
	expect_set(FRESH, 2);
	assert_int_equal(trial_run(ask_take, &new), TRIAL_DONE);
	assert_true(taken.fresh && taken.verified);
	expect_set(FRESH, 1);
}

static void
test_a_code_of_a_list_that_is_going(void **state)
{
	struct recovery_hash old = { NEWEST, 1, STR("b1"), 0 };
	struct trial trial = { 0 };

	(void)state;
	harness_sql("BEGIN");
	harness_sql("UPDATE sso.recovery_code SET hash = 'n1'"
		    " WHERE enrolment_id = 20 AND slot = 1");
	trial_begin(&trial, ask_take, &old);
	wait_for_the_lock();
	harness_sql("COMMIT");
	trials_finish(&trial, 1);
	assert_int_equal(trial.outcome, TRIAL_DONE);
	assert_false(taken.fresh || taken.verified);
	assert_int_equal(codes_like("hash = 'n1' AND used_at IS NULL"), 1);
}

static struct recovery_hash found;

static void
ask_hash(struct flow *f, void *argument)
{
	const int64_t *slot = argument;

	recovery_codes_find(harness.store, f, ADA, *slot, &found);
}

/* Wherever one of the same place is left of another list, it does not count. */
static void
test_the_newest_list_is_compared(void **state)
{
	static const int64_t slots[] = { 1, 3, 9 };
	static const struct str hashes[] = { STR_INIT("b1"), STR_INIT("b3"),
		STR_INIT("") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(slots); i++) {
		int64_t slot = slots[i];

		found = (struct recovery_hash){ 0 };
		assert_int_equal(trial_run(ask_hash, &slot), TRIAL_DONE);
		assert_true(str_equal(found.hash, hashes[i]));
		assert_int_equal(found.slot, hashes[i].len > 0 ? slot : 0);
	}
}

static int
ada(void **state)
{
	(void)state;
	people_again();
	return 0;
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
		cmocka_unit_test_setup(test_replaced, ada),
		cmocka_unit_test_setup(test_sent_again, ada),
		cmocka_unit_test_setup(test_a_list_that_has_gone, ada),
		cmocka_unit_test_setup(test_no_generator, ada),
		cmocka_unit_test_setup(test_who_may, ada),
		cmocka_unit_test_setup(test_at_the_same_moment, ada),
		cmocka_unit_test_setup(test_a_code_of_a_list_that_goes, ada),
		cmocka_unit_test_setup(
		    test_a_code_of_a_list_that_is_going, ada),
		cmocka_unit_test_setup(test_the_newest_list_is_compared, ada),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
