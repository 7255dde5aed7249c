/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the store share.
 */
#include "harness.h"

#include <assert.h>
#include <event2/event.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "store/migrate.h"

enum {
	WAITING_MOST = 4096,
	STATEMENT_TIMEOUT_MS = 2000,
	PATIENCE_US = 20 * 1000 * 1000,
	DEADLINE_MS = 15000,
};

struct harness harness;

static struct arena texts = ARENA_INIT; /* of trial_run */

static void
log_to_stderr(enum log_level level, struct str line)
{
	fprintf(stderr, "# %s %.*s\n", log_level_name(level), STR_ARGS(line));
}

void
harness_sql(const char *sql)
{
	PGresult *result = PQexec(harness.super, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s: %s", sql, PQresultErrorMessage(result));
		abort();
	}
	PQclear(result);
}

int64_t
harness_number(const char *sql)
{
	PGresult *result = PQexec(harness.super, sql);
	int64_t number = -1;

	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s: %s", sql, PQresultErrorMessage(result));
		abort();
	}
	if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
		number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return number;
}

static void
harness_connect_super(void)
{
	harness.super = PQconnectdb("user=postgres");
	if (PQstatus(harness.super) != CONNECTION_OK) {
		fprintf(stderr, "%s", PQerrorMessage(harness.super));
		abort();
	}
}

void
harness_reconnect(const char *conninfo, size_t waiting_most)
{
	const struct store_settings settings = {
		.conninfo = conninfo,
		.statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		.waiting_most = waiting_most,
	};

	store_free(harness.store);
	harness.store = store_new(harness.base, &settings);
}

void
harness_turn(int milliseconds)
{
	struct timeval pause = { milliseconds / 1000,
		milliseconds % 1000 * 1000 };

	event_base_loopexit(harness.base, &pause);
	event_base_loop(harness.base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void
harness_wait_ready(void)
{
	int64_t patience = clock_monotonic() + PATIENCE_US;

	while (!store_ready(harness.store)) {
		assert(clock_monotonic() < patience);
		event_base_loop(harness.base, EVLOOP_ONCE);
	}
}

void
harness_begin(void)
{
	struct buf why = BUF_INIT(4096);

	log_set_sink(log_to_stderr, LOG_WARNING);
	if (!migrate_run("user=portillon_migrator", MIGRATIONS, stderr, &why)) {
		fprintf(stderr, "%s\n", buf_cstr(&why));
		abort();
	}
	buf_clear(&why);
	harness.base = event_base_new();
	harness_connect_super();
	harness_sql("select sso.keep_partitions("
		    "(now() at time zone 'UTC')::date, 8)");
	harness_reconnect("user=portillon_app", WAITING_MOST);
	harness_wait_ready();
}

void
harness_end(void)
{
	store_free(harness.store);
	event_base_free(harness.base);
	PQfinish(harness.super);
	arena_clear(&texts);
}

int
harness_run(const char *const *arguments)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		/* execv takes the strings as not const, and leaves them alone
		 */
		char *copies[16] = { NULL };

		for (size_t i = 0; arguments[i] != NULL; i++)
			copies[i] =
			    memory_text(arguments[i], strlen(arguments[i]));
		execv(copies[0], copies);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
harness_control(const char *command)
{
	char program[1024];
	char log[1024];
	const char *arguments[] = { program, "-s", "-w", "-m", "immediate",
		"-l", log, command, NULL };

	snprintf(program, sizeof(program), "%s/pg_ctl", getenv("PG_BIN"));
	snprintf(log, sizeof(log), "%s/../postgres.log", getenv("PGDATA"));
	if (harness_run(arguments) != 0)
		abort();
}

void
harness_stop(void)
{
	harness_control("stop");
	PQfinish(harness.super);
	harness.super = NULL;
}

void
harness_start(void)
{
	harness_control("start");
	harness_connect_super();
}

void
harness_crash(void)
{
	harness_stop();
	harness_start();
}

static enum flow_next
trial_step_ask(struct flow *f)
{
	struct trial *trial = flow_state(f);

	trial->ask(f, trial->argument);
	assert(trial->outcome == TRIAL_GOING);
	return FLOW_NEXT;
}

static enum flow_next
trial_step_end(struct flow *f)
{
	struct trial *trial = flow_state(f);

	trial->outcome = TRIAL_DONE;
	return FLOW_DONE;
}

static const struct flow_step trial_steps[] = {
	FLOW_STEP(trial_step_ask),
	FLOW_STEP(trial_step_end),
	FLOW_END,
};

static void
trial_unavailable(void *state)
{
	struct trial *trial = state;

	trial->outcome = TRIAL_UNAVAILABLE;
}

static void
trial_release(void *state)
{
	struct trial *trial = state;

	trial->released = true;
}

static const struct flow_ops trial_ops = {
	.unavailable = trial_unavailable,
	.release = trial_release,
};

void
trial_begin(struct trial *trial, trial_ask *ask, void *argument)
{
	const struct flow_start start = {
		.base = harness.base,
		.steps = trial_steps,
		.ops = &trial_ops,
		.state = trial,
		.arena = &trial->arena,
		.id = "trial",
		.deadline_ms = DEADLINE_MS,
	};

	*trial = (struct trial){ .ask = ask, .argument = argument };
	flow_start(&start);
}

void
trials_finish(struct trial *trials, size_t count)
{
	int64_t patience = clock_monotonic() + PATIENCE_US;

	for (size_t i = 0; i < count; i++) {
		while (!trials[i].released) {
			assert(clock_monotonic() < patience);
			event_base_loop(harness.base, EVLOOP_ONCE);
		}
		arena_clear(&trials[i].arena);
	}
}

enum trial_outcome
trial_run(trial_ask *ask, void *argument)
{
	struct trial trial;

	trial_begin(&trial, ask, argument);
	while (!trial.released)
		event_base_loop(harness.base, EVLOOP_ONCE);
	/* what was answered is looked at later: keep it until the end */
	arena_clear(&texts);
	texts = trial.arena;
	return trial.outcome;
}
