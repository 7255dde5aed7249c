/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /login as requestor (GET) and as acceptor (POST), and /enter, the click of
 * who wants to be asked before each application.
 */
#ifndef WEB_PAGES_LOGIN_H
#define WEB_PAGES_LOGIN_H

#include "loop/flow.h"
#include "store/generation.h"
#include "store/sessions.h"
#include "web/destination.h"
#include "web/email_code.h"
#include "web/pages/login_form.h"
#include "web/password_try.h"
#include "web/second_step.h"
#include "web/sign_in.h"

struct login_show_state {
	struct destination to;
	bool renew;
	bool gateway;
	struct session_found found;
	struct generation generation;
	bool asked; /* who it is: for a policy, or for the application */
	bool weighed; /* there is a policy to ask */
	bool refused; /* the application is not for them */
	struct second_step second;
	enum sign_in_step step; /* what the session lacks */
	struct sign_in_start start; /* if it lacks something */
};

struct login_submit_state {
	struct destination to;
	bool renew;
	struct login_boxes ticked;
	struct password_try tried;
	struct generation generation;
	struct second_step second;
	bool right; /* the password was */
	enum sign_in_step step; /* if it was: what comes next */
	struct sign_in_start start;
	struct sign_in_end end;
	struct email_sending sending;
};

extern const struct flow_step login_show[], login_submit[], login_enter[],
    login_enter_show[];

#endif
