/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small answers: is the server alive; and what the other processes are told of
 * this gate.
 */
#include "web/status.h"

#include "loop/clock.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "store/store.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/snapshot.h"

bool
gate_ready(const struct gate *gate)
{
	return !gate->draining && store_ready(gate->store) &&
	       snapshot_usable(gate);
}

void
gate_report(const struct gate *gate)
{
	bool has_registry = gate->registry != NULL;

	scoreboard_level(LEVEL_TURNED_AT, clock_monotonic());
	scoreboard_level(LEVEL_DRAINING, gate->draining);
	scoreboard_level(
	    LEVEL_GENERATION, has_registry ? gate->generation.number : 0);
	scoreboard_level(LEVEL_ACTIVE_KEY, gate->generation.active_key);
	scoreboard_level(LEVEL_KEY_HELD, snapshot_usable(gate));
}

static enum flow_next
health_answer(struct flow *f)
{
	return reply_text(
	    request_of(f), 200, STR("text/plain;charset=UTF-8"), STR("ok\n"));
}

const struct flow_step health_show[] = {
	FLOW_STEP(health_answer),
	FLOW_END,
};
