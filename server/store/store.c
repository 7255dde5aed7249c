/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the database: gathering, holding back, sending, answering.
 *
 * Everything happens in store_work(), an event of its own: asks are gathered
 * during a turn of the loop and sent at its end, and flows are answered from
 * there and from nowhere else, so never inside the call that asked and never
 * while a lane is in the middle of something.
 *
 * Every statement returns the echo as its first column.  One with a row table
 * has `found` as its second, and at least one row: where it is false there is
 * nothing, and `into` is left alone.
 */
#include "store/store.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "base/log.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "store/barrier.h"
#include "store/jam.h"
#include "store/lane.h"
#include "store/unit.h"

enum {
	DOWN_MOST_US = 1000 * 1000, /* then asks fail at once */
	SILENT_MOST_US = 2 * 1000 * 1000, /* the same, of what is connected */
	WAIT_MOST_US = 5 * 1000 * 1000,
	WAIT_SLOW_MOST_US = 25 * 1000 * 1000,
	ATTEMPTS_UNKNOWN = 2, /* of units whose outcome was lost */
	ATTEMPTS_REPEAT = 3, /* of units that were rolled back */
	TICK_MS = 100,
};

/*
 * Units not sent yet wait apart, so that what can go does not stand behind
 * what cannot: a write needs the flush connection too.
 */
enum held_kind {
	HELD_READ,
	HELD_WRITE,
	HELD_SLOW,
	HELD_BULK,
	HELD_COUNT,
};

/* Why something failed, where more than one place has to say it. */
static const char database_away[] = "the database is away";
static const char stands_still[] = "a statement stands still";
static const char waited_long[] = "the database took too long";

struct store {
	struct event_base *base;
	struct lane *lanes[LANE_COUNT];
	struct event work;
	struct event tick;
	size_t waiting_most;
	size_t units; /* made and not answered */
	struct unit_queue gathered; /* asked in this turn of the loop */
	struct unit_queue held[HELD_COUNT];
	struct unit_queue ended; /* to be answered: rows, or a trouble */
	struct barrier barrier;
	bool told_ready; /* the scoreboard */
	struct jam jam; /* of the quick lane */
};

static void
store_wake(struct store *store)
{
	event_active(&store->work, 0, 0);
}

static enum held_kind
store_kind(const struct unit *unit)
{
	if (unit->lane == LANE_SLOW)
		return HELD_SLOW;
	if (unit->lane == LANE_BULK)
		return HELD_BULK;
	return unit->durable ? HELD_WRITE : HELD_READ;
}

static enum lane_kind
held_lane(enum held_kind kind)
{
	if (kind == HELD_SLOW)
		return LANE_SLOW;
	return kind == HELD_BULK ? LANE_BULK : LANE_QUICK;
}

/* Both are up and connected to the same server. */
static bool
store_can_flush(const struct store *store)
{
	return lane_is_up(store->lanes[LANE_QUICK]) &&
	       lane_is_up(store->lanes[LANE_FLUSH]) &&
	       lane_server_start(store->lanes[LANE_QUICK]) ==
		   lane_server_start(store->lanes[LANE_FLUSH]);
}

static bool
store_may_send(const struct store *store, enum held_kind kind)
{
	if (kind == HELD_SLOW || kind == HELD_BULK)
		return lane_has_room(store->lanes[held_lane(kind)]);
	if (kind == HELD_WRITE && !store_can_flush(store))
		return false;
	return lane_has_room(store->lanes[LANE_QUICK]);
}

static bool
lane_is_away(const struct lane *lane, int64_t now)
{
	int64_t since = lane_down_since(lane);

	return since != 0 && now - since > DOWN_MOST_US;
}

/* A server that is frozen, or a commit that waits for a standby. */
static bool
lane_is_frozen(const struct lane *lane, int64_t now)
{
	return lane_silence(lane, now) > SILENT_MOST_US;
}

/* For so long that nobody should wait for it. */
static bool
store_is_away(const struct store *store, enum held_kind kind, int64_t now)
{
	const struct lane *flush = store->lanes[LANE_FLUSH];

	if (lane_is_away(store->lanes[held_lane(kind)], now))
		return true;
	return kind == HELD_WRITE && lane_is_away(flush, now);
}

