/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free text: what operators may give, and how to show what is stored.
 *
 * Control characters could move a terminal's cursor or end a log line, and
 * marks for writing direction can make a name read as another one; so they are
 * neither taken in nor shown.
 */
#ifndef CTL_PLAIN_H
#define CTL_PLAIN_H

#include <stdio.h>

#include "base/memory.h"
#include "base/str.h"

struct arena;

/* UTF-8 of at most `most` bytes, without control and direction characters. */
bool plain_text_allowed(struct str text, size_t most) MUST_CHECK;

/* Writes with "?" for what is not allowed; gives the columns it takes. */
size_t plain_write(FILE *out, struct str text);

/* The columns that plain_write() will take. */
size_t plain_width(struct str text);

/*
 * A table with aligned columns: rows of `columns` cells, the first row is the
 * heading.
 */
void plain_table(
    FILE *out, const struct str *cells, size_t columns, size_t rows);

/* The same with one cell a row behind its name: "login:  marie". */
void plain_facts(FILE *out, const struct str *cells, size_t rows);

/* "2026-11-23 06:00:00 UTC"; `at` is microseconds since 1970 UTC. */
struct str plain_time(struct arena *, int64_t at);

#endif
