/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small answers: is the server alive, is it ready, where does one begin.
 */
#include "web/status.h"

#include "loop/flow.h"
#include "store/store.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/snapshot.h"

static enum flow_next
home_answer(struct flow *f)
{
	struct request *rq = request_of(f);

	return reply_redirect(rq, 302, request_own_url(rq, "/login"));
}

const struct flow_step home_show[] = {
	FLOW_STEP(home_answer),
	FLOW_END,
};

bool
gate_ready(const struct gate *gate)
{
	return !gate->draining && store_ready(gate->store) &&
	       snapshot_usable(gate);
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

static enum flow_next
ready_answer(struct flow *f)
{
	struct request *rq = request_of(f);

	if (!gate_ready(rq->gate))
		return reply_error(rq, 503);
	return reply_text(
	    rq, 200, STR("text/plain;charset=UTF-8"), STR("ready\n"));
}

const struct flow_step ready_show[] = {
	FLOW_STEP(ready_answer),
	FLOW_END,
};
