/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new ticket on its way to the application: in its address, in a form that
 * the browser posts there, or in a field of the answer (cas.md 1.2, `method`).
 *
 * The only caller of grant_ticket() for browsers: what is handed over is made
 * in the moment of the answer and stands nowhere else.
 */
#ifndef WEB_HAND_OVER_H
#define WEB_HAND_OVER_H

#include <stdint.h>

#include "loop/flow.h"

struct destination;
struct request;

struct hand_over {
	int64_t session; /* its number; it is living, and enough */
	bool from_new_login; /* the password was given for this ticket */
	const struct destination *to; /* its service is registered */
};

enum flow_next hand_over_reply(struct request *, const struct hand_over *);

#endif
