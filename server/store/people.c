/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many people at once.
 *
 * Statements come from store/sql like all others, so that every gate that
 * starts checks whether they fit the schema; only here they are run in one
 * long transaction.
 */
#include "store/people.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "loop/clock.h"
#include "store/row.h"
#include "store/statement.h"

/* PostgreSQL counts from 2000, we from 1970. */
#define PEOPLE_EPOCH_US (INT64_C(946684800) * 1000000)

enum {
	NUMBER_SIZE = 8,
	VALUES_MOST = 9, /* with the echo */
	XID_LONGEST = 32,
	ASK_AGAIN_MOST_US = 10 * 1000 * 1000,
	ASK_AGAIN_PAUSE_NS = 200 * 1000 * 1000,
	ENDED_AT_A_TIME = 200, /* sessions */
};

struct people {
	PGconn *pg;
	const char *conninfo;
	struct buf *why;
	int64_t echo;
	char xid[XID_LONGEST]; /* of the transaction; "" while reading */
};

static const struct row_column outcome_columns[] = {
	ROW_COLUMN(struct people_outcome, line, ROW_INT),
	ROW_COLUMN(struct people_outcome, login, ROW_TEXT),
	ROW_COLUMN(struct people_outcome, outcome, ROW_TEXT),
};

extern const struct row_table people_outcome_row;
const struct row_table people_outcome_row =
    ROW_TABLE(struct people_outcome, outcome_columns);

/* Sessions that were marked, and the last of them. */
struct people_ended {
	int64_t count;
	int64_t created_at;
	int64_t number;
};

static const struct row_column ended_columns[] = {
	ROW_COLUMN(struct people_ended, count, ROW_INT),
	ROW_COLUMN(struct people_ended, created_at, ROW_TIME),
	ROW_COLUMN(struct people_ended, number, ROW_INT),
};

extern const struct row_table people_ended_row;
const struct row_table people_ended_row =
    ROW_TABLE(struct people_ended, ended_columns);

static const struct row_column shape_columns[] = {
	ROW_COLUMN(struct people_shape, attributes, ROW_TEXT),
	ROW_COLUMN(struct people_shape, memberships_most, ROW_INT),
};

extern const struct row_table people_shape_row;
const struct row_table people_shape_row =
    ROW_TABLE(struct people_shape, shape_columns);

static const struct row_column person_columns[] = {
	ROW_COLUMN(struct person, login, ROW_TEXT),
	ROW_COLUMN(struct person, display_name, ROW_TEXT),
	ROW_COLUMN(struct person, password, ROW_TEXT),
	ROW_COLUMN(struct person, state, ROW_TEXT),
	ROW_COLUMN(struct person, attributes, ROW_TEXT),
	ROW_COLUMN(struct person, memberships, ROW_TEXT),
};

extern const struct row_table person_row;
const struct row_table person_row = ROW_TABLE(struct person, person_columns);

/* The primary message only: details would show values. */
static void
people_refused(struct people *p, const PGresult *result)
{
	const char *message =
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (message == NULL || PQstatus(p->pg) != CONNECTION_OK)
		buf_words(p->why, "the connection to the database was lost");
	else
		buf_format(p->why, "the database refused: %s", message);
}

static bool
people_result_ok(struct people *p, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return true;
	people_refused(p, result);
	return false;
}

static bool
people_do(struct people *p, const char *sql)
{
	PGresult *result = PQexec(p->pg, sql);
	bool ok = people_result_ok(p, result);

	PQclear(result);
	return ok;
}

static bool
people_connect(struct people *p)
{
	p->pg = PQconnectdb(p->conninfo);
	if (PQstatus(p->pg) == CONNECTION_OK)
		return true;
	buf_words(p->why, "the database cannot be reached; "
			  "\"portillon check\" may tell why");
	return false;
}

static bool
people_prepare(struct people *p, enum statement which)
{
	const struct statement_text *text = &statements[which];
	PGresult *result = PQprepare(p->pg, text->name, text->sql, 0, NULL);
	bool ok = people_result_ok(p, result);

	PQclear(result);
	if (!ok)
		buf_words(p->why, "; \"portillon migrate\" may be due");
	return ok;
}

/*
 * Tables grow while the same statements run again and again: so each run is
 * planned for itself, and by the indexes.
 */
static const char people_settings[] =
    "select set_config('search_path', '', false),"
    " set_config('TimeZone', 'UTC', false),"
    " set_config('jit', 'off', false),"
    " set_config('client_min_messages', 'warning', false),"
    " set_config('log_parameter_max_length_on_error', '0', false),"
    " set_config('synchronous_commit', 'on', false),"
    " set_config('lock_timeout', '10s', false),"
    " set_config('enable_seqscan', 'off', false),"
    " set_config('plan_cache_mode', 'force_custom_plan', false)";

static bool
people_begin_reading(struct people *p)
{
	return people_do(p, "begin isolation level repeatable read read only");
}

