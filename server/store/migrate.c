/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Migrations.
 *
 * One advisory lock is held throughout, so that two nodes that are upgraded at
 * the same moment apply each file once.
 */
#include "store/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "loop/clock.h"

enum {
	FILE_LIMIT = 1024 * 1024,
	PATH_LIMIT = 4096,
	SHA256_SIZE = 32,
	SHA256_DIGITS = 64,
	NUMBER_DIGITS = 4,
};

struct migration {
	char *name;
	char *text;
	char checksum[SHA256_DIGITS + 1];
	bool applied;
};

struct migrate {
	PGconn *pg;
	struct migration *files; /* by name */
	size_t count;
	struct buf *why;
};

static void
migrate_clear(struct migrate *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->files[i].name);
		free(m->files[i].text);
	}
	free(m->files);
	PQfinish(m->pg);
}

static bool
migrate_result_ok(struct migrate *m, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return true;
	buf_text(m->why, str_trim(str_of(PQerrorMessage(m->pg))));
	return false;
}

static bool
migrate_do(struct migrate *m, const char *sql)
{
	PGresult *result = PQexec(m->pg, sql);
	bool ok = migrate_result_ok(m, result);

	PQclear(result);
	return ok;
}

static bool
name_is_migration(const char *name)
{
	struct str text = str_of(name);

	for (size_t i = 0; i < NUMBER_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
	}
	return name[NUMBER_DIGITS] == '_' && str_ends(text, STR(".sql"));
}

static int
entry_is_migration(const struct dirent *entry)
{
	return name_is_migration(entry->d_name);
}

static int
entries_in_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
checksum_text(const char *text, size_t len, char out[static SHA256_DIGITS + 1])
{
	CLEANUP(buf_clear) struct buf hex = BUF_INIT(SHA256_DIGITS);
	uint8_t digest[SHA256_SIZE];

	if (EVP_Digest(text, len, digest, NULL, EVP_sha256(), NULL) != 1)
		abort(); /* without SHA-256 there is no OpenSSL */
	bytes_hex(&hex, digest, sizeof(digest));
	memcpy(out, buf_cstr(&hex), SHA256_DIGITS + 1);
}

static bool
migration_read(struct migration *file, const char *dir, struct buf *why)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(PATH_LIMIT);
	size_t len = 0;
	FILE *in;

	buf_format(&path, "%s/%s", dir, file->name);
	in = fopen(buf_cstr(&path), "re");
	if (in == NULL) {
		buf_format(why, "%s cannot be read: %s.", buf_cstr(&path),
		    strerror(errno));
		return false;
	}
	file->text = memory_new(FILE_LIMIT);
	len = fread(file->text, 1, FILE_LIMIT - 1, in);
	if (ferror(in) || !feof(in) || strlen(file->text) != len) {
		buf_format(
		    why, "%s is no text of less than 1 MiB.", buf_cstr(&path));
		fclose(in);
		return false;
	}
	fclose(in);
	checksum_text(file->text, len, file->checksum);
	return true;
}