/* Connected, and yet nothing comes from it. */
static bool
store_is_frozen(const struct store *store, enum held_kind kind, int64_t now)
{
	const struct lane *flush = store->lanes[LANE_FLUSH];

	return (held_lane(kind) == LANE_QUICK &&
		   lane_is_frozen(store->lanes[LANE_QUICK], now)) ||
	       (kind == HELD_WRITE && lane_is_frozen(flush, now));
}

static int64_t
store_oldest(enum held_kind kind, int64_t now)
{
	return now - (held_lane(kind) == LANE_QUICK ? WAIT_MOST_US
						    : WAIT_SLOW_MOST_US);
}

static void
store_fail(struct store *store, struct unit *unit, const char *trouble)
{
	unit->trouble = trouble;
	unit_push(&store->ended, unit);
	store_wake(store);
}

static void
store_fail_all(
    struct store *store, struct unit_queue *units, const char *trouble)
{
	struct unit *unit;

	while ((unit = unit_pop(units)) != NULL)
		store_fail(store, unit, trouble);
}

static void
store_again(struct store *store, struct unit *unit, unsigned attempts_most)
{
	enum held_kind kind = store_kind(unit);
	int64_t now = clock_monotonic();

	const char *trouble = NULL;

	if (unit->attempts >= attempts_most)
		trouble = "the database was tried often enough";
	else if (unit->asked_at < store_oldest(kind, now))
		trouble = waited_long;
	else if (jam_stops(&store->jam, unit, now))
		trouble = stands_still;
	if (trouble != NULL) {
		store_fail(store, unit, trouble);
		return;
	}
	scoreboard_count(SCORE_UNITS_REPEATED);
	unit_forget(unit);
	unit_push(&store->held[kind], unit);
	store_wake(store);
}

/* Done or not, nobody knows: only what may be done twice goes again. */
static void
store_unknown(struct store *store, struct unit *unit)
{
	store_again(store, unit, unit->repeatable ? ATTEMPTS_UNKNOWN : 0);
}

static void
store_committed(struct store *store, struct unit *unit)
{
	jam_clear(&store->jam, unit);
	if (unit->lane == LANE_QUICK && unit->durable) {
		if (store_can_flush(store))
			barrier_add(&store->barrier, unit);
		else
			store_unknown(store, unit);
	} else {
		unit_push(&store->ended, unit);
	}
	store_wake(store);
}

static void
store_unknown_all(struct store *store, struct unit_queue units)
{
	struct unit *unit;

	while ((unit = unit_pop(&units)) != NULL)
		store_unknown(store, unit);
}

static void
store_barrier_ended(struct store *store, struct unit *unit, enum unit_end end)
{
	struct unit_queue vouched;

	if (end == UNIT_COMMITTED)
		scoreboard_time(
		    TIME_BARRIER, clock_monotonic() - unit->asked_at);
	unit_free(unit);
	if (end == UNIT_UNKNOWN) {
		store_unknown_all(store, barrier_lost(&store->barrier));
		return;
	}
	vouched = barrier_end(&store->barrier);
	if (end == UNIT_COMMITTED)
		unit_move(&store->ended, &vouched);
	else
		store_fail_all(store, &vouched, "the flush was refused");
	store_wake(store);
}

static void
store_unit_ended(void *argument, struct unit *unit, enum unit_end end)
{
	struct store *store = argument;

	if (unit->lane == LANE_FLUSH) {
		store_barrier_ended(store, unit, end);
		return;
	}
	if (unit->stuck)
		jam_note(&store->jam, unit, clock_monotonic());
	switch (end) {
	case UNIT_COMMITTED:
		store_committed(store, unit);
		break;
	case UNIT_REFUSED:
		store_fail(store, unit, "the database refused");
		break;
	case UNIT_REPEAT:
		store_again(store, unit, ATTEMPTS_REPEAT);
		break;
	case UNIT_UNKNOWN:
		store_unknown(store, unit);
		break;
	}
}

