/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a registry out of rows on a thread, for a flow.
 */
#include "web/registry_work.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/memory.h"
#include "cas/registry.h"
#include "loop/flow.h"
#include "store/row_set.h"
#include "store/store.h"
#include "workers/pool.h"

struct registry_item {
	struct pool_item item;
	struct flow *flow;
	struct row_set *rows;
	int64_t generation;
	struct registry *made; /* NULL: a row does not fit */
	struct registry **into;
};

static void
registry_item_work(struct pool_item *item)
{
	struct registry_item *r = (struct registry_item *)item;
	struct arena arena = ARENA_INIT;
	struct row_list list;

	if (row_set_read(r->rows, &arena, &list))
		r->made = registry_new(list.items, list.count, r->generation);
	arena_clear(&arena);
	row_set_free(r->rows);
	r->rows = NULL;
}

static void
registry_item_finished(struct pool_item *item)
{
	struct registry_item *r = (struct registry_item *)item;
	struct flow *f = r->flow;
	const char *trouble = NULL;

	if (r->made != NULL)
		*r->into = r->made;
	else
		trouble = "a service in the registry does not fit";
	if (trouble != NULL)
		log_plain(LOG_ERROR, trouble);
	free(r);
	flow_answered(f, trouble);
}

/* A refusal is not told inside the call that asked either. */
static void
registry_item_refused(evutil_socket_t fd, short what, void *argument)
{
	struct registry_item *r = argument;
	struct flow *f = r->flow;

	(void)fd, (void)what;
	row_set_free(r->rows);
	free(r);
	flow_answered(f, "no room among the workers");
}

void
registry_work_build(struct pool *pool, struct flow *f, struct row_set *rows,
    int64_t generation, struct registry **into)
{
	static const struct timeval at_once = { 0, 0 };
	struct registry_item *r = memory_new(sizeof(*r));

	*r = (struct registry_item){
		.item = { .work = registry_item_work,
		    .finished = registry_item_finished },
		.flow = f,
		.rows = rows,
		.generation = generation,
		.into = into,
	};
	flow_asked(f, "registry work");
	if (!pool_submit(pool, &r->item) &&
	    event_base_once(flow_base(f), -1, EV_TIMEOUT, registry_item_refused,
		r, &at_once) != 0)
		abort(); /* out of memory */
}