static bool
people_begin_writing(struct people *p)
{
	PGresult *result;
	bool ok;

	if (!people_do(p, "begin"))
		return false;
	result = PQexec(p->pg, "select pg_current_xact_id()");
	ok = people_result_ok(p, result) && PQntuples(result) == 1 &&
	     PQgetlength(result, 0, 0) < XID_LONGEST;
	if (ok)
		memcpy(p->xid, PQgetvalue(result, 0, 0),
		    (size_t)PQgetlength(result, 0, 0));
	PQclear(result);
	return ok;
}

static bool
people_begin(struct people *p, enum people_purpose purpose)
{
	if (!people_connect(p) || !people_do(p, people_settings))
		return false;
	if (purpose == PEOPLE_READ)
		return people_prepare(p, STATEMENT_PEOPLE_SHAPE) &&
		       people_prepare(p, STATEMENT_PEOPLE_PAGE) &&
		       people_begin_reading(p);
	return people_prepare(p, STATEMENT_PEOPLE_PUT) &&
	       people_prepare(p, STATEMENT_AUDIT_APPEND) &&
	       people_prepare(p, STATEMENT_PEOPLE_END_SESSIONS) &&
	       people_begin_writing(p);
}

struct people *
people_open(const char *conninfo, enum people_purpose purpose, struct buf *why)
{
	struct people *p = memory_new(sizeof(*p));

	p->conninfo = conninfo;
	p->why = why;
	if (people_begin(p, purpose))
		return p;
	people_close(p);
	return NULL;
}

void
people_close(struct people *p)
{
	if (p == NULL)
		return;
	PQfinish(p->pg);
	free(p);
}

struct people_values {
	const char *at[VALUES_MOST];
	int lengths[VALUES_MOST];
	uint8_t numbers[VALUES_MOST][NUMBER_SIZE];
};

static void
people_encode(
    struct people_values *out, size_t i, enum value_kind kind, int64_t number)
{
	size_t size = kind == VALUE_BOOL ? 1 : NUMBER_SIZE;

	if (kind == VALUE_TIME)
		number -= PEOPLE_EPOCH_US;
	bytes_put_be(out->numbers[i], size, (uint64_t)number);
	out->at[i] = (const char *)out->numbers[i];
	out->lengths[i] = (int)size;
}

/* The echo first, as in every statement. */
static void
people_fill(struct people_values *out, int64_t echo, const struct value *values,
    size_t count)
{
	people_encode(out, 0, VALUE_INT, echo);
	for (size_t i = 0; i < count; i++) {
		const struct value *value = &values[i];

		if (value->kind == VALUE_TEXT) {
			out->at[i + 1] = value->text.at;
			out->lengths[i + 1] = (int)value->text.len;
		} else if (value->kind != VALUE_NULL) {
			people_encode(out, i + 1, value->kind, value->number);
		}
	}
}

/* Runs a prepared statement; NULL and a sentence if it did not go well. */
static PGresult *
people_run(struct people *p, enum statement which, const struct value *values,
    size_t count)
{
	static const int binary[VALUES_MOST] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct people_values sent = { 0 };
	PGresult *result;
	bool ok;

	assert(count + 1 == statements[which].parameter_count);
	assert(count < VALUES_MOST);
	people_fill(&sent, ++p->echo, values, count);
	result = PQexecPrepared(p->pg, statements[which].name, (int)count + 1,
	    sent.at, sent.lengths, binary, 1);
	ok = people_result_ok(p, result);
	for (int row = 0; ok && row < PQntuples(result); row++) {
		ok = row_echoes(result, row, p->echo);
		if (!ok)
			buf_words(p->why, "the database answered something "
					  "that was not asked");
	}
	if (ok)
		return result;
	PQclear(result);
	return NULL;
}

static bool
people_read(struct people *p, enum statement which, const PGresult *result,
    struct arena *arena, struct row_list *into)
{
	const struct row_table *table = statements[which].row;
	size_t count = (size_t)PQntuples(result);
	char *items = arena_alloc(arena, count * table->size);

	for (size_t row = 0; row < count; row++) {
		struct row_target target = { arena, items + row * table->size };

		if (!row_fits(table, result) ||
		    !row_read(table, result, (int)row, target)) {
			buf_words(p->why, "the database does not fit this "
					  "release; \"portillon migrate\" may "
					  "be due");
			return false;
		}
	}
	*into = (struct row_list){ items, count };
	return true;
}

static bool
people_ask(struct people *p, enum statement which, const struct value *values,
    size_t count, struct arena *arena, struct row_list *into)
{
	PGresult *result = people_run(p, which, values, count);
	bool ok = result != NULL && people_read(p, which, result, arena, into);

	PQclear(result);
	return ok;
}

