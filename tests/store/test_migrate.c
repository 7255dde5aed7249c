/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Migrations: once each, whole or not at all, and never a changed one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/migrate.h"

static const char migrator[] = "user=portillon_migrator";
static char folder[] = "/tmp/portillon-migrations.XXXXXX";
static struct buf why = BUF_INIT(4096);
static struct buf progress = BUF_INIT(4096);

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
file_write(const char *name, const char *text)
{
	FILE *out = fopen(path_of(name), "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

typedef bool migrate_call(const char *, const char *, FILE *, struct buf *);

static bool
call(migrate_call *migrate, const char *conninfo)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	bool ok;

	assert_non_null(out);
	buf_reset(&why);
	buf_reset(&progress);
	ok = migrate(conninfo, folder, out, &why);
	fclose(out);
	buf_words(&progress, text);
	if (!ok)
		assert_true(why.len > 0);
	return ok;
}

static bool
mentions(struct buf *text, const char *words)
{
	return strstr(buf_cstr(text), words) != NULL;
}

static int
number_of(const char *sql)
{
	PGconn *pg = PQconnectdb("user=postgres");
	PGresult *result = PQexec(pg, sql);
	int number = -1;

	if (PQntuples(result) == 1)
		number = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	PQfinish(pg);
	return number;
}

static void
test_nothing_there(void **state)
{
	(void)state;
	assert_false(call(migrate_run, migrator));
	assert_true(mentions(&why, "no migrations"));
	assert_false(call(migrate_status, migrator));
}

static void
test_once(void **state)
{
	(void)state;
	file_write("notes.txt", "no migration");
	file_write("0001_a.sql", "create table sso.a (x int);"
				 "insert into sso.a values (1);");
	assert_true(call(migrate_status, migrator));
	assert_true(mentions(&progress, "0001_a.sql waiting"));
	assert_int_equal(number_of("select count(*) from pg_namespace "
				   "where nspname = 'sso'"),
	    0);
	assert_true(call(migrate_run, migrator));
	assert_true(mentions(&progress, "0001_a.sql applied"));
	assert_true(call(migrate_run, migrator));
	assert_true(mentions(&progress, "0001_a.sql was applied before"));
	assert_int_equal(number_of("select count(*) from sso.a"), 1);
}

static void
test_whole_or_not(void **state)
{
	(void)state;
	file_write("0002_b.sql", "create table sso.b (x int); select 1/0;");
	assert_false(call(migrate_run, migrator));
	assert_true(mentions(&why, "0002_b.sql"));
	assert_true(mentions(&why, "division by zero"));
	assert_int_equal(number_of("select count(*) from pg_class "
				   "where relname = 'b'"),
	    0);
	file_write("0002_b.sql", "create table sso.b (x int); commit;");
	assert_false(call(migrate_run, migrator));
	assert_true(mentions(&why, "ends its transaction"));
	assert_int_equal(number_of("select count(*) from sso.migration"), 1);
	unlink(path_of("0002_b.sql"));
}

static void
test_changed(void **state)
{
	(void)state;
	file_write("0001_a.sql", "create table sso.a (x bigint);");
	file_write("0003_c.sql", "create table sso.c (x int);");
	assert_false(call(migrate_run, migrator));
	assert_true(mentions(&why, "0001_a.sql has changed"));
	assert_false(call(migrate_status, migrator));
	assert_int_equal(number_of("select count(*) from sso.migration"), 1);

	unlink(path_of("0001_a.sql"));
	assert_false(call(migrate_run, migrator));
	assert_true(mentions(&why, "0001_a.sql was applied"));
	assert_true(mentions(&why, "newer release"));
	file_write("0001_a.sql", "create table sso.a (x int);"
				 "insert into sso.a values (1);");
}

static void
test_order(void **state)
{
	(void)state;
	assert_true(call(migrate_run, migrator));
	assert_true(mentions(&progress, "0003_c.sql applied"));
	file_write("0002_late.sql", "create table sso.d (x int);");
	assert_false(call(migrate_run, migrator));
	assert_true(mentions(&why, "0002_late.sql was not applied"));
	unlink(path_of("0002_late.sql"));
}

/* Whoever runs it, the migrator owns; the app may not run it. */
static void
test_owner(void **state)
{
	(void)state;
	file_write("0004_e.sql", "create table sso.e (x int);");
	assert_false(call(migrate_run, "user=portillon_app"));
	assert_true(call(migrate_run, "user=postgres"));
	assert_int_equal(number_of("select count(*) from pg_tables where "
				   "tablename = 'e' and "
				   "tableowner = 'portillon_migrator'"),
	    1);
	assert_false(call(migrate_run, "user=portillon_migrator port=1"));
}

static int
folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
folder_remove(void **state)
{
	static const char *const names[] = { "notes.txt", "0001_a.sql",
		"0003_c.sql", "0004_e.sql" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		unlink(path_of(names[i]));
	buf_clear(&why);
	buf_clear(&progress);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_whole_or_not),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_owner),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