static void
store_tell_lanes(struct store *store)
{
	static const enum score_level levels[LANE_COUNT] = {
		[LANE_QUICK] = LEVEL_LANE_QUICK_UP,
		[LANE_SLOW] = LEVEL_LANE_SLOW_UP,
		[LANE_FLUSH] = LEVEL_LANE_FLUSH_UP,
	};

	for (enum lane_kind kind = 0; kind < LANE_COUNT; kind++)
		scoreboard_level(levels[kind], lane_is_up(store->lanes[kind]));
	if (store_ready(store) == store->told_ready)
		return;
	store->told_ready = !store->told_ready;
	scoreboard_level(LEVEL_DATABASE_READY, store->told_ready);
	scoreboard_level(LEVEL_DATABASE_CHANGED_AT, clock_monotonic());
}

static void
store_lane_changed(void *argument)
{
	struct store *store = argument;

	store_tell_lanes(store);
	if (!lane_is_up(store->lanes[LANE_FLUSH]))
		store_unknown_all(store, barrier_lost(&store->barrier));
	store_wake(store);
}

/* The unit goes first: the flow's memory may be gone after the last answer. */
static void
store_answer(struct store *store, struct unit *unit)
{
	struct flow *f = unit->flow;
	size_t count = unit->count;
	const char *trouble = unit->trouble;

	if (trouble == NULL && !unit_deliver(unit))
		trouble = "a row does not fit";
	unit_free(unit);
	store->units--;
	if (trouble != NULL)
		scoreboard_count(SCORE_UNITS_FAILED);
	scoreboard_level(LEVEL_UNITS_PENDING, (int64_t)store->units);
	for (size_t i = 0; i < count; i++)
		flow_answered(f, trouble);
}

static void
store_answer_all(struct store *store)
{
	struct unit *unit;

	while ((unit = unit_pop(&store->ended)) != NULL)
		store_answer(store, unit);
}

/* Why what is new need not even begin to wait; NULL: it may. */
static const char *
store_objection(const struct store *store, const struct unit *unit, int64_t now)
{
	enum held_kind kind = store_kind(unit);

	if (unit->unsendable)
		return "a text is not UTF-8";
	if (unit->refused)
		return "too many wait for the database";
	if (store_is_away(store, kind, now))
		return database_away;
	if (store_is_frozen(store, kind, now))
		return "the database has been silent";
	return jam_stops(&store->jam, unit, now) ? stands_still : NULL;
}

static void
store_accept(struct store *store, int64_t now)
{
	struct unit *unit;

	while ((unit = unit_pop(&store->gathered)) != NULL) {
		enum held_kind kind = store_kind(unit);
		const char *trouble = store_objection(store, unit, now);

		if (trouble != NULL)
			store_fail(store, unit, trouble);
		else
			unit_push(&store->held[kind], unit);
	}
}

static void
store_send(struct store *store, int64_t now)
{
	for (enum held_kind kind = 0; kind < HELD_COUNT; kind++) {
		struct unit_queue *held = &store->held[kind];

		while (held->first != NULL && store_may_send(store, kind)) {
			struct unit *unit = unit_pop(held);

			if (!jam_lets_pass(&store->jam, unit, now)) {
				store_fail(store, unit, stands_still);
				continue;
			}
			scoreboard_count(SCORE_UNITS_SENT);
			lane_send(store->lanes[unit->lane], unit);
		}
	}
}

static void
store_send_barrier(struct store *store)
{
	struct unit *unit;

	if (!lane_is_up(store->lanes[LANE_FLUSH]))
		return;
	unit = barrier_begin(&store->barrier);
	if (unit != NULL)
		lane_send(store->lanes[LANE_FLUSH], unit);
}

/* After a failover one of them may still hold on to the old server. */
static void
store_check_servers(struct store *store)
{
	if (!lane_is_up(store->lanes[LANE_QUICK]) ||
	    !lane_is_up(store->lanes[LANE_FLUSH]) || store_can_flush(store))
		return;
	lane_drop(store->lanes[LANE_QUICK], "another server than flush");
	lane_drop(store->lanes[LANE_FLUSH], "another server than quick");
}

static void
store_work(evutil_socket_t fd, short what, void *argument)
{
	struct store *store = argument;
	int64_t now = clock_monotonic();

	(void)fd, (void)what;
	store_answer_all(store);
	store_accept(store, now);
	store_check_servers(store);
	store_send(store, now);
	store_send_barrier(store);
	for (enum lane_kind kind = 0; kind < LANE_COUNT; kind++)
		lane_flush(store->lanes[kind]);
}

