/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in in progress, as a request sees it.
 *
 * Begun once the password was right, with a cookie of its own; nothing that a
 * browser sends but this cookie says whose sign-in it is.  One that is complete
 * at once never gets its cookie: its session opens in the same transaction.
 */
#ifndef WEB_SIGN_IN_H
#define WEB_SIGN_IN_H

#include "store/sign_ins.h"

struct account;
struct destination;
struct request;
struct sign_in_counters;

struct sign_in_start {
	uint8_t mac[MAC_SIZE];
	struct str cookie;
	struct sign_in_begun begun;
};

struct sign_in_first {
	const struct account *account;
	const struct sign_in_counters *counters;
	const struct destination *to;
	bool renew;
	enum sign_in_step step;
	struct str skipped; /* why no code is asked for; STR_NONE: it is */
};

/* The password was right just now: writes the row, makes the cookie. */
void sign_in_begin(struct request *, struct flow *,
    const struct sign_in_first *, struct sign_in_start *);

#endif
