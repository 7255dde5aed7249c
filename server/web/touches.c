/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that were used, written down a few times a second.
 */
#include "web/touches.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "loop/flow.h"
#include "store/sessions.h"
#include "web/configuration.h"
#include "web/gate.h"

enum {
	WRITE_DEADLINE_MS = 5000
};

static const struct timeval gather_period = { 0, 100 * 1000 };

struct touches {
	struct gate *gate;
	struct event *due;
	struct arena arena; /* of the flow that writes */
	int64_t numbers[SESSIONS_TOUCHED_MOST];
	size_t count;
	int64_t used_at; /* the last of them */
	bool writing;
};

static enum flow_next
touches_write(struct flow *f)
{
	struct touches *touches = flow_state(f);
	struct gate *gate = touches->gate;

	sessions_touch(gate->store, f, touches->numbers, touches->count,
	    touches->used_at, &gate->configuration->settings.session);
	touches->count = 0;
	return FLOW_NEXT;
}

static enum flow_next
touches_end(struct flow *f)
{
	(void)f;
	return FLOW_DONE;
}

static const struct flow_step touches_steps[] = {
	FLOW_STEP(touches_write),
	FLOW_STEP(touches_end),
	FLOW_END,
};

static void
touches_unavailable(void *state)
{
	(void)state; /* lost; the sessions are noted again when used again */
}

/* What came meanwhile is due after another pause. */
static void
touches_release(void *state)
{
	struct touches *touches = state;

	arena_clear(&touches->arena);
	touches->writing = false;
	if (touches->count > 0)
		event_add(touches->due, &gather_period);
}

static const struct flow_ops touches_ops = {
	.unavailable = touches_unavailable,
	.release = touches_release,
};

static void
touches_due(evutil_socket_t fd, short what, void *argument)
{
	struct touches *touches = argument;

	(void)fd, (void)what;
	touches->writing = true;
	flow_start(&(struct flow_start){
	    .base = touches->gate->base,
	    .steps = touches_steps,
	    .ops = &touches_ops,
	    .state = touches,
	    .arena = &touches->arena,
	    .id = "touches",
	    .deadline_ms = WRITE_DEADLINE_MS,
	});
}

struct touches *
touches_new(struct gate *gate)
{
	struct touches *touches = memory_new(sizeof(*touches));

	touches->gate = gate;
	touches->due = evtimer_new(gate->base, touches_due, touches);
	if (touches->due == NULL)
		abort(); /* out of memory */
	return touches;
}

void
touches_free(struct touches *touches)
{
	if (touches == NULL)
		return;
	event_free(touches->due);
	free(touches);
}

void
touches_note(struct gate *gate, int64_t session_number, int64_t last_used_at,
    int64_t now)
{
	struct touches *touches = gate->touches;

	if (!sessions_touch_due(
		last_used_at, now, &gate->configuration->settings.session) ||
	    touches->count == SESSIONS_TOUCHED_MOST)
		return;
	if (touches->count == 0 && !touches->writing)
		event_add(touches->due, &gather_period);
	touches->numbers[touches->count++] = session_number;
	touches->used_at = now;
}
