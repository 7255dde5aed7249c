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
#include "loop/log_limit.h"
#include "loop/process.h"
#include "store/ports.h"
#include "web/configuration.h"
#include "web/snapshot.h"
#include "web/status_port.h"
#include "web/touches.h"
#include "workers/pool.h"

enum {
	DRAIN_PATIENCE_US = 10 * 1000000,
	ALONE_PATIENCE_US = 3 * 1000000,
};

struct gate_life {
	struct gate gate;
	int ready_fd;
	struct event *terminate;
	struct event *tick; /* looks whether the gate is ready, or drained */
	int64_t drain_began_us;
	int code;
};

/* Often while something is awaited, else now and then. */
static void
gate_tick_again(struct gate_life *life)
{
	static const struct timeval soon = { 0, 20 * 1000 }, later = { 1, 0 };
	bool awaited = life->ready_fd >= 0 || life->gate.draining;

	event_add(life->tick, awaited ? &soon : &later);
}

static void
gate_drain(evutil_socket_t fd, short what, void *argument)
{
	struct gate_life *life = argument;

	(void)fd, (void)what;
	if (life->gate.draining)
		return;
	life->gate.draining = true;
	gate_report(&life->gate);
	life->drain_began_us = clock_monotonic();
	http_server_drain(life->gate.server);
	gate_tick_again(life);
}

static void
gate_tell_ready(struct gate_life *life)
{
	if (life->ready_fd < 0 || !gate_ready(&life->gate))
		return;
	if (write(life->ready_fd, "r", 1) == 1)
		log_plain(LOG_INFO, "gate ready");
	close(life->ready_fd);
	life->ready_fd = -1;
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
		gate_drain(-1, 0, life);
	}
	if (gate->draining)
		gate_end_if_drained(life);
}

static void
gate_life_begin(struct gate_life *life, const struct gate_start *start)
{
	struct gate *gate = &life->gate;
	struct http_handler handler = gate_handler(gate);

	gate->configuration = configuration_ref(start->configuration);
	gate->base = event_base_new();
	if (gate->base == NULL)
		abort(); /* out of memory or descriptors */
	gate->store = store_new(gate->base, &start->store);
	gate->touches = touches_new(gate);
	gate->hashing = pool_new(gate->base, start->hashing_threads,
	    gate->configuration->hashing_queue);
	gate->server =
	    http_server_new(gate->base, &gate->configuration->http, &handler);
	http_server_listen(gate->server, start->listener);
	gate->status_server =
	    status_server_new(gate->base, start->status_listener);
	life->terminate = evsignal_new(gate->base, SIGTERM, gate_drain, life);
	life->tick = evtimer_new(gate->base, gate_tick, life);
	event_add(life->terminate, NULL);
	process_may_stop();
	gate_tick_again(life);
}

static void
gate_life_end(struct gate_life *life)
{
	struct gate *gate = &life->gate;

	event_free(life->terminate);
	event_free(life->tick);
	http_server_free(gate->server);
	http_server_free(gate->status_server);
	touches_free(gate->touches);
	pool_free(gate->hashing);
	store_free(gate->store);
	registry_unref(gate->registry);
	configuration_unref(gate->configuration);
	event_base_free(gate->base);
	libevent_global_shutdown();
}

int
gate_run(const struct gate_start *start, int ready_fd)
{
	const struct confine_ports ports = store_ports(start->store.conninfo);
	struct gate_life life = { .ready_fd = ready_fd };

	confine(&ports);
	gate_life_begin(&life, start);
	snapshot_keep(&life.gate);
	event_base_loop(life.gate.base, EVLOOP_NO_EXIT_ON_EMPTY);
	gate_life_end(&life);
	return life.code;
}
