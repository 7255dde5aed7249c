/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in in progress, as a request sees it.
 */
#include "web/sign_in.h"

#include "base/memory.h"
#include "model/account.h"
#include "web/destination.h"
#include "web/gate.h"
#include "web/handle.h"
#include "web/request.h"

#define COOKIE_PREFIX STR("SIN-")

static const int64_t life_us = INT64_C(15) * 60 * 1000000;

void
sign_in_begin(struct request *rq, struct flow *f,
    const struct sign_in_first *first, struct sign_in_start *start)
{
	start->cookie =
	    handle_new(rq, MAC_SIGN_IN_COOKIE, COOKIE_PREFIX, start->mac);
	sign_ins_begin(rq->gate->store, f,
	    &(struct sign_in_beginning){
		.mac = start->mac,
		.key_id = rq->active_key,
		.account_id = first->account->id,
		.account_epoch = first->account->epoch,
		.step = first->step,
		.now = rq->now,
		.expires_at = rq->now + life_us,
		.password_at = rq->now,
		.skipped = first->skipped,
		.service_url = first->to->url,
		.renew = first->renew,
		.counters = first->counters,
	    },
	    &start->begun);
}
