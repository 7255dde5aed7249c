/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of people, read in pieces: CSV or JSON, one person after the other.
 *
 * Needs the room of the longest line, however long the file is.
 */
#ifndef CTL_ACCOUNT_SOURCE_H
#define CTL_ACCOUNT_SOURCE_H

#include <jansson.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum account_format {
	FORMAT_CSV,
	FORMAT_JSON, /* a list of objects */
	FORMAT_JSON_LINES, /* one behind the other; read as FORMAT_JSON is */
};

/* As --format says, else as the file is called; false and a sentence. */
bool account_format_choose(struct str given, struct str path,
    enum account_format *, struct buf *why) MUST_CHECK;

/* Each gives false to stop. */
struct account_takers {
	bool (*person)(
	    void *state, json_t *, uint64_t line); /* takes it over */
	bool (*bad)(void *state, uint64_t line, struct str why);
	bool (*moved)(void *state, uint64_t bytes); /* read so far */
};

enum source_outcome {
	SOURCE_DONE,
	SOURCE_STOPPED, /* by a taker */
	SOURCE_CROOKED, /* a sentence says where */
	SOURCE_UNREADABLE,
};

enum source_outcome account_source_read(int fd, enum account_format,
    const struct account_takers *, void *state, struct buf *why);

#endif
