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

#include "crypto/mac.h"

struct request;

/* The name under which failures of this account from here are counted. */
void known_browser_throttle_name(
    const struct request *, struct str login, uint8_t name[static MAC_SIZE]);

/* After a right sign-in: the answer brings the proof, or renews it. */
void known_browser_remember(struct request *, struct str login);

#endif
