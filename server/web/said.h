/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next page has to say about what was just done.
 *
 * A form is answered with a redirection, and the page behind it tells what
 * really happened.  The word goes along in a cookie: in the address anybody
 * could put words into our mouth, and a reload would say them again.
 */
#ifndef WEB_SAID_H
#define WEB_SAID_H

#include <stdint.h>

struct request;

enum said {
	SAID_NOTHING,
	SAID_CONFIRMED, /* it is you: go on */
	SAID_SESSIONS_ENDED, /* with their number */
	SAID_ENDED_ALREADY,
	SAID_NO_OTHERS, /* there was nothing to end */
	SAID_BROWSERS_FORGOTTEN, /* with their number */
	SAID_FORGOTTEN_ALREADY, /* nothing was trusted any more */
	SAID_GENERATOR_REMOVED,
	SAID_GENERATOR_GONE, /* there was none any more */
	SAID_BROWSER_NAMED,
	SAID_NAME_REFUSED, /* too long, or not text; nothing was done */
	SAID_FORM_EXPIRED, /* nothing was done */
	SAID_COUNT,
};

/* For the page that this answer leads to; the number is at least 0. */
void said_put(struct request *, enum said, int64_t number);

/* What is to be said, once; the number only if it is not SAID_NOTHING. */
enum said said_take(struct request *, int64_t *number);

#endif
