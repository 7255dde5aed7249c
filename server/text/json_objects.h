/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where each object of a long JSON text begins and ends, given in pieces: one
 * array of objects, or objects one behind the other (JSON lines).
 *
 * Only brackets and strings are looked at; whether an object is right inside
 * is for whoever parses it.  So a text of any size needs the room of its
 * largest object.
 */
#ifndef TEXT_JSON_OBJECTS_H
#define TEXT_JSON_OBJECTS_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct json_objects;

enum {
	JSON_OBJECT_LONGEST = 256 * 1024 /* bytes */
};

/* `line` is where the object begins, from 1.  False stops the reader. */
typedef bool json_objects_take(void *state, struct str object, uint64_t line);

/* `why` gets "line 3: ...". */
struct json_objects *json_objects_new(
    json_objects_take *, void *state, struct buf *why);
void json_objects_free(struct json_objects *); /* wipes */

/*
 * Takes the next bytes, cut anywhere.  False, and for all later calls too,
 * after a mistake or when the taker stopped; then `why` is left alone.
 */
bool json_objects_feed(struct json_objects *, struct str bytes) MUST_CHECK;

/* There are no more bytes. */
bool json_objects_end(struct json_objects *) MUST_CHECK;

#endif
