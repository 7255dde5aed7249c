/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop runs until the flow's state is released, which the flow promises to
 * happen: every ask is answered or fails, and a deadline ends the rest.
 */
#include "ctl/run.h"

#include <event2/event.h>
#include <pwd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/log.h"
#include "crypto/random.h"
#include "ctl/command.h"
#include "ctl/settings.h"
#include "loop/clock.h"
#include "store/store.h"

enum {
	CONNECT_MOST_US = 5 * 1000 * 1000,
	CONNECT_LOOK_US = 20 * 1000, /* between two looks at the store */
	STEPS_DEADLINE_MS = 30 * 1000,
	STATEMENT_TIMEOUT_MS = 10 * 1000,
	WAITING_MOST = 16,
};

static void
run_log(enum log_level level, struct str line)
{
	(void)level;
	fprintf(stderr, "portillon: %.*s\n", STR_ARGS(line));
}

static void
run_unavailable(void *state)
{
	struct run *run = state;

	run->unavailable = true;
}

static void
run_release(void *state)
{
	struct run *run = state;

	run->released = true;
}

static const struct flow_ops run_ops = {
	.unavailable = run_unavailable,
	.release = run_release,
};

static void
run_look(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what, (void)argument; /* only wakes the loop */
}

static bool
run_wait_ready(
    struct event_base *base, const struct store *store, struct buf *why)
{
	const struct timeval pause = { 0, CONNECT_LOOK_US };
	struct event *look = event_new(base, -1, EV_PERSIST, run_look, NULL);
	int64_t until = clock_monotonic() + CONNECT_MOST_US;

	if (look == NULL || event_add(look, &pause) != 0)
		abort();
	while (!store_ready(store) && store_trouble(store) == NULL &&
	       clock_monotonic() < until)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(look);
	if (store_ready(store))
		return true;
	if (store_trouble(store) != NULL)
		buf_format(why, "the database does not fit this release: %s",
		    store_trouble(store));
	else
		buf_words(why, "the database cannot be reached; "
			       "\"portillon check\" may tell why");
	return false;
}

/* Who asked, for the audit: the name of the operating system's user. */
static struct str
run_request_id(struct arena *arena)
{
	CLEANUP(buf_clear) struct buf random = BUF_INIT(64);
	const struct passwd *user = getpwuid(getuid());
	uint8_t bytes[6];

	random_bytes(bytes, sizeof(bytes));
	bytes_hex(&random, bytes, sizeof(bytes));
	return user != NULL ? arena_format(arena, "cli-%s-%s", user->pw_name,
				  buf_cstr(&random))
			    : arena_format(arena, "cli-%u-%s",
				  (unsigned)getuid(), buf_cstr(&random));
}

struct audit_origin
run_origin(struct arena *arena)
{
	return (struct audit_origin){ .at = clock_now(),
		.request = run_request_id(arena) };
}

static bool
run_flow(struct run *run, struct event_base *base,
    const struct flow_step *steps, struct buf *why)
{
	struct flow_start start = { .base = base,
		.steps = steps,
		.ops = &run_ops,
		.state = run,
		.arena = &run->arena,
		.deadline_ms = STEPS_DEADLINE_MS };

	run->released = false; /* of the steps before, if there were any */
	run->origin = run_origin(&run->arena);
	start.id = run->origin.request.at;
	flow_start(&start);
	while (!run->released)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
	if (run->unavailable)
		buf_words(why, "the database did not answer as it should; "
			       "what was asked may or may not have been done");
	return !run->unavailable;
}

bool
run_steps(struct run *run, const struct settings *settings,
    const struct flow_step *steps, struct buf *why)
{
	const struct store_settings store_settings = {
		.conninfo = settings->app,
		.statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		.waiting_most = WAITING_MOST,
	};
	struct event_base *base = event_base_new();
	bool done;

	if (base == NULL)
		abort();
	log_set_sink(run_log, LOG_WARNING);
	run->store = store_new(base, &store_settings);
	done = run_wait_ready(base, run->store, why) &&
	       run_flow(run, base, steps, why);
	store_free(run->store);
	run->store = NULL;
	event_base_free(base);
	return done;
}

enum flow_next
run_end(struct flow *f)
{
	(void)f;
	return FLOW_DONE;
}

void
run_clear(struct run *run)
{
	arena_clear(&run->arena);
}

bool
run_or_complain(struct run *run, const struct settings *settings,
    const struct flow_step *steps)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(2048);

	if (run_steps(run, settings, steps, &why))
		return true;
	command_complain("%s", buf_cstr(&why));
	return false;
}
