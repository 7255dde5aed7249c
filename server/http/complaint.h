/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines that visitors could cause as often as they like: one a second of
 * each kind, with the number of those that were left out before it.
 */
#ifndef HTTP_COMPLAINT_H
#define HTTP_COMPLAINT_H

#include <stdint.h>

struct address;

struct complaint {
	int64_t said_at_us; /* when last, by clock_monotonic() */
	int64_t unsaid; /* since then */
};

/* A warning; `client` is NULL where nobody in particular is the cause. */
void complain(struct complaint *, const char *event,
    const struct address *client, const char *why);

#endif
