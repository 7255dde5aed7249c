/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The browser that a request comes from: its number and its secret.
 *
 * The cookie is "TB-" and 66 digits of base62: 16 bytes that name the browser,
 * the generation of keys, 32 bytes of secret.  The database knows the MAC of
 * the secret.  Each secret is made of the one before, by a MAC, so that two
 * tabs that sign in at once get the same one.
 */
#ifndef WEB_BROWSER_H
#define WEB_BROWSER_H

#include "base/memory.h"
#include "crypto/mac.h"
#include "store/browsers.h"

struct flow;
struct request;

struct browser {
	bool came; /* there was a cookie that we can read */
	uint8_t id[BROWSER_ID_SIZE];
	uint8_t mac[MAC_SIZE]; /* of the secret that came */
};

/* Reads the cookie. */
void browser_read(struct request *, struct browser *);

/* As the store is asked about it. */
struct browser_presented browser_presented(
    const struct request *, const struct browser *);

/* A browser on its way to its next secret: asked in one step, given in a later
 * one. */
struct browser_next {
	bool fresh; /* a number of its own, made for this sign-in */
	uint8_t id[BROWSER_ID_SIZE];
	struct str cookie; /* if it is fresh */
	struct browser_shown shown;
};

/* One that the database has a row of shows its secret, others get a number.  In
 * the same unit as the session that opens. */
void browser_go_on(struct request *, struct flow *, const struct browser *,
    bool known, struct browser_next *);

/* Puts the cookie into the answer; one whose secret was left behind gets none
 * and loses what it has. */
void browser_cookie(
    struct request *, const struct browser *, const struct browser_next *);

#endif
