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

enum {
	SLOW_STEP_US = 500 * 1000
}; /* a wait longer than this is logged */

struct flow {
	struct flow_start start;
	const struct flow_step *step; /* the one to run next */
	const char *last; /* name of the step that ran last */
	int64_t asked_at_us; /* when the last step ended; 0: it asked nothing */
	struct event deadline;
	uint64_t turn;
	unsigned pending; /* asked, not yet answered */
	bool running;
	bool failed; /* something asked for could not be had */
	bool replied;
	bool has_deadline; /* set once it has to wait */
};

static unsigned flows;
static uint64_t turns;

static void
flow_reply_unavailable(struct flow *f, const char *why)
{
	if (f->replied)
		return;
	f->replied = true;
	log_event(LOG_WARNING, "flow unavailable",
	    LOG_TEXT("request", str_of(f->start.id)),
	    LOG_TEXT("after", str_of(f->last)), LOG_TEXT("why", str_of(why)));
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
flow_trace(const struct flow *f, const struct flow_step *step)
{
	int64_t waited =
	    f->asked_at_us != 0 ? clock_monotonic() - f->asked_at_us : 0;

	if (waited > SLOW_STEP_US)
		log_event(LOG_WARNING, "flow slow",
		    LOG_TEXT("request", str_of(f->start.id)),
		    LOG_TEXT("step", str_of(step->name)),
		    LOG_TEXT("after", str_of(f->last)),
		    LOG_NUMBER("waited_ms", waited / 1000));
	else if (log_wants(LOG_DEBUG))
		log_event(LOG_DEBUG, "flow step",
		    LOG_TEXT("request", str_of(f->start.id)),
		    LOG_TEXT("step", str_of(step->name)),
		    LOG_NUMBER("waited_us", waited));
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
	while (f->pending == 0 && !f->failed && !f->replied) {
		const struct flow_step *step = f->step++;

		assert(step->run != NULL); /* the last step must reply */
		if (f->asked_at_us != 0 || log_wants(LOG_DEBUG))
			flow_trace(f, step);
		f->asked_at_us = 0;
		f->turn = ++turns;
		f->last = step->name;
		if (step->run(f) == FLOW_DONE) {
			assert(f->pending == 0); /* replied too early */
			f->replied = true;
		}
		if (f->pending > 0)
			f->asked_at_us = clock_monotonic();
	}
	f->running = false;

	if (f->failed)
		flow_reply_unavailable(f, "not to be had");
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
		.start = *start, .step = start->steps, .last = "start"
	};
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
flow_asked(struct flow *f)
{
	assert(f->running);
	f->pending++;
}

void
flow_answered(struct flow *f, bool ok)
{
	assert(f->pending > 0 && !f->running);
	if (!ok)
		f->failed = true;
	if (--f->pending == 0)
		flow_run(f);
}

unsigned
flow_count(void)
{
	return flows;
}
