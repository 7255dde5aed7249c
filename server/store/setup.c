/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first pipeline of a connection.
 *
 * Quick statements, and those of bulk, look things up by key, whatever the
 * planner thinks of tables that were empty when it planned: one plan for all
 * values, no sequential scans, no compilation.
 */
#include "store/setup.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "store/sqlstate.h"

enum {
	SETTINGS_LIMIT = 2048,
	SLOW_TIMEOUT_MS = 20000,
};

/* Type numbers, fixed in every PostgreSQL (pg_type.dat). */
static const Oid setup_oids[] = {
	[VALUE_INT] = 20,
	[VALUE_BOOL] = 16,
	[VALUE_TEXT] = 25,
	[VALUE_BYTES] = 17,
	[VALUE_TIME] = 1184,
};

/* A plain commit is durable, but for the quick lane with its barrier. */
static const char setup_quick[] =
    "select set_config('synchronous_commit', 'off', false),"
    " set_config('lock_timeout', '500ms', false),";

static const char setup_slow[] =
    "select set_config('synchronous_commit', 'on', false),"
    " set_config('lock_timeout', '2s', false),";

static const char setup_by_key[] =
    " set_config('enable_seqscan', 'off', false),"
    " set_config('plan_cache_mode', 'force_generic_plan', false),";

static const char setup_all[] =
    " set_config('jit', 'off', false),"
    " set_config('search_path', '', false),"
    " set_config('idle_in_transaction_session_timeout', '5s', false),"
    " set_config('default_transaction_isolation', 'read committed', false),"
    " set_config('client_min_messages', 'warning', false),"
    " set_config('log_parameter_max_length_on_error', '0', false),"
    " set_config('TimeZone', 'UTC', false),";

static bool
setup_is_ours(const struct setup *setup, enum statement at)
{
	return statements[at].lane == setup->lane &&
	       statements[at].role == ROLE_APP;
}

static enum statement
setup_following(const struct setup *setup, enum statement at)
{
	while (at < STATEMENT_COUNT && !setup_is_ours(setup, at))
		at++;
	return at;
}

static void
setup_write(
    const struct setup *setup, struct buf *sql, int64_t statement_timeout_ms)
{
	bool quick = setup->lane == LANE_QUICK;

	buf_words(sql, quick ? setup_quick : setup_slow);
	if (quick || setup->lane == LANE_BULK)
		buf_words(sql, setup_by_key);
	buf_words(sql, setup_all);
	buf_format(sql,
	    " set_config('statement_timeout', '%" PRId64 "', false),",
	    quick ? statement_timeout_ms : SLOW_TIMEOUT_MS);
	if (setup->before.pid != 0)
		buf_format(sql,
		    " (select count(pg_terminate_backend(a.pid))"
		    " from pg_stat_activity as a where a.pid = %d"
		    " and a.usename = current_user and a.backend_start ="
		    " timestamptz '2000-01-01 00:00:00+00'"
		    " + %" PRId64 " * interval '1 microsecond'),",
		    setup->before.pid, setup->before.started);
	buf_words(sql, " (select a.backend_start from pg_stat_activity as a"
		       " where a.pid = pg_backend_pid()),"
		       " pg_postmaster_start_time()");
}

bool
setup_send(struct setup *setup, PGconn *pg, int64_t statement_timeout_ms)
{
	CLEANUP(buf_clear) struct buf sql = BUF_INIT(SETTINGS_LIMIT);

	setup->self = (struct backend){ .pid = PQbackendPID(pg) };
	setup_write(setup, &sql, statement_timeout_ms);
	if (!buf_ok(&sql) || PQsendQueryParams(pg, buf_cstr(&sql), 0, NULL,
				 NULL, NULL, NULL, 1) != 1)
		return false;
	setup->next = setup_following(setup, 0);
	for (enum statement at = setup->next; at < STATEMENT_COUNT;
	     at = setup_following(setup, at + 1)) {
		const struct statement_text *text = &statements[at];

		if (PQsendPrepare(pg, text->name, text->sql, 0, NULL) != 1 ||
		    PQsendDescribePrepared(pg, text->name) != 1)
			return false;
	}
	return PQpipelineSync(pg) == 1;
}

static void
setup_misfit(struct setup *setup, const char *what)
{
	setup->state = SETUP_MISFIT;
	buf_reset(setup->why);
	buf_format(setup->why,
	    "The database does not fit this release: statement %s: %s. "
	    "Run \"portillon migrate\".",
	    statements[setup->next].name, what);
}

/* No values were sent, so the server's message has none of them. */
static void
setup_error(struct setup *setup, const PGresult *result)
{
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message =
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (setup->state != SETUP_GOING)
		return;
	setup->state = SETUP_FAILED;
	if (setup->settled && setup->next < STATEMENT_COUNT &&
	    sqlstate_is_schema(code))
		setup_misfit(setup, message != NULL ? message : code);
}

static bool
setup_read_time(const PGresult *result, int column, int64_t *into)
{
	if (PQntuples(result) != 1 || PQgetlength(result, 0, column) != 8)
		return false;
	*into = (int64_t)bytes_get_be(
	    (const uint8_t *)PQgetvalue(result, 0, column), 8);
	return true;
}

static void
setup_read_settings(struct setup *setup, const PGresult *result)
{
	int columns = PQnfields(result);

	setup->settled = true;
	if (!setup_read_time(result, columns - 2, &setup->self.started) ||
	    !setup_read_time(result, columns - 1, &setup->server_start))
		setup->state = SETUP_FAILED;
}

static bool
setup_parameters_fit(const struct statement_text *text, const PGresult *result)
{
	if ((size_t)PQnparams(result) != text->parameter_count)
		return false;
	for (size_t i = 0; i < text->parameter_count; i++) {
		if (PQparamtype(result, (int)i) !=
		    setup_oids[text->parameters[i]])
			return false;
	}
	return true;
}

static void
setup_read_description(struct setup *setup, const PGresult *result)
{
	const struct statement_text *text = &statements[setup->next];

	if (!setup_parameters_fit(text, result))
		setup_misfit(setup, "its parameters have other types");
	else if (!row_fits(text->row, result))
		setup_misfit(setup, "its columns have other names or types");
}

void
setup_take(struct setup *setup, const PGresult *result)
{
	switch (PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		if (setup->state == SETUP_GOING)
			setup->state = SETUP_DONE;
		return;
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		break;
	default:
		setup_error(setup, result);
		return;
	}
	if (setup->state != SETUP_GOING)
		return;
	if (!setup->settled) {
		setup_read_settings(setup, result);
	} else if (setup->next == STATEMENT_COUNT) {
		setup->state = SETUP_FAILED;
	} else if (!setup->parsed) {
		setup->parsed = true;
	} else {
		setup_read_description(setup, result);
		setup->parsed = false;
		if (setup->state == SETUP_GOING)
			setup->next = setup_following(setup, setup->next + 1);
	}
}
