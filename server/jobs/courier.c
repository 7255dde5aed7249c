/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier process: upkeep, as a flow of its own from time to time, mails,
 * and calls of applications, of our own accord and for gates.
 */
#include "jobs/courier.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "jobs/callback_calls.h"
#include "jobs/logout_calls.h"
#include "loop/clock.h"
#include "loop/confine.h"
#include "loop/flow.h"
#include "loop/lifeline.h"
#include "loop/process.h"
#include "loop/scoreboard.h"
#include "store/logouts.h"
#include "store/outbox.h"
#include "store/upkeep.h"

enum {
	UPKEEP_DEADLINE_MS = 60 * 1000,
	SWEPT_AT_A_TIME = 1000,
	SEARCHED_AT_A_TIME = 200, /* sessions, for tickets that were missed */
	TICK_US = 100 * 1000,
	UPKEEP_PERIOD_US = 600 * 1000000,
	RETRY_PERIOD_US = 5 * 1000000,
	STOP_PATIENCE_US = 2 * 1000000,
	KEEP_OUTBOX_DAYS = 30, /* rows that are settled */
	KEEP_LOGOUTS_DAYS = 5,
	MISSED_SINCE_US = 2 * UPKEEP_PERIOD_US,
};

static const int64_t day_us = INT64_C(86400) * 1000000;

struct courier {
	struct courier_start start;
	struct event_base *base;
	struct store *store;
	struct mailing *mailing; /* NULL: no mails are sent */
	struct logout_calls *logouts;
	struct callback_calls *callbacks;
	struct event *terminate;
	struct event *tick;
	int64_t due_us; /* when upkeep runs next, monotonic */
	struct logout_place searched; /* ended_at 0: from the beginning */
	bool at_work;
	bool stopping;
	int64_t stop_by_us; /* monotonic */
};

/* One round of upkeep. */
struct upkeep {
	struct arena arena;
	struct courier *courier;
	int64_t now;
	struct upkeep_partitions partitions;
	struct upkeep_swept sessions;
	struct upkeep_swept run_out; /* sessions, if that is asked for */
	struct logout_missed missed; /* applications to be told */
	struct upkeep_swept logouts;
	struct upkeep_swept throttle;
	struct upkeep_swept places;
	struct upkeep_swept decisions;
	struct upkeep_swept sign_ins;
	struct upkeep_swept pending;
	struct upkeep_swept browsers;
	struct upkeep_swept expired; /* of the outbox, as the next */
	struct upkeep_swept outbox;
	bool done;
};

static enum flow_next
upkeep_make_partitions(struct flow *f)
{
	struct upkeep *u = flow_state(f);

	upkeep_partitions(u->courier->store, f, u->now, UPKEEP_REDEMPTION_DAYS,
	    &u->partitions);
	return FLOW_NEXT;
}

/* The end that no request brings about. */
static enum flow_next
upkeep_end_sessions(struct flow *f)
{
	struct upkeep *u = flow_state(f);
	const struct courier_start *start = &u->courier->start;

	if (start->logout_on_expiry)
		logouts_expire_sessions(u->courier->store, f, u->now,
		    &start->session, SWEPT_AT_A_TIME, &u->run_out);
	return FLOW_NEXT;
}

static enum flow_next
upkeep_sweep(struct flow *f)
{
	struct upkeep *u = flow_state(f);
	const struct courier_start *start = &u->courier->start;
	int64_t kept = u->now - start->keep_sessions_days * day_us;

	upkeep_sweep_sessions(u->courier->store, f,
	    &(struct upkeep_session_sweep){
		.ended_before = kept,
		.opened_before =
		    kept - session_limits_most(&start->session) * 1000000,
		.most = SWEPT_AT_A_TIME,
	    },
	    &u->sessions);
	upkeep_sweep_throttle(
	    u->courier->store, f, u->now, SWEPT_AT_A_TIME, &u->throttle);
	upkeep_sweep_places(
	    u->courier->store, f, u->now, SWEPT_AT_A_TIME, &u->places);
	return FLOW_NEXT;
}

static enum flow_next
upkeep_sweep_second_steps(struct flow *f)
{
	struct upkeep *u = flow_state(f);
	struct store *store = u->courier->store;

	upkeep_sweep_decisions(store, f, u->now - UPKEEP_DECISION_DAYS * day_us,
	    SWEPT_AT_A_TIME, &u->decisions);
	upkeep_sweep_sign_ins(store, f, u->now - UPKEEP_SIGN_IN_DAYS * day_us,
	    SWEPT_AT_A_TIME, &u->sign_ins);
	upkeep_sweep_pending(store, f, u->now - UPKEEP_SIGN_IN_DAYS * day_us,
	    SWEPT_AT_A_TIME, &u->pending);
	upkeep_sweep_browsers(store, f, u->now - UPKEEP_BROWSER_DAYS * day_us,
	    SWEPT_AT_A_TIME, &u->browsers);
	return FLOW_NEXT;
}

