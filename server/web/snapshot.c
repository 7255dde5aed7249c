/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of services, and what protects people, as a gate knows them.
 */
#include "web/snapshot.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/memory.h"
#include "cas/registry.h"
#include "cas/service_settings.h"
#include "crypto/keys.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "model/service.h"
#include "store/policies.h"
#include "store/row_set.h"
#include "store/services.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/protection.h"
#include "web/registry_work.h"
#include "web/request.h"

enum {
	LOAD_DEADLINE_MS = 20000,
	WATCH_DEADLINE_MS = 5000,
};

static const struct timeval watch_period = { 1, 0 };

/* Reading the registry: one flow a gate, whatever the number that wait. */
struct snapshot_load {
	struct arena arena;
	struct gate *gate;
	struct services_fetched fetched;
	struct row_list policies;
	struct row_list zones;
	struct registry *registry; /* made of them */
	struct protection *protection;
	bool done;
};

static bool
snapshot_is_old(const struct gate *gate, int64_t generation)
{
	return gate->registry == NULL || generation > gate->generation.number;
}

static enum flow_next
load_read(struct flow *f)
{
	struct snapshot_load *load = flow_state(f);

	services_fetch(load->gate->store, f, &load->fetched);
	policies_list(load->gate->store, f, &load->policies);
	zones_list(load->gate->store, f, &load->zones);
	return FLOW_NEXT;
}

static enum flow_next
load_build(struct flow *f)
{
	struct snapshot_load *load = flow_state(f);

	registry_work_build(load->gate->background, f, load->fetched.rows,
	    load->fetched.generation.number, &load->registry);
	load->fetched.rows = NULL;
	return FLOW_NEXT;
}

static bool
load_protection(struct snapshot_load *load)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1000);

	load->protection = protection_new(&load->policies, &load->zones, &why);
	if (load->protection == NULL)
		log_event(LOG_ERROR, "a policy does not hold",
		    LOG_TEXT("why", buf_str(&why)));
	return load->protection != NULL;
}

static enum flow_next
load_take(struct flow *f)
{
	struct snapshot_load *load = flow_state(f);
	struct gate *gate = load->gate;
	int64_t number = load->fetched.generation.number;

	load->done = load_protection(load);
	if (!load->done || !snapshot_is_old(gate, number))
		return FLOW_DONE;
	registry_unref(gate->registry);
	gate->registry = registry_ref(load->registry);
	protection_unref(gate->protection);
	gate->protection = protection_ref(load->protection);
	gate->generation = load->fetched.generation;
	scoreboard_level(
	    LEVEL_SERVICES, (int64_t)registry_count(gate->registry));
	gate_report(gate);
	log_event(LOG_INFO, "registry loaded", LOG_NUMBER("generation", number),
	    LOG_NUMBER("services", registry_count(gate->registry)));
	return FLOW_DONE;
}

static const struct flow_step load_steps[] = {
	FLOW_STEP(load_read),
	FLOW_STEP(load_build),
	FLOW_STEP(load_take),
	FLOW_END,
};

static void
load_unavailable(void *state)
{
	(void)state; /* load_release() tells those who wait */
}

static void snapshot_load_begin(struct gate *);

/*
 * Answers everybody whom this reading serves.  Who came while it was under way
 * may want a generation that it was too early for: for them it is done again.
 */
static void
load_release(void *state)
{
	struct snapshot_load *load = state;
	struct gate *gate = load->gate;
	struct snapshot_waiter *waiting = gate->waiting;
	bool done = load->done;

	row_set_free(load->fetched.rows);
	registry_unref(load->registry);
	protection_unref(load->protection);
	arena_clear(&load->arena);
	free(load);
	gate->loading = false;
	gate->waiting = NULL;
	while (waiting != NULL) {
		struct snapshot_waiter *waiter = waiting;

		waiting = waiter->next;
		if (done && snapshot_is_old(gate, waiter->generation)) {
			waiter->next = gate->waiting;
			gate->waiting = waiter;
		} else {
			flow_answered(waiter->flow,
			    done ? NULL : "the configuration cannot be read");
		}
	}
	if (gate->waiting != NULL && !gate->loading)
		snapshot_load_begin(gate);
}

static const struct flow_ops load_ops = {
	.unavailable = load_unavailable,
	.release = load_release,
};

