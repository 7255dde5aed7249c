/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before people change anything of their account they prove once more that it
 * is they: a session left open on a shared computer shall not be enough.
 *
 * The one place that decides it.  Proof is good for ten minutes, and for the
 * session that it was given in only.
 */
#ifndef WEB_ELEVATION_H
#define WEB_ELEVATION_H

#include "base/memory.h"
#include "loop/flow.h"

struct request;
struct session;

/* Asked by everything that changes, of the session as it is in the database. */
bool change_allowed(const struct request *, const struct session *) MUST_CHECK;

/*
 * The answer where it is not: the way to proving it, and from there back to the
 * dashboard, which says that it may go on.
 */
enum flow_next change_confirm(struct request *);

#endif
