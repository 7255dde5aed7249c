/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON list of texts, as the database keeps groups and prefixes.
 */
#ifndef TEXT_JSON_TEXTS_H
#define TEXT_JSON_TEXTS_H

#include "base/memory.h"
#include "base/str.h"

struct arena;

struct texts {
	const struct str *items;
	size_t count;
};

/* Into the arena.  False if it is anything else, or a text has a NUL. */
bool json_texts(struct str text, struct arena *, struct texts *out) MUST_CHECK;

#endif
