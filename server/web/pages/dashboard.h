/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages on which people look after their account: the dashboard, which is
 * what the server's own address shows, what they end there, and what happened.
 */
#ifndef WEB_PAGES_DASHBOARD_H
#define WEB_PAGES_DASHBOARD_H

#include "loop/flow.h"
#include "store/activity.h"
#include "store/owner_browsers.h"
#include "store/owner_sessions.h"
#include "store/store.h"
#include "web/browser.h"
#include "web/owner.h"

struct dashboard_state {
	struct owner_state owner;
	struct row_list generators;
	struct row_list browsers;
	struct row_list sessions;
	struct row_list applications;
	struct row_list activity;
	struct activity sign_in_before;
};

struct session_end_state {
	struct owner_state owner;
	int64_t number; /* 0: all others */
	struct owner_sessions_ended ended;
};

struct browser_forget_state {
	struct owner_state owner;
	struct str id; /* STR_NONE: all */
	struct owner_browsers_forgotten forgotten;
};

struct browser_name_state {
	struct owner_state owner;
	struct owner_browser_named named;
};

struct activity_state {
	struct owner_state owner;
	int64_t below; /* the row that the page before ended with */
	struct row_list activity;
};

extern const struct flow_step dashboard_show[], session_end[],
    sessions_end_others[], browser_forget[], browsers_forget_all[],
    browser_name[], activity_show[];

#endif
