/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept decisions on a real PostgreSQL: once, with their sign-in, for a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "store/decisions.h"
#include "store/upkeep.h"

static const int64_t noon = INT64_C(1750000000000000);

/* Of the sign-in of account 1 that empty() begins; and of nobody. */
static const uint8_t mac[MAC_SIZE] = "0123456789abcdef0123456789abcde";
static const uint8_t strange[MAC_SIZE] = "fedcba9876543210fedcba987654321";

static void
ask_add(struct flow *f, void *argument)
{
	decisions_add(harness.store, f, argument);
}

static void
add(struct str code, int64_t at, int64_t account, const uint8_t *sign_in)
{
	struct decision_kept kept = {
		.code = code,
		.at = at,
		.account_id = account,
		.sign_in_mac = sign_in,
		.policy_number = 3,
		.outcome = STR("challenge"),
		.floors = STR("[]"),
		.reasons = STR("[{\"code\": \"ALWAYS\"}]"),
		.facts = STR("{}"),
	};

	assert_int_equal(trial_run(ask_add, &kept), TRIAL_DONE);
}

static int64_t
kept_rows(void)
{
	return harness_number("SELECT count(*) FROM sso.decision");
}

/* Sent again, as after a lost connection; and the same code another time. */
static void
test_once(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		add(STR("K7QM-4T"), noon, 1, NULL);
	assert_int_equal(kept_rows(), 1);
	add(STR("K7QM-4T"), noon + 1, 1, NULL);
	add(STR("K7QM-4T"), noon, 2, NULL);
	assert_int_equal(kept_rows(), 3);
	assert_int_equal(harness_number("SELECT count(*) FROM sso.decision"
					" WHERE sign_in IS NULL"),
	    3);
}

/* The sign-in has to be there, and to be that person's. */
static void
test_its_sign_in(void **state)
{
	(void)state;
	add(STR("AAAA-AA"), noon, 1, strange);
	add(STR("BBBB-BB"), noon, 2, mac);
	assert_int_equal(kept_rows(), 0);
	add(STR("CCCC-CC"), noon, 1, mac);
	assert_int_equal(
	    harness_number("SELECT count(*) FROM sso.decision AS d"
			   " JOIN sso.sign_in AS i ON i.number = d.sign_in"
			   " WHERE d.session IS NULL AND d.service_id IS NULL"
			   " AND d.rule IS NULL AND d.tenant IS NULL"),
	    1);
}

static struct decision_named named;
static char named_code[8];

static void
ask_code(struct flow *f, void *argument)
{
	const int64_t *account = argument;

	decisions_code(harness.store, f, *account,
	    harness_number("SELECT number FROM sso.sign_in"), &named);
}

static const char *
code_of(int64_t account)
{
	named = (struct decision_named){ .code = STR_NONE };
	assert_int_equal(trial_run(ask_code, &account), TRIAL_DONE);
	assert_true(named.code.len < sizeof(named_code));
	memset(named_code, 0, sizeof(named_code));
	if (named.code.len > 0)
		memcpy(named_code, named.code.at, named.code.len);
	return named_code;
}

static void
test_code_of_a_sign_in(void **state)
{
	(void)state;
	assert_string_equal(code_of(1), "");
	add(STR("AAAA-AA"), noon, 1, mac);
	assert_string_equal(code_of(1), "AAAA-AA");
	add(STR("BBBB-BB"), noon + 1, 1, mac);
	add(STR("CCCC-CC"), noon + 2, 1, NULL);
	assert_string_equal(code_of(1), "BBBB-BB");
	assert_string_equal(code_of(2), "");
}

static struct upkeep_swept swept;

static void
ask_sweep(struct flow *f, void *argument)
{
	(void)argument;
	upkeep_sweep_decisions(harness.store, f, noon + 10, 4, &swept);
}

/* Four at a time, and none that is younger. */
static void
test_swept(void **state)
{
	static const int64_t batches[] = { 4, 4, 2, 0 };

	(void)state;
	for (int64_t i = 0; i < 15; i++)
		add(STR("K7QM-4T"), noon + i, 1, NULL);
	for (size_t i = 0; i < COUNT_OF(batches); i++) {
		swept.count = -1;
		assert_int_equal(trial_run(ask_sweep, NULL), TRIAL_DONE);
		assert_int_equal(swept.count, batches[i]);
	}
	assert_int_equal(kept_rows(), 5);
}

static int
empty(void **state)
{
	(void)state;
	harness_sql("TRUNCATE sso.decision; TRUNCATE sso.sign_in CASCADE;"
		    "INSERT INTO sso.sign_in (mac, key_id, account_id,"
		    " account_epoch, step, began_at, expires_at, password_at)"
		    " VALUES ('0123456789abcdef0123456789abcde\\000'::bytea,"
		    " 1, 1, 1, 'code', now(), now(), now())");
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
		cmocka_unit_test_setup(test_once, empty),
		cmocka_unit_test_setup(test_its_sign_in, empty),
		cmocka_unit_test_setup(test_code_of_a_sign_in, empty),
		cmocka_unit_test_setup(test_swept, empty),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
