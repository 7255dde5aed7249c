/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the statements decide, on a real PostgreSQL: operators' changes,
 * upkeep, rights.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <string.h>

#include "harness.h"
#include "loop/clock.h"
#include "store/accounts.h"
#include "store/services.h"
#include "store/upkeep.h"

enum {
	SECOND_US = 1000 * 1000
};

static const struct audit_origin origin = { .at = INT64_C(1750000000000000),
	.client_address = STR_INIT("192.0.2.1"),
	.request = STR_INIT("r1") };

/* --- operators ---------------------------------------------------------- */

static struct account_changed changed;

static void
ask_add(struct flow *f, void *argument)
{
	accounts_add(harness.store, f, argument, &origin, &changed);
}

static int64_t
add_account(struct str login, struct str tenant)
{
	struct account_new account = { .login = login,
		.display_name = STR("Some One"),
		.password = STR("$argon2id$x"),
		.attributes = STR("{\"mail\": [\"a@example.org\"]}"),
		.tenant = tenant,
		.type = STR("staff"),
		.groups = STR("[\"it\"]") };

	changed.id = 0;
	assert_int_equal(trial_run(ask_add, &account), TRIAL_DONE);
	return changed.id;
}

static struct service_changed service_changed;

static void
ask_tenant(struct flow *f, void *argument)
{
	const struct str *slug = argument;

	services_add_tenant(harness.store, f, *slug, STR("A School"), &origin,
	    &service_changed);
}

static struct account account;

static void
ask_account(struct flow *f, void *argument)
{
	const struct str *login = argument;

	accounts_find(harness.store, f, *login, &account);
}

static void
test_accounts(void **state)
{
	struct str slug = STR("school");
	struct str login = STR("ada");
	struct str nobody = STR("nobody");
	int64_t id;

	(void)state;
	assert_int_equal(trial_run(ask_tenant, &slug), TRIAL_DONE);
	id = service_changed.id;
	assert_true(id > 0);
	assert_int_equal(trial_run(ask_tenant, &slug), TRIAL_DONE);
	assert_int_equal(service_changed.id, id);

	id = add_account(login, slug);
	assert_true(id > 0);
	assert_int_equal(add_account(login, slug), 0);
	assert_int_equal(add_account(STR("eve"), STR("no-such-place")), 0);
	assert_int_equal(
	    harness_number("select count(*) from sso.membership"), 1);
	assert_int_equal(harness_number("select count(*) from sso.audit "
					"where kind = 'account added'"),
	    1);

	assert_int_equal(trial_run(ask_account, &login), TRIAL_DONE);
	assert_int_equal(account.id, id);
	assert_true(str_equal(account.login, login));
	assert_true(str_equal(account.display_name, STR("Some One")));
	assert_true(str_equal(account.password, STR("$argon2id$x")));
	assert_true(str_equal(
	    account.attributes, STR("{\"mail\": [\"a@example.org\"]}")));
	assert_true(account.active);

	memset(&account, 0x55, sizeof(account));
	assert_int_equal(trial_run(ask_account, &nobody), TRIAL_DONE);
	assert_int_equal(account.id, 0x5555555555555555); /* left alone */
}

static struct row_list list;

static void
ask_accounts(struct flow *f, void *argument)
{
	(void)argument;
	accounts_list(harness.store, f, STR("b"), &list);
}

static void
test_list(void **state)
{
	const struct account_listed *listed;

	(void)state;
	list = (struct row_list){ &list, 7 };
	assert_int_equal(trial_run(ask_accounts, NULL), TRIAL_DONE);
	assert_int_equal(list.count, 0);

	assert_true(add_account(STR("bob"), STR("school")) > 0);
	assert_true(add_account(STR("carl"), STR_NONE) > 0);
	assert_int_equal(trial_run(ask_accounts, NULL), TRIAL_DONE);
	assert_int_equal(list.count, 2);
	listed = list.items;
	assert_true(str_equal(listed[0].login, STR("bob")));
	assert_true(str_equal(listed[1].login, STR("carl")));
	assert_true(str_equal(listed[0].memberships,
	    STR("[{\"type\": \"staff\", \"groups\": [\"it\"], "
		"\"tenant\": \"school\"}]")));
	assert_true(str_equal(listed[1].memberships, STR("[]")));
	assert_int_equal(listed[0].created_at, origin.at);
	assert_true(listed[0].has_password);
}

/* --- services ----------------------------------------------------------- */

static struct services_loaded loaded;

static void
ask_services(struct flow *f, void *argument)
{
	(void)argument;
	services_load(harness.store, f, &loaded);
}

static void
ask_service_add(struct flow *f, void *argument)
{
	services_add(harness.store, f, argument, &origin, &service_changed);
}

static void
ask_service_off(struct flow *f, void *argument)
{
	services_set_enabled(harness.store, f, *(int64_t *)argument, false,
	    &origin, &service_changed);
}

