/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unit: what one step of one flow asked.
 *
 * The copied values may be password hashes or MACs, so they are wiped.
 */
#include "store/unit.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/log.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "store/row_set.h"

/* PostgreSQL counts from 2000, we from 1970. */
#define UNIT_EPOCH_US (INT64_C(946684800) * 1000000)

enum {
	NUMBER_SIZE = 8
};

struct ask {
	struct ask *next;
	enum statement statement;
	void *into;
	struct row_list *list;
	struct row_set **rows;
	PGresult *result;
	int64_t echo;
	const char *values[PARAMETERS_MOST]; /* the first one is the echo */
	int lengths[PARAMETERS_MOST];
	char echo_bytes[NUMBER_SIZE];
	size_t size;
	char bytes[]; /* what values point to */
};

/* All parameters and results are binary. */
static const int unit_formats[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1 };
_Static_assert(COUNT_OF(unit_formats) == PARAMETERS_MOST,
    "every parameter is sent in binary");

struct unit *
unit_new(struct flow *f, uint64_t turn, enum lane_kind lane)
{
	struct unit *unit = memory_new(sizeof(*unit));

	unit->flow = f;
	unit->turn = turn;
	unit->lane = lane;
	unit->last = &unit->first;
	unit->asked_at = clock_monotonic();
	unit->repeatable = true;
	return unit;
}

void
unit_forget(struct unit *unit)
{
	for (struct ask *ask = unit->first; ask != NULL; ask = ask->next) {
		PQclear(ask->result);
		ask->result = NULL;
	}
}

void
unit_free(struct unit *unit)
{
	struct ask *next;

	if (unit == NULL)
		return;
	unit_forget(unit);
	for (struct ask *ask = unit->first; ask != NULL; ask = next) {
		next = ask->next;
		bytes_wipe(ask->bytes, ask->size);
		free(ask);
	}
	free(unit);
}

static size_t
value_size(const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		return 0;
	case VALUE_BOOL:
		return 1;
	case VALUE_INT:
	case VALUE_TIME:
		return NUMBER_SIZE;
	case VALUE_TEXT:
	case VALUE_BYTES:
		return value->text.len;
	}
	return 0;
}

/* An absent text is NULL, an empty one is not. */
static bool
value_is_null(const struct value *value)
{
	return value->kind == VALUE_NULL ||
	       ((value->kind == VALUE_TEXT || value->kind == VALUE_BYTES) &&
		   value->text.at == NULL);
}

static void
value_encode(const struct value *value, char *out)
{
	switch (value->kind) {
	case VALUE_NULL:
		break;
	case VALUE_BOOL:
		*out = value->number != 0;
		break;
	case VALUE_INT:
		bytes_put_be(
		    (uint8_t *)out, NUMBER_SIZE, (uint64_t)value->number);
		break;
	case VALUE_TIME:
		bytes_put_be((uint8_t *)out, NUMBER_SIZE,
		    (uint64_t)value->number - (uint64_t)UNIT_EPOCH_US);
		break;
	case VALUE_TEXT:
	case VALUE_BYTES:
		if (value->text.len > 0)
			memcpy(out, value->text.at, value->text.len);
		break;
	}
}

/* What PostgreSQL would refuse must not get as far as its log. */
static bool
value_is_fit(const struct value *value)
{
	return value->kind != VALUE_TEXT || str_is_utf8(value->text);
}

static void
ask_fill(struct ask *ask, const struct value *values, size_t count)
{
	char *out = ask->bytes;

	ask->values[0] = ask->echo_bytes;
	ask->lengths[0] = NUMBER_SIZE;
	for (size_t i = 0; i < count; i++) {
		if (value_is_null(&values[i]))
			continue;
		value_encode(&values[i], out);
		ask->values[i + 1] = out;
		ask->lengths[i + 1] = (int)value_size(&values[i]);
		/* an empty value still needs an address that is not NULL */
		out += value_size(&values[i]);
	}
}

/* One byte more than needed, so that the last address is inside. */
static size_t
values_size(const struct value *values, size_t count)
{
	size_t size = 1;

	for (size_t i = 0; i < count; i++)
		size += value_size(&values[i]);
	return size;
}

