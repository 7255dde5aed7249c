/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: one connection in pipeline mode.
 *
 * Reading goes on while writing waits, or both sides would block.  A call that
 * may drop the connection says so by returning false; nothing may be read
 * behind that.
 */
#include "store/lane.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <libpq-fe.h>
#include <stdlib.h>

#include "base/log.h"
#include "crypto/random.h"
#include "loop/clock.h"
#include "loop/log_limit.h"
#include "store/connection.h"
#include "store/sqlstate.h"
#include "store/unit.h"

enum {
	UNDER_WAY_MOST = 512,
	SILENCE_US = 5 * 1000 * 1000,
	SILENCE_SLOW_US = 25 * 1000 * 1000, /* behind its statement_timeout */
	SLUGGISH_US = 20 * 1000, /* nothing more is put behind it */
	BLANKS_MOST = 3, /* in a row: libpq has lost its place */
};

struct lane {
	struct event_base *base;
	enum lane_kind kind;
	struct connection *connection;
	const struct lane_ops *ops;
	void *owner;
	struct event reader;
	struct event writer;
	struct unit_queue sent; /* the first is being read */
	enum unit_end head_end; /* what becomes of it, as far as known */
	int64_t progress_at; /* something came, or the queue was empty */
	int64_t echo; /* number of the last ask */
	unsigned blanks;
};

static void
lane_end_head(struct lane *lane, enum unit_end end)
{
	struct unit *unit = unit_pop(&lane->sent);

	lane->head_end = UNIT_COMMITTED;
	lane->ops->ended(lane->owner, unit, end);
}

static void
lane_end_all(struct lane *lane, enum unit_end end)
{
	while (lane->sent.first != NULL)
		lane_end_head(lane, end);
}

static void
lane_lost(void *argument)
{
	struct lane *lane = argument;

	event_del(&lane->reader);
	event_del(&lane->writer);
	lane_end_all(lane, UNIT_UNKNOWN);
	lane->ops->changed(lane->owner);
}

void
lane_drop(struct lane *lane, const char *why)
{
	connection_drop(lane->connection, why);
}

/* The fuse against mixed-up answers: nothing on this lane is to be trusted. */
static bool
lane_mismatch(struct lane *lane, const char *statement)
{
	log_event(LOG_ERROR, "ALARM: answer of another request",
	    LOG_TEXT("statement", str_of(statement)),
	    LOG_NUMBER("units_refused", lane->sent.count));
	lane_end_all(lane, UNIT_REFUSED);
	lane_drop(lane, "answer of another request");
	return false;
}

static void
lane_log_error(const PGresult *result, const char *statement, bool alarm)
{
	enum log_level level = alarm ? LOG_ERROR : LOG_WARNING;
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *constraint =
	    PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	if (!log_limit_allows(level, "statement failed"))
		return;
	/* never the message: it may quote a value */
	log_event(level, "statement failed",
	    LOG_TEXT("statement", str_of(statement)),
	    LOG_TEXT("code", str_of(code)),
	    LOG_TEXT("constraint", str_of(constraint)));
}

/* The unit is rolled back; the rest of its results say only that. */
static bool
lane_take_error(struct lane *lane, const PGresult *result)
{
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	enum sqlstate_verdict verdict = sqlstate_verdict(code);

	lane_log_error(result, unit_statement(lane->sent.first),
	    verdict == SQLSTATE_REFUSED || verdict == SQLSTATE_FULL);
	switch (verdict) {
	case SQLSTATE_RECONNECT:
		lane_drop(lane, "the server serves nobody");
		return false;
	case SQLSTATE_PREPARE:
		lane_end_head(lane, UNIT_REPEAT);
		lane_drop(lane, "statements have to be prepared again");
		return false;
	case SQLSTATE_REPEAT:
		lane->head_end = UNIT_REPEAT;
		return true;
	case SQLSTATE_STUCK:
		if (lane->kind == LANE_QUICK)
			unit_note_stuck(lane->sent.first);
		lane->head_end = UNIT_REFUSED;
		return true;
	case SQLSTATE_REFUSED:
	case SQLSTATE_BUSY:
	case SQLSTATE_FULL:
		lane->head_end = UNIT_REFUSED;
		return true;
	}
	return true;
}

/* A commit that may not have reached the standby is not one. */
static bool
lane_take_sync(struct lane *lane)
{
	enum unit_end end = lane->head_end;

	if (end == UNIT_COMMITTED && lane->sent.first->reading != NULL)
		return lane_mismatch(lane, unit_statement(lane->sent.first));
	if (connection_take_warning(lane->connection) &&
	    lane->kind != LANE_QUICK)
		end = UNIT_REFUSED;
	lane_end_head(lane, end);
	return true;
}

