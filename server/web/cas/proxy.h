/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /proxy: an application asks for a proxy ticket, with which it shows
 * itself to another one in somebody's name (cas.md 1.8).
 */
#ifndef WEB_CAS_PROXY_H
#define WEB_CAS_PROXY_H

#include "cas/answer.h"
#include "loop/flow.h"
#include "store/proxy_grants.h"
#include "web/destination.h"
#include "web/second_step.h"

struct proxy_state {
	enum answer_format format;
	struct destination to;
	bool looked; /* the ticket is worth looking up */
	struct proxy_grant_found found;
	bool weighed; /* there is a policy */
	struct second_step second;

	/* The first thing found wrong. */
	bool refused;
	enum answer_code code;
	struct str text;
};

extern const struct flow_step proxy_issue[];

#endif