void
unit_add(struct unit *unit, const struct unit_values *asked)
{
	const struct statement_text *text = &statements[asked->statement];
	size_t size = values_size(asked->values, asked->count);
	struct ask *ask = memory_new(sizeof(*ask) + size);

	assert(asked->count + 1 == text->parameter_count);
	assert(text->lane == unit->lane);
	for (size_t i = 0; i < asked->count; i++) {
		const struct value *value = &asked->values[i];

		assert(value->kind == VALUE_NULL ||
		       value->kind == text->parameters[i + 1]);
		if (!value_is_fit(value))
			unit->unsendable = true;
	}
	ask->statement = asked->statement;
	ask->into = asked->into;
	ask->list = asked->list;
	ask->rows = asked->rows;
	ask->size = size;
	ask_fill(ask, asked->values, asked->count);
	*unit->last = ask;
	unit->last = &ask->next;
	unit->count++;
	if (text->durable)
		unit->durable = true;
	if (text->retry == RETRY_ONCE)
		unit->repeatable = false;
}

bool
unit_send(struct unit *unit, PGconn *pg, int64_t *echo)
{
	for (struct ask *ask = unit->first; ask != NULL; ask = ask->next) {
		const struct statement_text *text = &statements[ask->statement];

		ask->echo = ++*echo;
		bytes_put_be((uint8_t *)ask->echo_bytes, NUMBER_SIZE,
		    (uint64_t)ask->echo);
		if (PQsendQueryPrepared(pg, text->name,
			(int)text->parameter_count, ask->values, ask->lengths,
			unit_formats, 1) != 1)
			return false;
	}
	unit->reading = unit->first;
	unit->attempts++;
	return PQpipelineSync(pg) == 1;
}

bool
unit_take(struct unit *unit, PGresult *result)
{
	struct ask *ask = unit->reading;
	int rows = PQntuples(result);

	assert(ask != NULL && ask->result == NULL);
	ask->result = result;
	unit->reading = ask->next;
	if (PQresultStatus(result) != PGRES_TUPLES_OK ||
	    (rows < 1 && ask->list == NULL && ask->rows == NULL))
		return false;
	for (int row = 0; row < rows; row++) {
		if (!row_echoes(result, row, ask->echo))
			return false;
	}
	return true;
}

void
unit_note_stuck(struct unit *unit)
{
	if (unit->reading == NULL)
		return; /* the commit: no statement's fault */
	unit->stuck = true;
	unit->stuck_at = unit->reading->statement;
}

bool
unit_has(const struct unit *unit, enum statement statement)
{
	for (const struct ask *ask = unit->first; ask != NULL;
	     ask = ask->next) {
		if (ask->statement == statement)
			return true;
	}
	return false;
}

const char *
unit_statement(const struct unit *unit)
{
	if (unit->reading == NULL)
		return "commit";
	return statements[unit->reading->statement].name;
}

static bool
ask_deliver_row(const struct ask *ask, struct arena *arena)
{
	const struct row_table *table = statements[ask->statement].row;
	struct row_target target = { arena, ask->into };

	if (table == NULL || ask->into == NULL || !row_found(ask->result, 0))
		return true;
	return PQntuples(ask->result) == 1 &&
	       row_read(table, ask->result, 0, target);
}

static bool
ask_deliver(struct ask *ask, struct arena *arena)
{
	const struct row_table *table = statements[ask->statement].row;

	if (ask->rows != NULL) {
		*ask->rows = row_set_new(table, ask->result);
		ask->result = NULL;
		return true;
	}
	if (ask->list != NULL)
		return rows_read(table, ask->result, arena, ask->list);
	return ask_deliver_row(ask, arena);
}

bool
unit_deliver(struct unit *unit)
{
	for (struct ask *ask = unit->first; ask != NULL; ask = ask->next) {
		if (!ask_deliver(ask, flow_arena(unit->flow))) {
			log_event(LOG_ERROR, "row does not fit",
			    LOG_TEXT("statement",
				str_of(statements[ask->statement].name)));
			return false;
		}
	}
	return true;
}

void
unit_push(struct unit_queue *queue, struct unit *unit)
{
	unit->next = NULL;
	if (queue->last == NULL)
		queue->first = unit;
	else
		queue->last->next = unit;
	queue->last = unit;
	queue->count++;
}

struct unit *
unit_pop(struct unit_queue *queue)
{
	struct unit *unit = queue->first;

	if (unit == NULL)
		return NULL;
	queue->first = unit->next;
	if (queue->first == NULL)
		queue->last = NULL;
	queue->count--;
	unit->next = NULL;
	return unit;
}

void
unit_move(struct unit_queue *to, struct unit_queue *from)
{
	struct unit *unit;

	while ((unit = unit_pop(from)) != NULL)
		unit_push(to, unit);
}

void
unit_take_older(
    struct unit_queue *queue, int64_t oldest, struct unit_queue *out)
{
	struct unit_queue all = *queue;
	struct unit *unit;

	*queue = (struct unit_queue){ NULL };
	while ((unit = unit_pop(&all)) != NULL)
		unit_push(unit->asked_at < oldest ? out : queue, unit);
}
