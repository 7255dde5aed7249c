/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of services as a gate knows it.
 */
#include "web/snapshot.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/memory.h"
#include "cas/registry.h"
#include "crypto/keys.h"
#include "loop/flow.h"
#include "store/services.h"
#include "web/gate.h"
#include "web/request.h"

enum {
	WATCH_DEADLINE_MS = 5000
};

static const struct timeval watch_period = { 1, 0 };

static void
snapshot_take(struct gate *gate, const struct services_loaded *loaded)
{
	int64_t number = loaded->generation.number;

	if (gate->registry != NULL && number <= gate->generation.number)
		return;
	registry_unref(gate->registry);
	gate->registry =
	    registry_new(loaded->list.items, loaded->list.count, number);
	gate->generation = loaded->generation;
	log_event(LOG_INFO, "registry loaded", LOG_NUMBER("generation", number),
	    LOG_NUMBER("services", loaded->list.count));
}

void
snapshot_follow(struct request *rq, struct flow *f, int64_t generation)
{
	struct gate *gate = rq->gate;

	if (gate->registry == NULL || generation > gate->generation.number)
		services_load(gate->store, f, &rq->loading);
}

bool
snapshot_usable(const struct gate *gate)
{
	return gate->registry != NULL &&
	       keys_mac(gate->keys, (unsigned)gate->generation.active_key,
		   MAC_SESSION_COOKIE) != NULL;
}

bool
snapshot_settle(struct request *rq)
{
	struct gate *gate = rq->gate;

	if (rq->loading.generation.number > 0)
		snapshot_take(gate, &rq->loading);
	if (!snapshot_usable(gate))
		return false;
	if (rq->registry != gate->registry) {
		registry_unref(rq->registry);
		rq->registry = registry_ref(gate->registry);
	}
	return true;
}

const struct service *
snapshot_service(const struct request *rq, struct str canonical_url)
{
	const struct service *service;

	if (rq->registry == NULL || canonical_url.len == 0)
		return NULL;
	service = registry_find(rq->registry, canonical_url);
	return service != NULL && service->enabled ? service : NULL;
}

/* Looking for a newer generation: a flow without a request. */
struct watch {
	struct arena arena;
	struct gate *gate;
	struct generation generation;
	struct services_loaded loaded;
};

static enum flow_next
watch_read(struct flow *f)
{
	struct watch *watch = flow_state(f);

	generation_read(watch->gate->store, f, &watch->generation);
	return FLOW_NEXT;
}

static enum flow_next
watch_load(struct flow *f)
{
	struct watch *watch = flow_state(f);
	struct gate *gate = watch->gate;

	if (gate->registry == NULL ||
	    watch->generation.number > gate->generation.number)
		services_load(gate->store, f, &watch->loaded);
	return FLOW_NEXT;
}

static enum flow_next
watch_take(struct flow *f)
{
	struct watch *watch = flow_state(f);

	if (watch->loaded.generation.number > 0)
		snapshot_take(watch->gate, &watch->loaded);
	return FLOW_DONE;
}

static const struct flow_step watch_steps[] = {
	FLOW_STEP(watch_read),
	FLOW_STEP(watch_load),
	FLOW_STEP(watch_take),
	FLOW_END,
};

static void snapshot_watch(evutil_socket_t, short, void *);

static void
watch_unavailable(void *state)
{
	(void)state; /* the next look is due in a second anyway */
}

static void
watch_release(void *state)
{
	struct watch *watch = state;
	struct gate *gate = watch->gate;

	arena_clear(&watch->arena);
	free(watch);
	if (!gate->draining && event_base_once(gate->base, -1, EV_TIMEOUT,
				   snapshot_watch, gate, &watch_period) != 0)
		abort(); /* out of memory */
}

static const struct flow_ops watch_ops = {
	.unavailable = watch_unavailable,
	.release = watch_release,
};

static void
snapshot_watch(evutil_socket_t fd, short what, void *argument)
{
	struct gate *gate = argument;
	struct watch *watch;

	(void)fd, (void)what;
	if (gate->draining)
		return;
	watch = memory_new(sizeof(*watch));
	watch->gate = gate;
	flow_start(&(struct flow_start){
	    .base = gate->base,
	    .steps = watch_steps,
	    .ops = &watch_ops,
	    .state = watch,
	    .arena = &watch->arena,
	    .id = "watch",
	    .deadline_ms = WATCH_DEADLINE_MS,
	});
}

void
snapshot_keep(struct gate *gate)
{
	snapshot_watch(-1, 0, gate);
}
