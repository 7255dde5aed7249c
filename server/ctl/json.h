/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `--json` prints.  A jansson object that cannot be made ends the
 * process: there is no memory left.
 */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <jansson.h>

#include "base/str.h"

struct buf;

/* Text that is UTF-8, as everything from the database is. */
json_t *json_words(struct str text);

/* "2026-11-23T06:00:00Z", microseconds dropped; null for 0. */
json_t *json_time(int64_t at);

/* A json column, parsed. */
json_t *json_column(struct str text);

/* Takes the value over. */
void json_append(json_t *list, json_t *value);
void json_put(json_t *object, const char *name, json_t *value);

/* Prints to standard output and frees. */
void json_print(json_t *);

/* Appends compactly and frees: a value for the database. */
void json_write(struct buf *out, json_t *);

#endif
