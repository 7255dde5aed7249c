/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What trials of the store ask.
 */
#include "redeeming.h"

#include <string.h>

#include "loop/clock.h"
#include "store/generation.h"

static const struct session_limits limits = { .idle_seconds = 3600,
	.longest_seconds = 36000 };

void
ask_redeem(struct flow *f, void *argument)
{
	struct redeeming *r = argument;

	tickets_redeem(harness.store, f, &r->redemption, &r->redeemed);
}

void
redeeming_set(struct redeeming *r)
{
	static uint32_t number;

	*r = (struct redeeming){ 0 };
	number++;
	memcpy(r->random, &number, sizeof(number));
	memcpy(r->request, &number, sizeof(number));
	r->redemption = (struct ticket_redemption){ .session = number,
		.issued_at = clock_now() / 1000000,
		.random = r->random,
		.request = r->request,
		.ticket = STR("ST-x"),
		.now = clock_now(),
		.limits = limits };
}

void
ask_generation(struct flow *f, void *argument)
{
	generation_read(harness.store, f, argument);
}
