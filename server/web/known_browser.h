/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers that an account has signed in from before.
 *
 * Failures are counted for each account and known browser, and once for the
 * account and all the rest of the world: so strangers who guess at a name lock
 * out strangers, never the person in front of a browser of their own.
 *
 * The proof is a cookie: a random number, and a MAC over it and the account's
 * name.  It only chooses the counter; it opens nothing.
 */
#ifndef WEB_KNOWN_BROWSER_H
#define WEB_KNOWN_BROWSER_H

#include "base/str.h"

struct request;

/*
 * The number of this browser, if it proves that the account signed in from
 * here before; else STR_NONE.  Lives as long as the request.
 */
struct str known_browser_number(struct request *, struct str login);

/* After a right sign-in: the answer brings the proof, or renews it. */
void known_browser_remember(struct request *, struct str login);

#endif
