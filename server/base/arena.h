/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of one request: everything goes at once, wiped, at the end.
 *
 * Nothing is freed singly.  Clean-ups registered with arena_on_clear() run
 * first, newest first, so that they may still use arena memory.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena_block;
struct arena_cleanup;

struct arena {
	struct arena_block *newest;
	struct arena_cleanup *cleanups;
};

#define ARENA_INIT \
	{ \
		NULL, NULL \
	}

/* Runs the clean-ups, wipes and frees; the arena is empty and usable again. */
void arena_clear(struct arena *);

/* Zeroed and aligned for any type; never NULL. */
void *arena_alloc(struct arena *, size_t size);

/* A copy with a NUL behind it that is not counted in the length. */
struct str arena_text(struct arena *, struct str text);

/* The parts one after the other, and a NUL behind; quicker than a format. */
struct str arena_join(struct arena *, const struct str *parts, size_t count);

struct str arena_format(struct arena *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void arena_on_clear(struct arena *, void (*cleanup)(void *), void *argument);

#endif