/* Owns the result.  False if the connection is gone. */
static bool
lane_take(struct lane *lane, PGresult *result)
{
	struct unit *unit = lane->sent.first;
	const char *statement = unit_statement(unit);
	bool goes_on;

	switch (PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
		if (unit->reading == NULL)
			break;
		return unit_take(unit, result) ||
		       lane_mismatch(lane, statement);
	case PGRES_PIPELINE_SYNC:
		PQclear(result);
		return lane_take_sync(lane);
	case PGRES_PIPELINE_ABORTED:
		PQclear(result);
		if (lane->head_end == UNIT_COMMITTED)
			return lane_mismatch(lane, statement);
		return true;
	case PGRES_FATAL_ERROR:
		goes_on = lane_take_error(lane, result);
		PQclear(result);
		return goes_on;
	default:
		break;
	}
	PQclear(result);
	return lane_mismatch(lane, statement);
}

static void
lane_read(evutil_socket_t fd, short what, void *argument)
{
	struct lane *lane = argument;
	PGconn *pg = connection_pg(lane->connection);

	(void)fd, (void)what;
	if (PQconsumeInput(pg) != 1) {
		lane_drop(lane, "closed by the server");
		return;
	}
	lane->progress_at = clock_monotonic();
	/* PQisBusy also reads notices that come when nothing is under way */
	while (!PQisBusy(pg) && lane->sent.first != NULL) {
		PGresult *result = PQgetResult(pg);

		if (result != NULL) {
			lane->blanks = 0;
			if (!lane_take(lane, result))
				return;
		} else if (++lane->blanks > BLANKS_MOST) {
			lane_drop(lane, "results are missing");
			return;
		}
	}
	if (PQstatus(pg) == CONNECTION_BAD)
		lane_drop(lane, "closed by the server");
}

void
lane_flush(struct lane *lane)
{
	PGconn *pg = connection_pg(lane->connection);
	int unsent = pg == NULL ? 0 : PQflush(pg);

	if (unsent < 0)
		lane_drop(lane, "cannot send");
	else if (unsent > 0)
		event_add(&lane->writer, NULL);
}

static void
lane_write(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	lane_flush(argument);
}

static void
lane_ready(void *argument)
{
	struct lane *lane = argument;
	int fd = PQsocket(connection_pg(lane->connection));
	uint32_t start;

	/* echoes of two connections never meet */
	random_bytes(&start, sizeof(start));
	lane->echo = (int64_t)start << 24;
	lane->blanks = 0;
	lane->head_end = UNIT_COMMITTED;
	event_assign(&lane->reader, lane->base, fd, EV_READ | EV_PERSIST,
	    lane_read, lane);
	event_assign(&lane->writer, lane->base, fd, EV_WRITE, lane_write, lane);
	event_add(&lane->reader, NULL);
	lane->ops->changed(lane->owner);
}

static const struct connection_ops lane_connection_ops = {
	.ready = lane_ready,
	.lost = lane_lost,
};

struct lane *
lane_new(struct event_base *base, enum lane_kind kind,
    const struct store_settings *settings, const struct lane_ops *ops,
    void *owner)
{
	struct lane *lane = memory_new(sizeof(*lane));

	lane->base = base;
	lane->kind = kind;
	lane->ops = ops;
	lane->owner = owner;
	event_assign(&lane->reader, base, -1, 0, lane_read, lane);
	event_assign(&lane->writer, base, -1, 0, lane_write, lane);
	lane->connection =
	    connection_new(base, kind, settings, &lane_connection_ops, lane);
	return lane;
}

void
lane_free(struct lane *lane)
{
	struct unit *unit;

	if (lane == NULL)
		return;
	/* A barrier may be on its way still; whom it served has given up. */
	while ((unit = unit_pop(&lane->sent)) != NULL) {
		assert(unit->flow == NULL);
		unit_free(unit);
	}
	event_del(&lane->reader);
	event_del(&lane->writer);
	connection_free(lane->connection);
	free(lane);
}

bool
lane_is_up(const struct lane *lane)
{
	return connection_pg(lane->connection) != NULL;
}

int64_t
lane_silence(const struct lane *lane, int64_t now)
{
	return lane->sent.first != NULL ? now - lane->progress_at : 0;
}

bool
lane_has_room(const struct lane *lane)
{
	return lane_is_up(lane) && lane->sent.count < UNDER_WAY_MOST &&
	       (lane->kind != LANE_QUICK || lane->sent.first == NULL ||
		   lane_silence(lane, clock_monotonic()) < SLUGGISH_US);
}

void
lane_send(struct lane *lane, struct unit *unit)
{
	PGconn *pg = connection_pg(lane->connection);

	if (lane->sent.first == NULL)
		lane->progress_at = clock_monotonic();
	unit_push(&lane->sent, unit);
	if (!unit_send(unit, pg, &lane->echo))
		lane_drop(lane, "cannot send");
}

int64_t
lane_down_since(const struct lane *lane)
{
	return connection_down_since(lane->connection);
}

int64_t
lane_server_start(const struct lane *lane)
{
	return connection_server_start(lane->connection);
}

const char *
lane_trouble(const struct lane *lane)
{
	return connection_trouble(lane->connection);
}

void
lane_tick(struct lane *lane, int64_t now)
{
	bool patient = lane->kind == LANE_SLOW || lane->kind == LANE_BULK;

	connection_tick(lane->connection, now);
	if (lane_silence(lane, now) > (patient ? SILENCE_SLOW_US : SILENCE_US))
		lane_drop(lane, "no answer for too long");
}
