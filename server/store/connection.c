/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection that comes back.
 *
 * libpq may change its socket with every poll and closes it at the end, so the
 * event always goes before libpq is called.
 */
#include "store/connection.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "crypto/random.h"
#include "loop/clock.h"
#include "loop/scoreboard.h"
#include "store/endpoints.h"
#include "store/setup.h"

enum {
	CONNECT_LIMIT_US = 2 * 1000 * 1000, /* of one host */
	PAUSE_FIRST_MS = 100,
	PAUSE_MOST_MS = 250,
	APART_MS = 100, /* from one beginning to the next */
	TROUBLE_LIMIT = 1024,
	SERVER_VERSION_LEAST = 150000,
};

enum phase {
	PHASE_PAUSE,
	PHASE_CONNECTING,
	PHASE_SETUP,
	PHASE_READY,
};

struct connection {
	struct event_base *base;
	enum lane_kind lane;
	int64_t statement_timeout_ms;
	struct endpoints *endpoints; /* NULL: the string makes no sense */
	size_t at; /* the one that is tried, or was good last */
	size_t tried; /* endpoints since the last pause */
	const struct connection_ops *ops;
	void *owner;

	PGconn *pg;
	enum phase phase;
	struct event io; /* while connecting and preparing */
	struct event retry;
	int64_t began_at; /* this attempt */
	int64_t down_since;
	unsigned failures; /* attempts in a row */
	struct setup setup;
	bool warned;
	bool trouble_told;
	struct buf trouble;
};

static const char *const lane_names[LANE_COUNT] = {
	[LANE_QUICK] = "portillon quick",
	[LANE_SLOW] = "portillon slow",
	[LANE_BULK] = "portillon bulk",
	[LANE_FLUSH] = "portillon flush",
};

static void connection_begin(struct connection *);

/* Half of the pause to all of it, so that gates do not come together. */
static int64_t
connection_pause_ms(const struct connection *c)
{
	int64_t passed_ms = (clock_monotonic() - c->began_at) / 1000;
	int64_t pause_ms = PAUSE_FIRST_MS;
	uint16_t random;

	for (unsigned i = 0; i < c->failures && pause_ms < PAUSE_MOST_MS; i++)
		pause_ms *= 2;
	if (pause_ms > PAUSE_MOST_MS)
		pause_ms = PAUSE_MOST_MS;
	random_bytes(&random, sizeof(random));
	pause_ms = pause_ms / 2 + random % (pause_ms / 2 + 1);
	return pause_ms + passed_ms < APART_MS ? APART_MS - passed_ms
					       : pause_ms;
}

/* The other hosts at once; when all have been tried, a pause. */
static void
connection_plan(struct connection *c, bool was_ready)
{
	struct timeval pause = { 0, 0 };
	size_t count = c->endpoints != NULL ? endpoints_count(c->endpoints) : 1;

	if (was_ready)
		c->tried = 0; /* the same again first */
	else
		c->at = (c->at + 1) % count;
	if (was_ready || ++c->tried >= count) {
		pause.tv_usec = (suseconds_t)connection_pause_ms(c) * 1000;
		c->failures++;
		c->tried = 0;
	}
	evtimer_add(&c->retry, &pause);
}

static const char *
connection_place(const struct connection *c)
{
	return c->endpoints != NULL ? endpoints_name(c->endpoints, c->at) : "";
}

/*
 * The first failure in a row is worth a line, the hundredth is not.  libpq's
 * message only as long as no values were sent, since it may quote them.
 */
static void
connection_log(const struct connection *c, const char *why)
{
	enum log_level level = c->failures == 0 ? LOG_WARNING : LOG_DEBUG;
	bool quotable = c->pg != NULL && c->phase != PHASE_READY;
	struct str message = str_of(quotable ? PQerrorMessage(c->pg) : "");

	log_event(level, "database connection lost",
	    LOG_TEXT("connection", str_of(lane_names[c->lane])),
	    LOG_TEXT("host", str_of(connection_place(c))),
	    LOG_TEXT("why", str_of(why)),
	    LOG_TEXT("message", str_trim(message)));
}

