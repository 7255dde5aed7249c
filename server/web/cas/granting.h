/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pgtUrl`: an application that validates a ticket asks for a proxy-granting
 * ticket as well (cas.md 1.8), which is sent to that address.
 *
 * Part of a validation, behind the redemption: the ticket is spent by then
 * whatever comes of it.  Nothing is stored before the application answered 200.
 */
#ifndef WEB_CAS_GRANTING_H
#define WEB_CAS_GRANTING_H

#include "store/proxy_grants.h"
#include "web/grant.h"

struct flow;
struct request;
struct validate_state;

struct granting {
	struct str url; /* as it was given; empty: nothing is asked for */
	struct proxy_granting made;
	struct str proxies; /* with this one, as in cas/proxy_chain.h */
	bool called;
	bool taken; /* the application answered 200 */
	struct proxy_grant_added added;
};

/* Each is a part of a step of a validation that was not refused so far, and may
 * refuse it.  The first has the application called; the second writes down that
 * it has the ticket; the third says how it went. */
void granting_call(struct request *, struct flow *, struct validate_state *);
void granting_keep(struct request *, struct flow *, struct validate_state *);
void granting_judge(struct validate_state *);

/* What the answer says of it; empty: nothing. */
struct str granting_iou(const struct granting *);

#endif