static enum flow_next
upkeep_sweep_mails(struct flow *f)
{
	struct upkeep *u = flow_state(f);

	upkeep_expire_outbox(
	    u->courier->store, f, u->now, SWEPT_AT_A_TIME, &u->expired);
	upkeep_sweep_outbox(u->courier->store, f,
	    u->now - KEEP_OUTBOX_DAYS * day_us, SWEPT_AT_A_TIME, &u->outbox);
	logouts_sweep(u->courier->store, f, u->now - KEEP_LOGOUTS_DAYS * day_us,
	    SWEPT_AT_A_TIME, &u->logouts);
	return FLOW_NEXT;
}

/* Last and alone: who has redeemed very much holds up nothing else. */
static enum flow_next
upkeep_search_missed(struct flow *f)
{
	struct upkeep *u = flow_state(f);
	struct logout_place behind = u->courier->searched;

	if (behind.ended_at == 0)
		behind.ended_at = u->now - MISSED_SINCE_US;
	logouts_find_missed(u->courier->store, f,
	    &(struct logout_search){
		.behind = behind,
		.now = u->now,
		.most = SEARCHED_AT_A_TIME,
	    },
	    &u->missed);
	return FLOW_NEXT;
}

static bool
upkeep_searches_on(const struct upkeep *u)
{
	return u->missed.looked >= SEARCHED_AT_A_TIME;
}

static enum flow_next
upkeep_report(struct flow *f)
{
	struct upkeep *u = flow_state(f);

	u->courier->searched =
	    upkeep_searches_on(u) ? u->missed.at : (struct logout_place){ 0 };
	u->done = true;
	scoreboard_level(LEVEL_DAYS_AHEAD, u->partitions.ahead);
	scoreboard_level(LEVEL_UPKEEP_AT, u->now);
	log_event(LOG_INFO, "upkeep", LOG_NUMBER("made", u->partitions.made),
	    LOG_NUMBER("dropped", u->partitions.dropped),
	    LOG_NUMBER("days_ahead", u->partitions.ahead),
	    LOG_NUMBER("sessions", u->sessions.count),
	    LOG_NUMBER("run_out", u->run_out.count),
	    LOG_NUMBER("missed", u->missed.count),
	    LOG_NUMBER("throttles", u->throttle.count),
	    LOG_NUMBER("places", u->places.count),
	    LOG_NUMBER("decisions", u->decisions.count),
	    LOG_NUMBER("sign_ins", u->sign_ins.count),
	    LOG_NUMBER("pending", u->pending.count),
	    LOG_NUMBER("browsers", u->browsers.count),
	    LOG_NUMBER("expired", u->expired.count),
	    LOG_NUMBER("outbox", u->outbox.count),
	    LOG_NUMBER("logouts", u->logouts.count));
	return FLOW_DONE;
}

static const struct flow_step upkeep_steps[] = {
	FLOW_STEP(upkeep_make_partitions),
	FLOW_STEP(upkeep_end_sessions),
	FLOW_STEP(upkeep_sweep),
	FLOW_STEP(upkeep_sweep_second_steps),
	FLOW_STEP(upkeep_sweep_mails),
	FLOW_STEP(upkeep_search_missed),
	FLOW_STEP(upkeep_report),
	FLOW_END,
};

static void
upkeep_unavailable(void *state)
{
	(void)state; /* upkeep_release() plans the next try */
}

/* A full batch means that there is more: go on at the next tick. */
static void
upkeep_release(void *state)
{
	struct upkeep *u = state;
	struct courier *courier = u->courier;
	bool more = upkeep_searches_on(u) ||
		    u->sessions.count >= SWEPT_AT_A_TIME ||
		    u->run_out.count >= SWEPT_AT_A_TIME ||
		    u->throttle.count >= SWEPT_AT_A_TIME ||
		    u->places.count >= SWEPT_AT_A_TIME ||
		    u->decisions.count >= SWEPT_AT_A_TIME ||
		    u->sign_ins.count >= SWEPT_AT_A_TIME ||
		    u->pending.count >= SWEPT_AT_A_TIME ||
		    u->browsers.count >= SWEPT_AT_A_TIME ||
		    u->expired.count >= SWEPT_AT_A_TIME ||
		    u->outbox.count >= SWEPT_AT_A_TIME ||
		    u->logouts.count >= SWEPT_AT_A_TIME;

	courier->at_work = false;
	courier->due_us = clock_monotonic() + (!u->done  ? RETRY_PERIOD_US
						  : more ? 0
							 : UPKEEP_PERIOD_US);
	arena_clear(&u->arena);
	free(u);
}