void
connection_drop(struct connection *c, const char *why)
{
	bool was_ready = c->phase == PHASE_READY;

	if (c->phase == PHASE_PAUSE)
		return;
	connection_log(c, why);
	event_del(&c->io);
	c->phase = PHASE_PAUSE;
	if (was_ready) {
		c->down_since = clock_monotonic();
		c->ops->lost(c->owner);
	}
	PQfinish(c->pg);
	c->pg = NULL;
	connection_plan(c, was_ready);
}

/* A warning is no result: the wait for a standby that was given up, say. */
static void
connection_notice(void *argument, const PGresult *notice)
{
	struct connection *c = argument;
	const char *severity =
	    PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity == NULL || strcmp(severity, "WARNING") != 0)
		return;
	c->warned = true;
	log_event(LOG_WARNING, "database warns",
	    LOG_TEXT("connection", str_of(lane_names[c->lane])),
	    LOG_TEXT(
		"code", str_of(PQresultErrorField(notice, PG_DIAG_SQLSTATE))),
	    LOG_TEXT("message",
		str_of(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY))));
}

static void
connection_wait(struct connection *c, short what, event_callback_fn then)
{
	event_assign(&c->io, c->base, PQsocket(c->pg), what, then, c);
	event_add(&c->io, NULL);
}

static void
connection_is_ready(struct connection *c)
{
	buf_reset(&c->trouble);
	c->trouble_told = false;
	c->failures = 0;
	c->phase = PHASE_READY;
	c->down_since = 0;
	c->warned = false;
	scoreboard_count(SCORE_DATABASE_CONNECTS);
	c->tried = 0;
	log_event(LOG_INFO, "database connected",
	    LOG_TEXT("connection", str_of(lane_names[c->lane])),
	    LOG_TEXT("host", str_of(connection_place(c))));
	c->ops->ready(c->owner);
}

static void
connection_misfit(struct connection *c)
{
	const char *trouble = buf_cstr(&c->trouble);

	if (!c->trouble_told)
		log_event(LOG_ERROR, "schema does not fit",
		    LOG_TEXT("trouble", str_of(trouble)));
	c->trouble_told = true;
	connection_drop(c, "the schema does not fit");
}

/* True while there is more to wait for. */
static bool
connection_read_setup(struct connection *c)
{
	unsigned blanks = 0; /* each statement's results end with a NULL */

	while (c->setup.state != SETUP_DONE && !PQisBusy(c->pg)) {
		PGresult *result = PQgetResult(c->pg);

		if (result == NULL && ++blanks < 3)
			continue;
		if (result == NULL)
			break;
		blanks = 0;
		setup_take(&c->setup, result);
		PQclear(result);
		if (c->setup.state == SETUP_MISFIT ||
		    c->setup.state == SETUP_FAILED)
			break;
	}
	switch (c->setup.state) {
	case SETUP_DONE:
		connection_is_ready(c);
		return false;
	case SETUP_MISFIT:
		connection_misfit(c);
		return false;
	case SETUP_FAILED:
		connection_drop(c, "preparing failed");
		return false;
	case SETUP_GOING:
		return true;
	}
	return false;
}

static void
connection_setup_io(evutil_socket_t fd, short what, void *argument)
{
	struct connection *c = argument;
	int unsent;

	(void)fd;
	event_del(&c->io);
	if ((what & EV_READ) != 0) {
		if (PQconsumeInput(c->pg) != 1) {
			connection_drop(c, "lost while preparing");
			return;
		}
		if (!connection_read_setup(c))
			return;
	}
	unsent = PQflush(c->pg);
	if (unsent < 0) {
		connection_drop(c, "lost while preparing");
		return;
	}
	connection_wait(
	    c, unsent == 1 ? EV_READ | EV_WRITE : EV_READ, connection_setup_io);
}

