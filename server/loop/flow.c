/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner: one loop over a table of steps.
 *
 * Every change of what a flow waits for goes through flow_asked(),
 * flow_answered() and flow_run(), so these are the places to trace.
 */
#include "loop/flow.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "loop/clock.h"
#include "loop/log_limit.h"
#include "loop/scoreboard.h"

/* How long a step took: its run, and the wait for what it asked. */
struct step_time {
	const char *name;
	const char *asked; /* whom it asked first; NULL: nobody */
	int64_t took_us;
};

struct flow {
	struct flow_start start;
	const struct flow_step *step; /* the one to run next */
	struct step_time last; /* the step that ran last */
	struct step_time slowest; /* of those before it */
	int64_t began_us; /* monotonic, as all times here */
	int64_t step_began_us;
	struct event deadline;
	uint64_t turn;
	unsigned pending; /* asked, not yet answered */
	bool running;
	const char *trouble; /* why something asked for is not to be had */
	bool replied;
	bool has_deadline; /* set once it has to wait */
};

static unsigned flows;
static uint64_t turns;

/* The last step is over, or will be waited for no longer. */
static void
flow_end_step(struct flow *f, int64_t now)
{
	f->last.took_us = now - f->step_began_us;
	if (f->last.took_us >= f->slowest.took_us)
		f->slowest = f->last;
}

/* The reply is given: says so if that took too long. */
static void
flow_replied(struct flow *f)
{
	int64_t now = clock_monotonic(), took = now - f->began_us;
	const struct step_time *slowest = &f->slowest;

	f->replied = true;
	if (f->start.slow_us == 0 || took <= f->start.slow_us)
		return;
	flow_end_step(f, now);
	scoreboard_count(SCORE_SLOW_REQUESTS);
	if (!log_limit_allows(LOG_WARNING, "slow request"))
		return;
	log_event(LOG_WARNING, "slow request",
	    LOG_TEXT("request", str_of(f->start.id)),
	    LOG_TEXT("route", f->start.name), LOG_NUMBER("ms", took / 1000),
	    LOG_TEXT("step", str_of(slowest->name)),
	    LOG_NUMBER("step_ms", slowest->took_us / 1000),
	    LOG_TEXT("waited_for", slowest->asked != NULL
				       ? str_of(slowest->asked)
				       : STR("nobody")));
}

static void
flow_reply_unavailable(struct flow *f, const char *why)
{
	if (f->replied)
		return;
	flow_replied(f);
	scoreboard_count(SCORE_UNAVAILABLE);
	if (log_limit_allows(LOG_WARNING, "flow unavailable"))
		log_event(LOG_WARNING, "flow unavailable",
		    LOG_TEXT("request", str_of(f->start.id)),
		    LOG_TEXT("after", str_of(f->last.name)),
		    LOG_NUMBER("us", clock_monotonic() - f->began_us),
		    LOG_TEXT("why", str_of(why)));
	f->start.ops->unavailable(f->start.state);
}

static void
flow_release(struct flow *f)
{
	assert(f->replied && f->pending == 0);
	event_del(&f->deadline);
	f->start.ops->release(f->start.state);
	free(f);
	flows--;
}

static void
flow_begin_step(struct flow *f, const struct flow_step *step)
{
	int64_t now = clock_monotonic();

	flow_end_step(f, now);
	if (log_wants(LOG_DEBUG))
		log_event(LOG_DEBUG, "flow step",
		    LOG_TEXT("request", str_of(f->start.id)),
		    LOG_TEXT("step", str_of(step->name)),
		    LOG_TEXT("after", str_of(f->last.name)),
		    LOG_NUMBER("us", f->last.took_us));
	f->last = (struct step_time){ .name = step->name };
	f->step_began_us = now;
	f->turn = ++turns;
}

static void
flow_deadline(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	flow_reply_unavailable(argument, "deadline");
}

static void
flow_set_deadline(struct flow *f)
{
	struct timeval deadline = { f->start.deadline_ms / 1000,
		f->start.deadline_ms % 1000 * 1000 };

	f->has_deadline = true;
	evtimer_add(&f->deadline,
	    event_base_init_common_timeout(f->start.base, &deadline));
}

static void
flow_run(struct flow *f)
{
	f->running = true;
	while (f->pending == 0 && f->trouble == NULL && !f->replied) {
		const struct flow_step *step = f->step++;

		assert(step->run != NULL); /* the last step must reply */
		flow_begin_step(f, step);
		if (step->run(f) == FLOW_DONE) {
			assert(f->pending == 0); /* replied too early */
			flow_replied(f);
		}
	}
	f->running = false;

	if (f->trouble != NULL)
		flow_reply_unavailable(f, f->trouble);
	if (f->pending == 0)
		flow_release(f);
	else if (!f->has_deadline)
		flow_set_deadline(f);
}

void
flow_start(const struct flow_start *start)
{
	struct flow *f = memory_new(sizeof(*f));

	*f = (struct flow){
		.start = *start,
		.step = start->steps,
		.last = { .name = "start" },
		.began_us = clock_monotonic(),
	};
	f->step_began_us = f->began_us;
	flows++;
	evtimer_assign(&f->deadline, start->base, flow_deadline, f);
	flow_run(f);
}

void
flow_become(struct flow *f, const struct flow_step *steps)
{
	assert(f->running);
	f->step = steps;
}

void *
flow_state(const struct flow *f)
{
	return f->start.state;
}

struct arena *
flow_arena(const struct flow *f)
{
	return f->start.arena;
}

const char *
flow_id(const struct flow *f)
{
	return f->start.id;
}

struct event_base *
flow_base(const struct flow *f)
{
	return f->start.base;
}

uint64_t
flow_turn(const struct flow *f)
{
	return f->turn;
}

void
flow_asked(struct flow *f, const char *whom)
{
	assert(f->running);
	f->pending++;
	if (f->last.asked == NULL)
		f->last.asked = whom;
}

void
flow_allow(struct flow *f, int ms)
{
	assert(f->running);
	f->start.deadline_ms = ms;
	if (f->has_deadline)
		flow_set_deadline(f);
}

void
flow_answered(struct flow *f, const char *trouble)
{
	assert(f->pending > 0 && !f->running);
	if (f->trouble == NULL)
		f->trouble = trouble;
	if (--f->pending == 0)
		flow_run(f);
}

unsigned
flow_count(void)
{
	return flows;
}
