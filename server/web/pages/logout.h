/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /logout: ends the session of this browser.
 */
#ifndef WEB_PAGES_LOGOUT_H
#define WEB_PAGES_LOGOUT_H

#include "loop/flow.h"
#include "store/generation.h"
#include "store/sessions.h"
#include "store/store.h"
#include "web/destination.h"

struct logout_state {
	struct destination to;
	struct session_ended ended;
	struct generation generation;
	struct row_list left; /* of struct logout_left */
};

extern const struct flow_step logout[];

#endif
