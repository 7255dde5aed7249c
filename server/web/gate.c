/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a gate process.
 */
#include "web/gate.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "cas/registry.h"
#include "loop/clock.h"
#include "loop/confine.h"
#include "loop/flow.h"
#include "loop/lifeline.h"
#include "loop/log_limit.h"
#include "loop/process.h"
#include "store/ports.h"
#include "web/cas/callback.h"
#include "web/configuration.h"
#include "web/protection.h"
#include "web/snapshot.h"
#include "web/status_port.h"
#include "web/touches.h"
#include "workers/pool.h"

enum {
	DRAIN_PATIENCE_US = 10 * 1000000,
	ALONE_PATIENCE_US = 3 * 1000000,
	BACKGROUND_QUEUE = 4, /* one registry is made at a time */
};

struct gate_life {
	struct gate gate;
	const struct gate_start *start;
	struct lifeline *lifeline;
	bool told_ready;
	struct event *terminate;
	struct event *tick; /* looks whether the gate is ready, or drained */
	int64_t drain_began_us;
	int code;
};

/* Often while something is awaited, else now and then. */
static void
gate_tick_again(struct gate_life *life)
{
	static const struct timeval soon = { 0, 5 * 1000 }, later = { 1, 0 };
	bool awaited = !life->told_ready || life->gate.draining;

	event_add(life->tick, awaited ? &soon : &later);
}

static void
gate_drain(struct gate_life *life)
{
	if (life->gate.draining)
		return;
	life->gate.draining = true;
	gate_report(&life->gate);
	life->drain_began_us = clock_monotonic();
	http_server_drain(life->gate.server);
	gate_tick_again(life);
}

static void
gate_terminate(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	gate_drain(argument);
}

static void
gate_orphaned(void *context)
{
	gate_drain(context);
}

/* Others go on accepting from the sockets, this gate's own among them. */
static void
gate_leave(void *context)
{
	struct gate_life *life = context;

	for (size_t i = 0; i < life->start->listener_count; i++)
		http_server_leave(life->gate.server, life->start->listeners[i]);
	gate_drain(life);
}

static void
gate_give_back(size_t socket, void *context)
{
	struct gate_life *life = context;

	if (socket < life->start->listener_count)
		http_server_leave(
		    life->gate.server, life->start->listeners[socket]);
}

static bool
gate_reload(void *context)
{
	struct gate_life *life = context;
	struct gate *gate = &life->gate;
	struct configuration *fresh = life->start->read(life->start->context);

	if (fresh == NULL)
		return false;
	http_server_configure(gate->server, &fresh->http);
	pool_limit(gate->hashing, fresh->hashing_queue);
	configuration_unref(gate->configuration);
	gate->configuration = fresh;
	gate_report(gate); /* the keys may be others */
	return true;
}

static void
gate_adopt(size_t socket, void *context)
{
	struct gate_life *life = context;

	if (socket >= life->start->listener_count || life->gate.draining)
		return;
	gate_give_back(socket, context); /* never twice from one */
	http_server_listen(life->gate.server, life->start->listeners[socket]);
}

static const struct lifeline_ops gate_lifeline = {
	.reload = gate_reload,
	.leave = gate_leave,
	.orphaned = gate_orphaned,
	.adopt = gate_adopt,
	.give_back = gate_give_back,
};

static void
gate_tell_ready(struct gate_life *life)
{
	if (life->told_ready || !gate_ready(&life->gate))
		return;
	lifeline_tell_ready(life->lifeline);
	log_plain(LOG_INFO, "gate ready");
	life->told_ready = true;
}

/*
 * With the last connection gone nobody waits any more: what is still out, with
 * a database that does not answer, is left behind after a moment.
 */
static void
gate_end_if_drained(struct gate_life *life)
{
	struct gate *gate = &life->gate;
	int64_t waited = clock_monotonic() - life->drain_began_us;
	bool alone = http_server_connections(gate->server) == 0;

	if (flow_count() == 0 && (alone || waited > DRAIN_PATIENCE_US)) {
		event_base_loopbreak(gate->base);
	} else if (waited > (alone ? ALONE_PATIENCE_US : DRAIN_PATIENCE_US)) {
		log_event(LOG_WARNING, "left behind at the stop",
		    LOG_NUMBER("flows", flow_count()),
		    LOG_NUMBER(
			"connections", http_server_connections(gate->server)));
		_exit(alone ? life->code : 1); /* nothing can be freed safely */
	}
}

static void
gate_tick(evutil_socket_t fd, short what, void *argument)
{
	struct gate_life *life = argument;
	struct gate *gate = &life->gate;

	(void)fd, (void)what;
	gate_report(gate);
	log_limit_report();
	gate_tell_ready(life);
	gate_tick_again(life);
	if (store_trouble(gate->store) != NULL && life->code == 0) {
		life->code = PROCESS_HOPELESS;
		gate_leave(life);
	}
	if (gate->draining)
		gate_end_if_drained(life);
}

static void
gate_life_begin(struct gate_life *life, int channel)
{
	const struct gate_start *start = life->start;
	struct gate *gate = &life->gate;
	struct http_handler handler = gate_handler(gate);

	gate->configuration = configuration_ref(start->configuration);
	gate->base = event_base_new();
	if (gate->base == NULL)
		abort(); /* out of memory or descriptors */
	gate->store = store_new(gate->base, &start->store);
	gate->callbacks = callbacks_new(gate->base, start->courier_line);
	gate->touches = touches_new(gate);
	gate->hashing = pool_new(gate->base, start->hashing_threads,
	    gate->configuration->hashing_queue);
	gate->background = pool_new(gate->base, 1, BACKGROUND_QUEUE);
	gate->server =
	    http_server_new(gate->base, &gate->configuration->http, &handler);
	gate->status_server =
	    status_server_new(gate->base, start->status_listener);
	life->terminate =
	    evsignal_new(gate->base, SIGTERM, gate_terminate, life);
	life->tick = evtimer_new(gate->base, gate_tick, life);
	life->lifeline =
	    lifeline_new(gate->base, channel, &gate_lifeline, life);
	event_add(life->terminate, NULL);
	process_may_stop();
	gate_tick_again(life);
}

static void
gate_life_end(struct gate_life *life)
{
	struct gate *gate = &life->gate;

	lifeline_free(life->lifeline);
	event_free(life->terminate);
	event_free(life->tick);
	http_server_free(gate->server);
	http_server_free(gate->status_server);
	callbacks_free(gate->callbacks);
	touches_free(gate->touches);
	pool_free(gate->hashing);
	pool_free(gate->background);
	store_free(gate->store);
	registry_unref(gate->registry);
	protection_unref(gate->protection);
	configuration_unref(gate->configuration);
	event_base_free(gate->base);
	libevent_global_shutdown();
}

int
gate_run(const struct gate_start *start, int channel)
{
	const struct confine_ports ports = store_ports(start->store.conninfo);
	struct gate_life life = { .start = start };

	confine(&ports);
	gate_life_begin(&life, channel);
	snapshot_keep(&life.gate);
	event_base_loop(life.gate.base, EVLOOP_NO_EXIT_ON_EMPTY);
	gate_life_end(&life);
	return life.code;
}