static bool
migrate_read_files(struct migrate *m, const char *dir)
{
	struct dirent **entries = NULL;
	int found =
	    scandir(dir, &entries, entry_is_migration, entries_in_order);
	bool ok = true;

	if (found <= 0) {
		buf_format(m->why, "There are no migrations in %s.", dir);
		free(entries);
		return false;
	}
	m->files = memory_array((size_t)found, sizeof(*m->files));
	m->count = (size_t)found;
	for (size_t i = 0; i < m->count; i++) {
		const char *name = entries[i]->d_name;

		m->files[i].name = memory_text(name, strlen(name));
		ok = ok && migration_read(&m->files[i], dir, m->why);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

/* Objects belong to the migrator, whoever is connected. */
static bool
migrate_connect(struct migrate *m, const char *conninfo)
{
	m->pg = PQconnectdb(conninfo);
	if (PQstatus(m->pg) != CONNECTION_OK) {
		buf_text(m->why, str_trim(str_of(PQerrorMessage(m->pg))));
		return false;
	}
	return migrate_do(m, "set role portillon_migrator") &&
	       migrate_do(m,
		   "select set_config('search_path', '', false),"
		   " set_config('client_min_messages', 'warning', false),"
		   " set_config('synchronous_commit', 'on', false)");
}

static bool
migrate_says_yes(struct migrate *m, const char *sql, bool *yes)
{
	PGresult *result = PQexec(m->pg, sql);
	bool ok = migrate_result_ok(m, result);

	if (ok)
		*yes = PQntuples(result) == 1 &&
		       strcmp(PQgetvalue(result, 0, 0), "t") == 0;
	PQclear(result);
	return ok;
}

static bool
migrate_has_table(struct migrate *m, bool *yes)
{
	return migrate_says_yes(
	    m, "select to_regclass('sso.migration') is not null", yes);
}

static bool
migrate_make_table(struct migrate *m)
{
	bool schema = false;

	if (!migrate_says_yes(
		m, "select to_regnamespace('sso') is not null", &schema))
		return false;
	if (!schema && !migrate_do(m, "create schema sso"))
		return false;
	return migrate_do(m, "create table if not exists sso.migration ("
			     "file text primary key, sha256 text not null,"
			     " applied_at timestamptz not null)");
}

/* One applied file against what lies in the folder. */
static bool
migrate_match(struct migrate *m, const char *name, const char *checksum)
{
	for (size_t i = 0; i < m->count; i++) {
		if (strcmp(m->files[i].name, name) != 0)
			continue;
		m->files[i].applied = true;
		if (strcmp(m->files[i].checksum, checksum) == 0)
			return true;
		buf_format(m->why,
		    "%s has changed since it was applied. Restore the file as "
		    "it was released, and put the change into a new one.",
		    name);
		return false;
	}
	buf_format(m->why,
	    "%s was applied to this database, but is missing here. The "
	    "database belongs to a newer release: install that one.",
	    name);
	return false;
}

static bool
migrate_match_all(struct migrate *m)
{
	PGresult *result =
	    PQexec(m->pg, "select file, sha256 from sso.migration order by 1");
	bool ok = migrate_result_ok(m, result);

	for (int row = 0; ok && row < PQntuples(result); row++)
		ok = migrate_match(
		    m, PQgetvalue(result, row, 0), PQgetvalue(result, row, 1));
	PQclear(result);
	return ok;
}

/* A file that waits in front of an applied one was forgotten or renamed. */
static bool
migrate_in_order(struct migrate *m)
{
	for (size_t i = 1; i < m->count; i++) {
		if (m->files[i].applied && !m->files[i - 1].applied) {
			buf_format(m->why,
			    "%s was not applied, but %s behind it was. Give "
			    "it the next free number.",
			    m->files[i - 1].name, m->files[i].name);
			return false;
		}
	}
	return true;
}

static bool
migrate_remember(struct migrate *m, const struct migration *file)
{
	CLEANUP(buf_clear) struct buf now = BUF_INIT(32);
	const char *values[] = { file->name, file->checksum, NULL };
	PGresult *result;
	bool ok;

	buf_number(&now, (uint64_t)(clock_now() / 1000000));
	values[2] = buf_cstr(&now);
	result = PQexecParams(m->pg,
	    "insert into sso.migration (file, sha256, applied_at)"
	    " values ($1, $2, to_timestamp($3::bigint))",
	    3, NULL, values, NULL, NULL, 0);
	ok = migrate_result_ok(m, result);
	PQclear(result);
	return ok;
}

/* A COMMIT that answers ROLLBACK is no error to libpq. */
static bool
migrate_commit(struct migrate *m)
{
	PGresult *result = PQexec(m->pg, "commit");
	bool ok = migrate_result_ok(m, result) &&
		  strcmp(PQcmdStatus(result), "COMMIT") == 0;

	PQclear(result);
	return ok;
}

static bool
migrate_apply(struct migrate *m, const struct migration *file)
{
	if (migrate_do(m, "begin") &&
	    migrate_do(m, "set local lock_timeout = '5s'") &&
	    migrate_do(m, file->text)) {
		if (PQtransactionStatus(m->pg) != PQTRANS_INTRANS)
			buf_words(m->why, "it ends its transaction itself");
		else if (migrate_remember(m, file) && migrate_commit(m))
			return true;
	}
	buf_format(
	    m->why, " (while applying %s; nothing of it was kept)", file->name);
	return false;
}

static bool
migrate_apply_all(struct migrate *m, FILE *progress)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct migration *file = &m->files[i];

		if (!file->applied && !migrate_apply(m, file))
			return false;
		fprintf(progress, "%s %s\n", file->name,
		    file->applied ? "was applied before" : "applied");
	}
	return true;
}

bool
migrate_run(
    const char *conninfo, const char *dir, FILE *progress, struct buf *why)
{
	CLEANUP(migrate_clear) struct migrate m = { .why = why };

	return migrate_read_files(&m, dir) && migrate_connect(&m, conninfo) &&
	       migrate_do(&m, "select pg_advisory_lock(7309453, 2)") &&
	       migrate_make_table(&m) && migrate_match_all(&m) &&
	       migrate_in_order(&m) && migrate_apply_all(&m, progress);
}

bool
migrate_status(
    const char *conninfo, const char *dir, FILE *progress, struct buf *why)
{
	CLEANUP(migrate_clear) struct migrate m = { .why = why };
	bool begun = false;

	if (!migrate_read_files(&m, dir) || !migrate_connect(&m, conninfo) ||
	    !migrate_has_table(&m, &begun) ||
	    (begun && (!migrate_match_all(&m) || !migrate_in_order(&m))))
		return false;
	for (size_t i = 0; i < m.count; i++)
		fprintf(progress, "%s %s\n", m.files[i].name,
		    m.files[i].applied ? "applied" : "waiting");
	return true;
}
