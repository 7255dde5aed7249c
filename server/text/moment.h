/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments as people read them, in the words of a language.
 *
 * Always UTC, and the words say so.
 */
#ifndef TEXT_MOMENT_H
#define TEXT_MOMENT_H

#include <stdint.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct messages;

/* Views into the messages that they were read from. */
struct moment_words {
	struct str pattern; /* has {day} {month} {year} {time} */
	struct str first; /* the day, where it is 1 */
	struct str months[12];
};

/*
 * Reads "moment.pattern", "moment.first" and "moment.months" (twelve words with
 * blanks between), from `fallback` if `messages` lacks one.  False if one is
 * missing or has other words.
 */
bool moment_words_read(const struct messages *messages,
    const struct messages *fallback, struct moment_words *) MUST_CHECK;

/* "23 November 2026, 09:00 UTC"; microseconds since 1970 UTC. */
void moment_write(
    const struct moment_words *, int64_t microseconds, struct buf *);

/* "2026-11-23T09:00:00Z" (RFC 3339), for <time datetime>. */
void moment_write_iso(int64_t microseconds, struct buf *);

#endif
