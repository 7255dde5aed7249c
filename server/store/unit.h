/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unit: what one step of one flow asked, sent as one transaction.
 *
 * The results stay with their asks until the unit is answered, and only then
 * are rows copied to where the flow wants them: a unit that has to be sent
 * again leaves no trace of its first attempt.
 */
#ifndef STORE_UNIT_H
#define STORE_UNIT_H

#include "store/statement.h"

struct flow;
struct pg_conn;
struct pg_result;

struct ask;

struct unit {
	struct unit *next;
	struct flow *flow; /* NULL: the store's own, a barrier */
	uint64_t turn; /* of the flow, when it asked */
	enum lane_kind lane;
	struct ask *first;
	struct ask **last;
	size_t count;
	struct ask *reading; /* whose result comes next; NULL: the Sync */
	int64_t asked_at; /* monotonic */
	unsigned attempts;
	bool durable; /* something in it waits for a barrier */
	bool repeatable; /* nothing in it must be done only once */
	bool unsendable; /* a value was not fit to be sent */
	bool refused; /* there was no room when it was asked */
	const char *trouble; /* why it failed; NULL: it did not, yet */
	bool stuck; /* `stuck_at` stood too long and was rolled back */
	enum statement stuck_at;
};

struct unit *unit_new(struct flow *, uint64_t turn, enum lane_kind);
void unit_free(struct unit *);

struct unit_values {
	enum statement statement;
	const struct value *values;
	size_t count;
	void *into; /* one of the three, or none */
	struct row_list *list;
	struct row_set **rows;
};

/* Copies the values. */
void unit_add(struct unit *, const struct unit_values *);

/* Sends all asks and a Sync; false if the connection does not take them. */
bool unit_send(struct unit *, struct pg_conn *, int64_t *echo) MUST_CHECK;

/*
 * Takes the result of the ask that is being read, and owns it.  False if its
 * rows do not carry the echo of that ask.
 */
bool unit_take(struct unit *, struct pg_result *) MUST_CHECK;

/* Remembers that what is being read stood too long. */
void unit_note_stuck(struct unit *);

bool unit_has(const struct unit *, enum statement);

/* The name of the statement that is being read, for log lines. */
const char *unit_statement(const struct unit *);

/* Forgets the results; it can be sent again. */
void unit_forget(struct unit *);

/* Copies the rows to the flow; false if one does not fit its struct. */
bool unit_deliver(struct unit *) MUST_CHECK;

struct unit_queue {
	struct unit *first;
	struct unit *last;
	size_t count;
};

void unit_push(struct unit_queue *, struct unit *);
struct unit *unit_pop(struct unit_queue *); /* NULL: empty */

/* Moves all units of `from` behind those of `to`. */
void unit_move(struct unit_queue *to, struct unit_queue *from);

/* Moves those that were asked before `oldest` to `out`. */
void unit_take_older(
    struct unit_queue *, int64_t oldest, struct unit_queue *out);

#endif