bool
people_put(struct people *p, struct str batch, bool update,
    const struct audit_origin *origin, struct arena *arena,
    struct row_list *outcomes)
{
	const struct value values[] = {
		TEXT_VALUE(batch),
		BOOL_VALUE(update),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	return people_ask(
	    p, STATEMENT_PEOPLE_PUT, values, COUNT_OF(values), arena, outcomes);
}

bool
people_note(struct people *p, struct str kind, struct str detail,
    const struct audit_origin *origin)
{
	const struct value values[] = {
		TIME_VALUE(origin->at),
		TEXT_VALUE(kind),
		NULL_VALUE,
		NULL_VALUE,
		NULL_VALUE,
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
		TEXT_VALUE(detail),
	};
	PGresult *result =
	    people_run(p, STATEMENT_AUDIT_APPEND, values, COUNT_OF(values));

	PQclear(result);
	return result != NULL;
}

bool
people_look(struct people *p, struct arena *arena, struct people_shape *into)
{
	struct row_list rows = { 0 };

	if (!people_ask(p, STATEMENT_PEOPLE_SHAPE, NULL, 0, arena, &rows))
		return false;
	assert(rows.count == 1);
	*into = *(const struct people_shape *)rows.items;
	return true;
}

bool
people_page(struct people *p, struct str after, bool with_passwords,
    struct arena *arena, struct row_list *into)
{
	const struct value values[] = {
		TEXT_VALUE(after),
		BOOL_VALUE(with_passwords),
	};

	return people_ask(
	    p, STATEMENT_PEOPLE_PAGE, values, COUNT_OF(values), arena, into);
}

enum people_fate {
	FATE_DONE,
	FATE_NOT_DONE,
	FATE_UNKNOWN, /* cannot be asked, or is not decided yet */
};

static enum people_fate
people_ask_fate(const struct people *p)
{
	const char *values[] = { p->xid };
	PGconn *pg = PQconnectdb(p->conninfo);
	PGresult *result = PQexecParams(pg, "select pg_xact_status($1::xid8)",
	    1, NULL, values, NULL, NULL, 0);
	enum people_fate fate = FATE_UNKNOWN;

	if (PQresultStatus(result) == PGRES_TUPLES_OK) {
		struct str status = str_of(PQgetvalue(result, 0, 0));

		if (str_equal(status, STR("committed")))
			fate = FATE_DONE;
		else if (str_equal(status, STR("aborted")))
			fate = FATE_NOT_DONE;
	}
	PQclear(result);
	PQfinish(pg);
	return fate;
}

/* A server that crashed needs a moment; one that runs knows soon. */
static bool
people_settle_fate(struct people *p)
{
	const struct timespec pause = { 0, ASK_AGAIN_PAUSE_NS };
	int64_t until = clock_monotonic() + ASK_AGAIN_MOST_US;
	enum people_fate fate = people_ask_fate(p);

	while (fate == FATE_UNKNOWN && clock_monotonic() < until) {
		nanosleep(&pause, NULL);
		fate = people_ask_fate(p);
	}
	buf_reset(p->why);
	if (fate == FATE_NOT_DONE)
		buf_words(p->why, "the connection to the database was lost; "
				  "nothing was changed");
	else if (fate == FATE_UNKNOWN)
		buf_words(p->why, "the connection to the database was lost at "
				  "the last moment; either everything was "
				  "changed or nothing");
	return fate == FATE_DONE;
}

/* A COMMIT that answers ROLLBACK is no error to libpq. */
bool
people_commit(struct people *p)
{
	PGresult *result = PQexec(p->pg, "commit");
	bool ok = people_result_ok(p, result);

	if (ok && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		buf_words(p->why, "the database gave everything up");
		ok = false;
	}
	PQclear(result);
	if (!ok && PQstatus(p->pg) != CONNECTION_OK)
		return people_settle_fate(p);
	return ok;
}

/* The commit may have been the last that its connection did. */
static bool
people_come_back(struct people *p)
{
	if (PQstatus(p->pg) == CONNECTION_OK)
		return true;
	PQfinish(p->pg);
	return people_connect(p) && people_do(p, people_settings) &&
	       people_prepare(p, STATEMENT_PEOPLE_END_SESSIONS);
}

static bool
people_end_some(struct people *p, struct people_ended *last)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct row_list rows = { 0 };
	const struct value values[] = {
		TIME_VALUE(clock_now()),
		TIME_VALUE(last->created_at),
		INT_VALUE(last->number),
		INT_VALUE(ENDED_AT_A_TIME),
	};

	if (!people_ask(p, STATEMENT_PEOPLE_END_SESSIONS, values,
		COUNT_OF(values), &arena, &rows))
		return false;
	assert(rows.count == 1);
	*last = *(const struct people_ended *)rows.items;
	return true;
}

bool
people_end_sessions(struct people *p)
{
	struct people_ended last = { 0 };
	bool ok = people_come_back(p);

	while (ok) {
		ok = people_end_some(p, &last);
		if (last.count < ENDED_AT_A_TIME)
			break;
	}
	return ok;
}
