/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who looks after their own account: the session behind a request, whether it
 * is enough to look, and whether it is enough to change something.
 *
 * To look, the policy must be content as at single sign-on.  Before people
 * change anything they prove once more that it is they, with a fresh password
 * and what else they have, since a session left open on a shared computer shall
 * not be enough.  Here is the one place that says so.
 */
#ifndef WEB_OWNER_H
#define WEB_OWNER_H

#include "base/memory.h"
#include "loop/flow.h"
#include "store/sessions.h"
#include "web/second_step.h"

struct request;

struct owner_state {
	struct session_found found;
	struct second_step second;
};

/*
 * The first steps of the pages of an account, whose state begins with a struct
 * owner_state: the session of the cookie, then what deciding needs.  Without
 * one they lead to signing in.
 */
enum flow_next owner_find(struct flow *);
enum flow_next owner_load(struct flow *);

/* The same as owner_load() for a step that asks more; false: it is no more. */
bool owner_ask_more(struct request *, struct flow *, struct owner_state *);

/* What it asked for has come, and the snapshot is settled. */
bool owner_may_look(struct request *, struct owner_state *) MUST_CHECK;
bool owner_may_change(struct request *, struct owner_state *) MUST_CHECK;

/* To set up a generator is also open to who has nothing yet, and must. */
bool owner_may_set_up(struct request *, struct owner_state *) MUST_CHECK;

/* Asked of who may change things: may the generator go, with none in its place?
 * Not if the policy forbids it, nor if nothing else were left. */
bool owner_may_remove(const struct owner_state *) MUST_CHECK;

/* The way to signing in, or to what is missing, and from there to the
 * dashboard. */
enum flow_next owner_sign_in_reply(struct request *);

/* They may look, and not change: the way to proving who they are, and from
 * there to the dashboard, which says that it may go on. */
enum flow_next owner_confirm_reply(struct request *);

#endif