static void
connection_begin_setup(struct connection *c)
{
	struct backend before =
	    c->setup.settled ? c->setup.self : c->setup.before;

	c->phase = PHASE_SETUP;
	c->setup = (struct setup){
		.lane = c->lane, .before = before, .why = &c->trouble
	};
	if (PQserverVersion(c->pg) < SERVER_VERSION_LEAST) {
		buf_reset(&c->trouble);
		buf_words(&c->trouble, "PostgreSQL 15 or newer is needed.");
		connection_misfit(c);
		return;
	}
	PQsetNoticeReceiver(c->pg, connection_notice, c);
	if (PQsetnonblocking(c->pg, 1) != 0 ||
	    PQenterPipelineMode(c->pg) != 1 ||
	    !setup_send(&c->setup, c->pg, c->statement_timeout_ms)) {
		connection_drop(c, "preparing could not begin");
		return;
	}
	connection_wait(c, EV_READ | EV_WRITE, connection_setup_io);
}

static void
connection_poll(evutil_socket_t fd, short what, void *argument)
{
	struct connection *c = argument;

	(void)fd, (void)what;
	event_del(&c->io);
	switch (PQconnectPoll(c->pg)) {
	case PGRES_POLLING_READING:
		connection_wait(c, EV_READ, connection_poll);
		break;
	case PGRES_POLLING_WRITING:
		connection_wait(c, EV_WRITE, connection_poll);
		break;
	case PGRES_POLLING_OK:
		connection_begin_setup(c);
		break;
	default:
		connection_drop(c, "cannot connect");
		break;
	}
}

static void
connection_begin(struct connection *c)
{
	c->began_at = clock_monotonic();
	c->phase = PHASE_CONNECTING;
	if (c->endpoints != NULL)
		c->pg =
		    endpoints_connect(c->endpoints, c->at, lane_names[c->lane]);
	if (c->pg == NULL || PQstatus(c->pg) == CONNECTION_BAD) {
		connection_drop(c, "cannot connect");
		return;
	}
	connection_wait(c, EV_WRITE, connection_poll);
}

static void
connection_retry(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	connection_begin(argument);
}

struct connection *
connection_new(struct event_base *base, enum lane_kind lane,
    const struct store_settings *settings, const struct connection_ops *ops,
    void *owner)
{
	struct connection *c = memory_new(sizeof(*c));
	struct timeval at_once = { 0, 0 };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(TROUBLE_LIMIT);

	c->base = base;
	c->lane = lane;
	c->statement_timeout_ms = settings->statement_timeout_ms;
	c->ops = ops;
	c->owner = owner;
	c->trouble = (struct buf)BUF_INIT(TROUBLE_LIMIT);
	c->down_since = clock_monotonic();
	c->endpoints = endpoints_new(settings->conninfo, &why);
	if (c->endpoints == NULL)
		log_event(LOG_ERROR, "connection string not understood",
		    LOG_TEXT("why", buf_str(&why)));
	event_assign(&c->io, base, -1, 0, connection_poll, c);
	evtimer_assign(&c->retry, base, connection_retry, c);
	evtimer_add(&c->retry, &at_once);
	return c;
}

void
connection_free(struct connection *c)
{
	if (c == NULL)
		return;
	event_del(&c->io);
	event_del(&c->retry);
	PQfinish(c->pg);
	buf_clear(&c->trouble);
	endpoints_free(c->endpoints);
	free(c);
}

PGconn *
connection_pg(const struct connection *c)
{
	return c->phase == PHASE_READY ? c->pg : NULL;
}

int64_t
connection_down_since(const struct connection *c)
{
	return c->down_since;
}

int64_t
connection_server_start(const struct connection *c)
{
	return c->setup.server_start;
}

bool
connection_take_warning(struct connection *c)
{
	bool warned = c->warned;

	c->warned = false;
	return warned;
}

const char *
connection_trouble(const struct connection *c)
{
	return c->trouble.len > 0 ? c->trouble.at : NULL;
}

void
connection_tick(struct connection *c, int64_t now)
{
	if ((c->phase == PHASE_CONNECTING || c->phase == PHASE_SETUP) &&
	    now - c->began_at > CONNECT_LIMIT_US)
		connection_drop(c, "connecting takes too long");
}
