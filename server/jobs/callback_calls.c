/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the lines of the gates to the applications, a flow a call.
 *
 * The query of the address has the proxy-granting ticket in it: nothing behind
 * the '?' is ever logged.
 */
#include "jobs/callback_calls.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/log.h"
#include "loop/callback_line.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "outbound/http_call.h"

enum {
	PARALLEL = 32,
	ONE_HOST = 8,
	WAITING_MOST = 256,
	WAITING_ONE_HOST = 32,
	QUESTIONS_AT_A_TIME = 16,
	CONNECT_MS = 2000,
	LEAST_US = 500 * 1000, /* that a call needs to be worth beginning */
	/* of all, since libevent never forgets one: the call ends in time */
	FLOW_DEADLINE_MS = 10 * 1000,
	STATUS_TAKEN = 200,
};

struct line {
	struct callback_calls *calls;
	int fd;
	struct event *heard;
};

struct call {
	struct arena arena;
	struct callback_calls *calls;
	struct call *next;
	int line; /* where the answer goes */
	uint64_t number;
	int64_t by_us;
	int64_t began_us;
	struct str url;
	struct str host; /* with its port */
	struct http_call_result result;
};

struct call_list {
	struct call *first;
	struct call **end;
	size_t count;
};

struct callback_calls {
	struct event_base *base;
	struct http_caller *caller;
	struct line *lines;
	size_t line_count;
	struct call_list waiting; /* for a place, in order */
	struct call_list busy;
	bool stopping;
};

static void
list_add(struct call_list *list, struct call *c)
{
	c->next = NULL;
	*list->end = c;
	list->end = &c->next;
	list->count++;
}

static void
list_take(struct call_list *list, struct call *c)
{
	struct call **at = &list->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (list->end == &c->next)
		list->end = at;
	list->count--;
}

static void
call_free(struct call *c)
{
	arena_clear(&c->arena);
	free(c);
}

/* --- one call ----------------------------------------------------------- */

static void
call_answer(const struct call *c, bool taken)
{
	scoreboard_count(
	    taken ? SCORE_CALLBACKS_TAKEN : SCORE_CALLBACKS_FAILED);
	log_event(taken ? LOG_INFO : LOG_WARNING,
	    taken ? "proxy callback taken" : "proxy callback failed",
	    LOG_TEXT("url", str_first(c->url, str_find(c->url, '?'))),
	    LOG_NUMBER("status", c->result.status),
	    LOG_NUMBER("ms", (clock_monotonic() - c->began_us) / 1000),
	    LOG_TEXT("why", str_of(c->result.why)));
	if (!callback_answer_line(
		c->line, &(struct callback_answer){ c->number, taken }))
		log_plain(LOG_WARNING, "a gate does not listen");
}

static enum flow_next
call_send(struct flow *f)
{
	struct call *c = flow_state(f);
	int64_t left_ms = (c->by_us - clock_monotonic()) / 1000;

	http_call(c->calls->caller, f,
	    &(struct http_call){
		.url = c->url,
		.https_only = true,
		.connect_ms = left_ms < CONNECT_MS ? left_ms : CONNECT_MS,
		.total_ms = left_ms,
	    },
	    &c->result);
	return FLOW_NEXT;
}

static enum flow_next
call_report(struct flow *f)
{
	struct call *c = flow_state(f);

	call_answer(c, c->result.outcome == HTTP_CALL_ANSWERED &&
			   c->result.status == STATUS_TAKEN);
	return FLOW_DONE;
}

static const struct flow_step call_steps[] = {
	FLOW_STEP(call_send),
	FLOW_STEP(call_report),
	FLOW_END,
};

static void
call_unavailable(void *state)
{
	(void)state; /* the gate has stopped to wait */
}

static void calls_begin(struct callback_calls *);

static void
call_release(void *state)
{
	struct call *c = state;
	struct callback_calls *calls = c->calls;

	list_take(&calls->busy, c);
	call_free(c);
	calls_begin(calls);
}

static const struct flow_ops call_ops = {
	.unavailable = call_unavailable,
	.release = call_release,
};

static void
call_begin(struct callback_calls *calls, struct call *c)
{
	list_take(&calls->waiting, c);
	list_add(&calls->busy, c);
	flow_start(&(struct flow_start){
	    .base = calls->base,
	    .steps = call_steps,
	    .ops = &call_ops,
	    .state = c,
	    .arena = &c->arena,
	    .id = "callback",
	    .deadline_ms = FLOW_DEADLINE_MS,
	});
}

/* --- who has a place ---------------------------------------------------- */

static size_t
list_count_host(const struct call_list *list, struct str host)
{
	size_t count = 0;

	for (const struct call *c = list->first; c != NULL; c = c->next)
		count += str_equal_nocase(c->host, host);
	return count;
}