static void
snapshot_load_begin(struct gate *gate)
{
	struct snapshot_load *load = memory_new(sizeof(*load));

	load->gate = gate;
	gate->loading = true;
	flow_start(&(struct flow_start){
	    .base = gate->base,
	    .steps = load_steps,
	    .ops = &load_ops,
	    .state = load,
	    .arena = &load->arena,
	    .id = "registry",
	    .name = STR("registry"),
	    .slow_us = gate->configuration->settings.slow_us,
	    .deadline_ms = LOAD_DEADLINE_MS,
	});
}

static void
snapshot_want(struct gate *gate, struct flow *f, int64_t generation,
    struct snapshot_waiter *waiter)
{
	if (!snapshot_is_old(gate, generation))
		return;
	*waiter = (struct snapshot_waiter){ gate->waiting, f, generation };
	gate->waiting = waiter;
	flow_asked(f, "registry");
	if (!gate->loading)
		snapshot_load_begin(gate);
}

void
snapshot_follow(struct request *rq, struct flow *f, int64_t generation)
{
	snapshot_want(rq->gate, f, generation, &rq->waiter);
}

static bool
has_keys(
    const struct configuration *configuration, const struct generation *wanted)
{
	int64_t check =
	    keys_check(configuration->keys, (unsigned)wanted->active_key);

	return check != 0 &&
	       (wanted->active_check == 0 || wanted->active_check == check) &&
	       keys_check(
		   configuration->keys, (unsigned)wanted->throttle_key) != 0;
}

bool
snapshot_usable(const struct gate *gate)
{
	return gate->registry != NULL &&
	       has_keys(gate->configuration, &gate->generation);
}

/*
 * A request that began before a new generation of keys was read goes on with
 * the one that it found active: what is made with that is still good.
 */
static bool
settle_keys(struct request *rq)
{
	const struct generation *wanted = &rq->gate->generation;

	if (has_keys(rq->configuration, wanted)) {
		rq->active_key = (unsigned)wanted->active_key;
		rq->throttle_key = (unsigned)wanted->throttle_key;
	}
	return rq->active_key > 0;
}

bool
snapshot_settle(struct request *rq)
{
	struct gate *gate = rq->gate;

	if (!snapshot_usable(gate) || !settle_keys(rq))
		return false;
	if (rq->registry != gate->registry) {
		registry_unref(rq->registry);
		rq->registry = registry_ref(gate->registry);
		protection_unref(rq->protection);
		rq->protection = protection_ref(gate->protection);
	}
	return true;
}

static bool
service_usable(const struct request *rq, const struct service *service)
{
	return service != NULL && service->enabled &&
	       service_settings_valid_at(service->settings, rq->now);
}

const struct service *
snapshot_service(const struct request *rq, struct str canonical_url)
{
	const struct service *service;

	if (rq->registry == NULL || canonical_url.len == 0)
		return NULL;
	service = registry_find(rq->registry, canonical_url);
	return service_usable(rq, service) ? service : NULL;
}

const struct service *
snapshot_service_of(const struct request *rq, int64_t id)
{
	const struct service *service;

	if (rq->registry == NULL)
		return NULL;
	service = registry_service(rq->registry, id);
	return service_usable(rq, service) ? service : NULL;
}

/* Looking for a newer generation: a flow without a request. */
struct watch {
	struct arena arena;
	struct gate *gate;
	struct generation generation;
	struct snapshot_waiter waiter;
};

static enum flow_next
watch_read(struct flow *f)
{
	struct watch *watch = flow_state(f);

	generation_read(watch->gate->store, f, &watch->generation);
	return FLOW_NEXT;
}

static enum flow_next
watch_follow(struct flow *f)
{
	struct watch *watch = flow_state(f);

	snapshot_want(watch->gate, f, watch->generation.number, &watch->waiter);
	return FLOW_NEXT;
}

static enum flow_next
watch_end(struct flow *f)
{
	(void)f;
	return FLOW_DONE;
}

static const struct flow_step watch_steps[] = {
	FLOW_STEP(watch_read),
	FLOW_STEP(watch_follow),
	FLOW_STEP(watch_end),
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
	    .name = STR("watch"),
	    .slow_us = gate->configuration->settings.slow_us,
	    .deadline_ms = WATCH_DEADLINE_MS,
	});
}

void
snapshot_keep(struct gate *gate)
{
	snapshot_watch(-1, 0, gate);
}
