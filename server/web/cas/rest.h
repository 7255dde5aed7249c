/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The REST endpoints: programs that take names and passwords themselves.
 *
 *	POST   /v1/tickets	name and password: a session and its handle
 *	POST   /v1/tickets/TGT	a ticket for an application
 *	GET    /v1/tickets/TGT	does it live?
 *	DELETE /v1/tickets/TGT	ends it
 *	POST   /v1/users	name and password: who is it?
 *
 * They answer where a setting wants them to, applications get tickets of them
 * where their row in the registry says so, and there is no second step: whom a
 * policy would ask for one gets nothing.
 */
#ifndef WEB_CAS_REST_H
#define WEB_CAS_REST_H

#include "store/generation.h"
#include "store/sessions.h"
#include "web/destination.h"
#include "web/password_try.h"
#include "web/second_step.h"
#include "web/sign_in.h"

/* POST /v1/tickets, and /v1/users, which opens nothing. */
struct rest_enter_state {
	struct password_try tried;
	struct destination to; /* of /v1/users: whose attributes are told */
	struct generation generation;
	struct second_step second;
	bool right; /* the password was */
	bool passes; /* and nothing else is asked for */
	bool not_admitted; /* but the application is not for them */
	struct sign_in_start start;
	struct session_grant grant;
};

/* Behind /v1/tickets/. */
struct rest_ticket_state {
	struct destination to;
	struct session_found found;
	struct second_step second;
	bool weighed; /* there is a policy to ask */
	bool not_admitted; /* the application is not for them */
	struct session_ended ended;
};

extern const struct flow_step rest_enter[], rest_user[], rest_grant[],
    rest_show[], rest_leave[];

/* False, and has answered, if there are no such endpoints here, or the
 * parameters are not to be trusted. */
bool rest_begin(struct request *) MUST_CHECK;

/* The registry knows it, and that it gets tickets by REST. */
bool rest_allows(const struct destination *);

/* The decision is that they may pass as they are. */
bool rest_passes(const struct second_step *);

enum flow_next rest_reply_not_allowed(
    struct request *, const struct destination *);

/* What the policy wants is more than a program can give. */
enum flow_next rest_reply_more(struct request *, const struct second_step *);

/* The application is not for this person. */
enum flow_next rest_reply_not_admitted(
    struct request *, const struct destination *);

/* It wants the password for every ticket, and here is none. */
enum flow_next rest_reply_not_fresh(
    struct request *, const struct destination *);

#endif
