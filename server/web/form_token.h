/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forgery token of the sign-in form: no server state before the right
 * password (architecture D5).
 *
 * A browser gets a signed cookie with a random number; the form carries the
 * time it was made and a MAC over time and cookie.  Another site can neither
 * read the cookie nor make the token, and a stale form is told from a forged
 * one.
 */
#ifndef WEB_FORM_TOKEN_H
#define WEB_FORM_TOKEN_H

#include "base/memory.h"
#include "base/str.h"

struct request;

enum form_verdict {
	FORM_GOOD,
	FORM_EXPIRED, /* too old, of another browser session, or not ours */
	FORM_NO_COOKIE, /* the browser does not keep cookies */
};

/* A token for a form of this answer; sets the cookie if it has to. */
struct str form_token_new(struct request *);

/* Checks the parameter "execution"; marks the request if it is good. */
enum form_verdict form_token_verify(struct request *) MUST_CHECK;

#endif
