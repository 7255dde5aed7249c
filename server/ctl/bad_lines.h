/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a file that were not taken: the first on standard error, all of
 * them in a CSV file if one is wanted.
 *
 * Lines are found bad in two places, as they are read and by the database a
 * little later; they are told in order, settled batch by batch.
 */
#ifndef CTL_BAD_LINES_H
#define CTL_BAD_LINES_H

#include <stdio.h>

#include "base/arena.h"
#include "base/memory.h"

struct buf;
struct progress;

struct bad_line {
	uint64_t line;
	struct str login; /* as the file has it; may be absent */
	struct str why;
};

struct bad_lines {
	uint64_t total; /* settled ones */
	FILE *file; /* NULL: none is wanted */
	struct bad_line *waiting;
	size_t count; /* of those waiting */
	size_t room;
	struct arena texts;
};

/* A new file with mode 0600, or none for NULL; false and a sentence. */
bool bad_lines_open(
    struct bad_lines *, const char *path, struct buf *why) MUST_CHECK;

void bad_lines_add(struct bad_lines *, const struct bad_line *);

/* Tells those that wait, by line. */
void bad_lines_settle(struct bad_lines *, struct progress *);

/* How many were not told; false and a sentence if the file is not whole. */
bool bad_lines_end(struct bad_lines *, struct buf *why) MUST_CHECK;

void bad_lines_clear(struct bad_lines *);

#endif