static void
store_tick(evutil_socket_t fd, short what, void *argument)
{
	struct store *store = argument;
	struct unit_queue late = { NULL };
	int64_t now = clock_monotonic();

	(void)fd, (void)what;
	for (enum lane_kind kind = 0; kind < LANE_COUNT; kind++)
		lane_tick(store->lanes[kind], now);
	for (enum held_kind kind = 0; kind < HELD_COUNT; kind++) {
		struct unit_queue *held = &store->held[kind];

		if (store_is_away(store, kind, now))
			store_fail_all(store, held, database_away);
		unit_take_older(held, store_oldest(kind, now), &late);
	}
	barrier_expire(&store->barrier, now - WAIT_MOST_US, &late);
	store_fail_all(store, &late, waited_long);
}

static const struct lane_ops store_lane_ops = {
	.ended = store_unit_ended,
	.changed = store_lane_changed,
};

struct store *
store_new(struct event_base *base, const struct store_settings *settings)
{
	struct store *store = memory_new(sizeof(*store));
	struct timeval period = { 0, TICK_MS * 1000 };

	store->base = base;
	store->waiting_most = settings->waiting_most;
	event_assign(&store->work, base, -1, 0, store_work, store);
	event_assign(&store->tick, base, -1, EV_PERSIST, store_tick, store);
	event_add(&store->tick, &period);
	for (enum lane_kind kind = 0; kind < LANE_COUNT; kind++)
		store->lanes[kind] =
		    lane_new(base, kind, settings, &store_lane_ops, store);
	return store;
}

void
store_free(struct store *store)
{
	if (store == NULL)
		return;
	assert(store->units == 0);
	for (enum lane_kind kind = 0; kind < LANE_COUNT; kind++)
		lane_free(store->lanes[kind]);
	event_del(&store->work);
	event_del(&store->tick);
	free(store);
}

bool
store_ready(const struct store *store)
{
	return store_can_flush(store) && lane_is_up(store->lanes[LANE_SLOW]) &&
	       lane_is_up(store->lanes[LANE_BULK]);
}

const char *
store_trouble(const struct store *store)
{
	for (enum lane_kind kind = 0; kind < LANE_COUNT; kind++) {
		const char *trouble = lane_trouble(store->lanes[kind]);

		if (trouble != NULL)
			return trouble;
	}
	return NULL;
}

/*
 * The unit of this run of a step, if it has asked before.  Turns grow, and runs
 * of steps nest: behind a unit of an older turn there can be none of this one.
 */
static struct unit *
store_gathering(const struct store *store, uint64_t turn)
{
	struct unit *unit = store->gathered.last;

	if (unit == NULL || unit->turn <= turn)
		return unit != NULL && unit->turn == turn ? unit : NULL;
	unit = store->gathered.first;
	while (unit != NULL && unit->turn != turn)
		unit = unit->next;
	return unit;
}

static void
store_gather(
    struct store *store, struct flow *f, const struct unit_values *asked)
{
	uint64_t turn = flow_turn(f);
	struct unit *unit = store_gathering(store, turn);

	if (unit == NULL) {
		unit = unit_new(f, turn, statements[asked->statement].lane);
		unit->refused = store->units >= store->waiting_most;
		unit_push(&store->gathered, unit);
		store->units++;
		scoreboard_level(LEVEL_UNITS_PENDING, (int64_t)store->units);
		store_wake(store);
	}
	flow_asked(f, "database");
	unit_add(unit, asked);
}

void
store_ask(struct store *store, struct flow *f, enum statement statement,
    const struct value *values, size_t count, void *into)
{
	const struct unit_values asked = { .statement = statement,
		.values = values,
		.count = count,
		.into = into };

	store_gather(store, f, &asked);
}

void
store_ask_list(struct store *store, struct flow *f, enum statement statement,
    const struct value *values, size_t count, struct row_list *into)
{
	const struct unit_values asked = { .statement = statement,
		.values = values,
		.count = count,
		.list = into };

	store_gather(store, f, &asked);
}

void
store_ask_rows(struct store *store, struct flow *f, enum statement statement,
    const struct value *values, size_t count, struct row_set **into)
{
	const struct unit_values asked = { .statement = statement,
		.values = values,
		.count = count,
		.rows = into };

	store_gather(store, f, &asked);
}
