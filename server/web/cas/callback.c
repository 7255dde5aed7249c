/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate's end of the line to the courier.
 *
 * Who asked is in a list until the answer comes or the time is up, whichever
 * is first; an answer to nobody in the list is late, or was meant for a gate
 * that is no more.
 */
#include "web/cas/callback.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "base/memory.h"
#include "crypto/random.h"
#include "loop/callback_line.h"
#include "loop/clock.h"
#include "loop/flow.h"

enum {
	CALLBACK_SECONDS = 5,
	FLOW_MS = 2 * CALLBACK_SECONDS * 1000, /* with what follows */
	WAITING_MOST = 1024,
};

struct callback {
	struct callback *next, **at;
	struct callbacks *all;
	struct flow *flow;
	uint64_t number;
	bool *taken;
	struct event deadline;
};

struct callbacks {
	struct event_base *base;
	int line; /* -1: nobody is there any more */
	struct event *heard;
	struct callback *waiting;
	size_t count;
};

static void
callback_end(struct callback *c, bool taken)
{
	struct flow *f = c->flow;

	*c->taken = taken;
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->all->count--;
	event_del(&c->deadline);
	free(c);
	flow_answered(f, NULL);
}

static void
callback_overdue(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	callback_end(argument, false);
}

static void
callbacks_take(struct callbacks *all, const struct callback_answer *answer)
{
	struct callback *c = all->waiting;

	while (c != NULL && c->number != answer->number)
		c = c->next;
	if (c != NULL)
		callback_end(c, answer->taken);
}

static void
callbacks_readable(evutil_socket_t fd, short what, void *argument)
{
	struct callbacks *all = argument;
	struct callback_answer answer;
	enum channel_outcome outcome;

	(void)what;
	while ((outcome = callback_hear_answer(fd, &answer)) == CHANNEL_GOT)
		callbacks_take(all, &answer);
	if (outcome == CHANNEL_EMPTY)
		return;
	event_del(all->heard);
	all->line = -1;
}

struct callbacks *
callbacks_new(struct event_base *base, int line)
{
	struct callbacks *all = memory_new(sizeof(*all));

	all->base = base;
	all->line = line;
	all->heard = event_new(
	    base, line, EV_READ | EV_PERSIST, callbacks_readable, all);
	if (all->heard == NULL || event_add(all->heard, NULL) != 0)
		abort(); /* out of memory */
	return all;
}

void
callbacks_free(struct callbacks *all)
{
	event_free(all->heard);
	free(all);
}

/* One that cannot be asked ends in a moment: never in the call that asked. */
void
callback_ask(struct callbacks *all, struct flow *f, struct str url, bool *taken)
{
	static const struct timeval patience = { CALLBACK_SECONDS, 0 },
				    none = { 0, 0 };
	struct callback *c = memory_new(sizeof(*c));
	struct callback_question question = {
		.by_us = clock_monotonic() + CALLBACK_SECONDS * 1000000,
		.url = url,
	};
	bool asked;

	random_bytes(&question.number, sizeof(question.number));
	*c = (struct callback){
		.next = all->waiting,
		.at = &all->waiting,
		.all = all,
		.flow = f,
		.number = question.number,
		.taken = taken,
	};
	if (c->next != NULL)
		c->next->at = &c->next;
	all->waiting = c;
	asked = all->count++ < WAITING_MOST && all->line >= 0 &&
		callback_ask_line(all->line, &question);
	evtimer_assign(&c->deadline, all->base, callback_overdue, c);
	evtimer_add(&c->deadline, asked ? &patience : &none);
	flow_asked(f, "application");
	flow_allow(f, FLOW_MS);
}
