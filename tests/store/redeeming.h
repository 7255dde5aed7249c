/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What trials of the store ask: a write that may be repeated, spending a
 * ticket, and a read.
 */
#ifndef TESTS_STORE_REDEEMING_H
#define TESTS_STORE_REDEEMING_H

#include "harness.h"
#include "store/tickets.h"

struct redeeming {
	struct ticket_redemption redemption;
	uint8_t random[6];
	uint8_t request[TICKETS_REQUEST_SIZE];
	struct ticket_redeemed redeemed;
};

/* Another ticket with each call. */
void redeeming_set(struct redeeming *);

/* The argument is a struct redeeming. */
void ask_redeem(struct flow *, void *argument);

/* The argument is a struct generation. */
void ask_generation(struct flow *, void *argument);

#endif
