/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sign-in page and its neighbours, as both halves of /login show them.
 */
#ifndef WEB_PAGES_LOGIN_FORM_H
#define WEB_PAGES_LOGIN_FORM_H

#include "loop/flow.h"
#include "web/destination.h"

struct request;

enum login_problem {
	LOGIN_NO_PROBLEM,
	LOGIN_WRONG,
	LOGIN_INCOMPLETE,
	LOGIN_EXPIRED,
	LOGIN_COOKIES_OFF,
	LOGIN_WAIT,
};

/* What people choose besides name and password. */
struct login_boxes {
	bool warn; /* to be asked before each further application */
	bool stay; /* to stay signed in for long */
};

struct login_form {
	const struct destination *to;
	struct str username;
	bool renew;
	struct login_boxes ticked; /* as they were in the last try */
	enum login_problem problem;
	int64_t wait_until; /* for LOGIN_WAIT */
};

enum flow_next login_form_reply(struct request *, const struct login_form *);

/* May anybody stay signed in for long who comes from there? */
bool login_offers_stay(const struct request *, bool renew);

/* "You are about to enter": there is no ticket before the click. */
enum flow_next login_warning_reply(
    struct request *, const struct destination *);

/* The application is not registered: no form that would post to it. */
enum flow_next login_unregistered_reply(
    struct request *, const struct destination *);

#endif