static const struct flow_ops upkeep_ops = {
	.unavailable = upkeep_unavailable,
	.release = upkeep_release,
};

static void
upkeep_begin(struct courier *courier)
{
	struct upkeep *u = memory_new(sizeof(*u));

	u->courier = courier;
	u->now = clock_now();
	courier->at_work = true;
	flow_start(&(struct flow_start){
	    .base = courier->base,
	    .steps = upkeep_steps,
	    .ops = &upkeep_ops,
	    .state = u,
	    .arena = &u->arena,
	    .id = "upkeep",
	    .deadline_ms = UPKEEP_DEADLINE_MS,
	});
}

static void
courier_tick(evutil_socket_t fd, short what, void *argument)
{
	struct courier *courier = argument;

	(void)fd, (void)what;
	scoreboard_level(LEVEL_TURNED_AT, clock_monotonic());
	if (courier->stopping) {
		if (!courier->at_work && mailing_idle(courier->mailing) &&
		    logout_calls_idle(courier->logouts) &&
		    callback_calls_idle(courier->callbacks))
			event_base_loopbreak(courier->base);
		else if (clock_monotonic() > courier->stop_by_us)
			_exit(0); /* what hangs is begun anew */
	}
	mailing_turn(courier->mailing);
	logout_calls_turn(courier->logouts);
	callback_calls_turn(courier->callbacks);
	if (!courier->stopping && !courier->at_work &&
	    store_ready(courier->store) && clock_monotonic() >= courier->due_us)
		upkeep_begin(courier);
}

static void
courier_stop(void *context)
{
	struct courier *courier = context;

	courier->stopping = true;
	courier->stop_by_us = clock_monotonic() + STOP_PATIENCE_US;
	mailing_stop(courier->mailing);
	logout_calls_stop(courier->logouts);
	callback_calls_stop(courier->callbacks);
	courier_tick(-1, 0, courier);
}

static void
courier_terminate(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	courier_stop(argument);
}

static bool
courier_reload(void *context)
{
	struct courier *courier = context;

	if (!courier->start.read(&courier->start))
		return false;
	mailing_use_keys(courier->mailing, courier->start.keys);
	return true;
}

static const struct lifeline_ops courier_lifeline = {
	.reload = courier_reload,
	.leave = courier_stop,
	.orphaned = courier_stop,
};

int
courier_run(const struct courier_start *start, int channel)
{
	static const struct timeval period = { 0, TICK_US };
	/* applications, and whoever resolves their names, listen anywhere */
	static const struct confine_ports ports = { .any = true };
	struct courier courier = { .start = *start };
	struct lifeline *lifeline;

	smtp_begin();
	confine(&ports);
	courier.base = event_base_new();
	if (courier.base == NULL)
		abort(); /* out of memory or descriptors */
	courier.store = store_new(courier.base, &start->store);
	courier.mailing =
	    mailing_new(courier.base, courier.store, &start->mailing);
	mailing_use_keys(courier.mailing, start->keys);
	courier.logouts =
	    logout_calls_new(courier.base, courier.store, &start->outbound);
	courier.callbacks = callback_calls_new(
	    courier.base, start->lines, start->line_count, &start->outbound);
	courier.terminate =
	    evsignal_new(courier.base, SIGTERM, courier_terminate, &courier);
	courier.tick =
	    event_new(courier.base, -1, EV_PERSIST, courier_tick, &courier);
	lifeline =
	    lifeline_new(courier.base, channel, &courier_lifeline, &courier);
	event_add(courier.terminate, NULL);
	process_may_stop();
	event_add(courier.tick, &period);
	event_base_loop(courier.base, EVLOOP_NO_EXIT_ON_EMPTY);

	lifeline_free(lifeline);
	event_free(courier.terminate);
	event_free(courier.tick);
	mailing_free(courier.mailing);
	logout_calls_free(courier.logouts);
	callback_calls_free(courier.callbacks);
	if (courier.start.keys != start->keys) /* of a reload */
		keys_free(courier.start.keys);
	store_free(courier.store);
	event_base_free(courier.base);
	libevent_global_shutdown();
	return 0;
}