static void
ask_service_remove(struct flow *f, void *argument)
{
	services_remove(
	    harness.store, f, *(int64_t *)argument, &origin, &service_changed);
}

static void
test_services(void **state)
{
	struct service service = { .tenant = STR("school"),
		.name = STR("Wiki"),
		.pattern = STR("https://wiki.example.org/"),
		.released = STR("[\"*\"]"),
		.enabled = true };
	int64_t generation;
	int64_t id;

	(void)state;
	assert_int_equal(trial_run(ask_services, NULL), TRIAL_DONE);
	assert_int_equal(loaded.list.count, 0);
	generation = loaded.generation.number;
	assert_int_equal(loaded.generation.active_key, 1);

	assert_int_equal(trial_run(ask_service_add, &service), TRIAL_DONE);
	id = service_changed.id;
	service_changed.id = 0;
	assert_int_equal(trial_run(ask_service_add, &service), TRIAL_DONE);
	assert_int_equal(service_changed.id, 0);

	assert_int_equal(trial_run(ask_services, NULL), TRIAL_DONE);
	assert_int_equal(loaded.list.count, 1);
	assert_true(loaded.generation.number > generation);
	assert_true(((struct service *)loaded.list.items)->enabled);
	generation = loaded.generation.number;

	assert_int_equal(trial_run(ask_service_off, &id), TRIAL_DONE);
	assert_int_equal(service_changed.id, id);
	assert_int_equal(trial_run(ask_services, NULL), TRIAL_DONE);
	assert_false(((struct service *)loaded.list.items)->enabled);
	assert_true(loaded.generation.number > generation);

	assert_int_equal(trial_run(ask_service_remove, &id), TRIAL_DONE);
	assert_int_equal(trial_run(ask_services, NULL), TRIAL_DONE);
	assert_int_equal(loaded.list.count, 0);
}

/* --- upkeep and rights -------------------------------------------------- */

static struct upkeep_partitions partitions;

static void
ask_partitions(struct flow *f, void *argument)
{
	upkeep_partitions(
	    harness.store, f, *(int64_t *)argument, 8, &partitions);
}

static void
test_upkeep(void **state)
{
	int64_t now = clock_now();

	(void)state;
	assert_int_equal(trial_run(ask_partitions, &now), TRIAL_DONE);
	assert_int_equal(partitions.made + partitions.dropped, 0);
	assert_int_equal(partitions.ahead, 7);
	now += 12 * 86400 * (int64_t)SECOND_US;
	assert_int_equal(trial_run(ask_partitions, &now), TRIAL_DONE);
	assert_int_equal(partitions.made, 9);
	assert_int_equal(partitions.dropped, 5);
}

static bool
role_may(const char *conninfo, const char *sql)
{
	PGconn *pg = PQconnectdb(conninfo);
	PGresult *result = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(result);
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool may = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

	assert_int_equal(PQstatus(pg), CONNECTION_OK);
	if (!may)
		assert_string_equal(code, "42501");
	PQclear(result);
	PQfinish(pg);
	return may;
}

static void
test_rights(void **state)
{
	static const char *const forbidden[] = {
		"update sso.audit set kind = 'x'",
		"delete from sso.audit",
		"truncate sso.audit",
		"select 1 from sso.audit",
		"delete from sso.redemption",
		"update sso.redemption set session = 0",
		"update sso.generation set number = 0",
		"update sso.outbox set created_at = 'epoch'",
		"update sso.outbox set account_id = 1",
		"update sso.key_use set last_active_at = 'epoch'",
		"drop table sso.session",
		"alter table sso.audit add column x int",
		"create table sso.mine (x int)",
		"create table public.mine (x int)",
		"alter table sso.service disable trigger all",
		"select 1 from sso.migration",
		"set role portillon_migrator",
	};
	static const char *const auditor[] = {
		"insert into sso.audit (at, kind) values ('epoch', 'x')",
		"select 1 from sso.account",
		"select 1 from sso.outbox",
		"select sso.keep_partitions('2000-01-01', 8)",
		"select sso.use_key(1::smallint, 1, 'epoch')",
		"select sso.retire_key(1::smallint, 'epoch', 'epoch', 'epoch')",
		"select sso.mark_restored('epoch')",
		"select sso.throttle_take_back('x', 'x', 'x', 'epoch')",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
		if (role_may("user=portillon_app", forbidden[i]))
			fail_msg("the app may: %s", forbidden[i]);
	}
	for (size_t i = 0; i < COUNT_OF(auditor); i++) {
		if (role_may("user=portillon_auditor", auditor[i]))
			fail_msg("the auditor may: %s", auditor[i]);
	}
	assert_true(
	    role_may("user=portillon_auditor", "select 1 from sso.audit"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_upkeep),
		cmocka_unit_test(test_rights),
	};
	int failures;

	harness_begin();
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	harness_end();
	return failures;
}