static void
call_refuse(struct call *c, const char *why)
{
	snprintf(c->result.why, sizeof(c->result.why), "%s", why);
	call_answer(c, false);
	list_take(&c->calls->waiting, c);
	call_free(c);
}

static void
calls_begin(struct callback_calls *calls)
{
	struct call *c, *next;

	callback_calls_turn(calls);
	for (c = calls->waiting.first;
	     c != NULL && calls->busy.count < PARALLEL; c = next) {
		next = c->next;
		if (list_count_host(&calls->busy, c->host) < ONE_HOST)
			call_begin(calls, c);
	}
}

/* Up to the path; what the URL is otherwise, libcurl and the gate know. */
static struct str
host_of(struct str url)
{
	struct str rest = str_from(url, str_find(url, '/'));
	size_t len = 0;

	if (!str_starts(rest, STR("//")))
		return STR_NONE;
	rest = str_from(rest, 2);
	while (len < rest.len && rest.at[len] != '/' && rest.at[len] != '?' &&
	       rest.at[len] != '#')
		len++;
	return str_first(rest, len);
}

static void
calls_take(struct line *line, const struct callback_question *question)
{
	struct callback_calls *calls = line->calls;
	struct call *c = memory_new(sizeof(*c));

	*c = (struct call){ .calls = calls,
		.line = line->fd,
		.number = question->number,
		.by_us = question->by_us,
		.began_us = clock_monotonic() };
	c->url = arena_text(&c->arena, question->url);
	c->host = host_of(c->url);
	list_add(&calls->waiting, c);
	if (c->by_us < c->began_us + LEAST_US)
		call_refuse(c, "asked too long ago");
	else if (calls->stopping)
		call_refuse(c, "stopped on our side");
	else if (calls->waiting.count > WAITING_MOST ||
		 list_count_host(&calls->waiting, c->host) > WAITING_ONE_HOST)
		call_refuse(c, "too many at a time");
}

/* --- all of it ---------------------------------------------------------- */

static void
line_readable(evutil_socket_t fd, short what, void *argument)
{
	struct line *line = argument;
	struct callback_question question;
	char url[CALLBACK_URL_LONGEST];
	enum channel_outcome outcome = CHANNEL_GOT;

	(void)what;
	for (int i = 0; i < QUESTIONS_AT_A_TIME && outcome == CHANNEL_GOT;
	     i++) {
		outcome = callback_hear_question(fd, &question, url);
		if (outcome == CHANNEL_GOT)
			calls_take(line, &question);
	}
	if (outcome == CHANNEL_CLOSED)
		event_del(line->heard);
	bytes_wipe(url, sizeof(url));
	calls_begin(line->calls);
}

static void
line_open(struct line *line, struct callback_calls *calls, int fd)
{
	line->calls = calls;
	line->fd = fd;
	line->heard = event_new(
	    calls->base, fd, EV_READ | EV_PERSIST, line_readable, line);
	if (line->heard == NULL || event_add(line->heard, NULL) != 0)
		abort(); /* out of memory */
}

struct callback_calls *
callback_calls_new(struct event_base *base, const int *lines, size_t count,
    const struct http_caller_settings *settings)
{
	struct callback_calls *calls = memory_new(sizeof(*calls));
	struct http_caller_settings own = *settings;

	own.parallel = PARALLEL;
	calls->base = base;
	calls->caller = http_caller_new(base, &own);
	calls->waiting.end = &calls->waiting.first;
	calls->busy.end = &calls->busy.first;
	calls->lines = memory_array(count, sizeof(*calls->lines));
	calls->line_count = count;
	for (size_t i = 0; i < count; i++)
		line_open(&calls->lines[i], calls, lines[i]);
	return calls;
}

void
callback_calls_free(struct callback_calls *calls)
{
	for (size_t i = 0; i < calls->line_count; i++)
		event_free(calls->lines[i].heard);
	http_caller_free(calls->caller);
	free(calls->lines);
	free(calls);
}

void
callback_calls_turn(struct callback_calls *calls)
{
	int64_t now = clock_monotonic();
	struct call *c = calls->waiting.first, *next;

	for (; c != NULL; c = next) {
		next = c->next;
		if (c->by_us < now + LEAST_US)
			call_refuse(c, "no place in time");
	}
}

void
callback_calls_stop(struct callback_calls *calls)
{
	calls->stopping = true;
	while (calls->waiting.first != NULL)
		call_refuse(calls->waiting.first, "stopped on our side");
}

bool
callback_calls_idle(const struct callback_calls *calls)
{
	return calls->busy.count == 0 && calls->waiting.count == 0;
}
