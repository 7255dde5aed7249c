/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long JSON text cut into its objects.
 */
#include "text/json_objects.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"

enum json_place {
	JSON_START, /* nothing but blanks yet */
	JSON_LINES, /* between two objects that no array holds */
	JSON_ARRAY_START, /* behind the "[" */
	JSON_ARRAY_NEXT, /* behind a comma: an object must come */
	JSON_ARRAY_COMMA, /* behind an object: a comma or the "]" */
	JSON_ARRAY_END, /* behind the "]" */
	JSON_INSIDE, /* of an object */
	JSON_STRING, /* of a string in it */
	JSON_ESCAPE, /* behind a backslash in it */
	JSON_OVER,
};

struct json_objects {
	json_objects_take *take;
	void *owner;
	struct buf *why;
	enum json_place place;
	bool in_array;
	size_t depth;
	uint64_t line;
	uint64_t first_line; /* of this object */
	struct buf text;
};

struct json_objects *
json_objects_new(json_objects_take *take, void *owner, struct buf *why)
{
	struct json_objects *r = memory_new(sizeof(*r));

	r->take = take;
	r->owner = owner;
	r->why = why;
	r->line = 1;
	r->text = (struct buf)BUF_INIT(JSON_OBJECT_LONGEST);
	return r;
}

void
json_objects_free(struct json_objects *r)
{
	if (r == NULL)
		return;
	buf_clear(&r->text);
	free(r);
}

static void
json_refuse(struct json_objects *r, const char *what)
{
	buf_format(r->why, "line %" PRIu64 ": %s", r->line, what);
	r->place = JSON_OVER;
}

static void
json_open(struct json_objects *r)
{
	buf_reset(&r->text);
	r->first_line = r->line;
	r->depth = 0;
	r->place = JSON_INSIDE;
}

static void
json_close(struct json_objects *r)
{
	r->place = r->in_array ? JSON_ARRAY_COMMA : JSON_LINES;
	if (!r->take(r->owner, buf_str(&r->text), r->first_line))
		r->place = JSON_OVER;
}

/* A byte that is no blank, between objects. */
static void
json_between(struct json_objects *r, char byte)
{
	bool object_may_come =
	    r->place != JSON_ARRAY_COMMA && r->place != JSON_ARRAY_END;

	if (byte == '{' && object_may_come) {
		json_open(r);
	} else if (byte == '[' && r->place == JSON_START) {
		r->in_array = true;
		r->place = JSON_ARRAY_START;
	} else if (byte == ',' && r->place == JSON_ARRAY_COMMA) {
		r->place = JSON_ARRAY_NEXT;
	} else if (byte == ']' && (r->place == JSON_ARRAY_COMMA ||
				      r->place == JSON_ARRAY_START)) {
		r->place = JSON_ARRAY_END;
	} else {
		json_refuse(r, "this is neither a list of JSON objects nor one "
			       "object behind the other");
	}
}

/* A byte of an object, outside of its strings. */
static void
json_inside(struct json_objects *r, char byte)
{
	if (byte == '"')
		r->place = JSON_STRING;
	else if (byte == '{' || byte == '[')
		r->depth++;
	else if ((byte == '}' || byte == ']') && --r->depth == 0)
		json_close(r);
}

static void
json_step(struct json_objects *r, char byte)
{
	switch (r->place) {
	case JSON_INSIDE:
		json_inside(r, byte);
		break;
	case JSON_STRING:
		if (byte == '"')
			r->place = JSON_INSIDE;
		else if (byte == '\\')
			r->place = JSON_ESCAPE;
		break;
	case JSON_ESCAPE:
		r->place = JSON_STRING;
		break;
	default:
		break;
	}
}

static bool
json_is_inside(const struct json_objects *r)
{
	return r->place == JSON_INSIDE || r->place == JSON_STRING ||
	       r->place == JSON_ESCAPE;
}

static void
json_byte(struct json_objects *r, char byte)
{
	static const struct str blanks = STR_INIT(" \t\r\n");

	if (!json_is_inside(r) && str_find(blanks, byte) == blanks.len)
		json_between(r, byte);
	if (json_is_inside(r)) {
		buf_char(&r->text, byte);
		if (buf_ok(&r->text))
			json_step(r, byte);
		else
			json_refuse(r, "an object has more than 262144 bytes");
	}
	if (byte == '\n')
		r->line++;
}

bool
json_objects_feed(struct json_objects *r, struct str bytes)
{
	for (size_t i = 0; i < bytes.len && r->place != JSON_OVER; i++)
		json_byte(r, bytes.at[i]);
	return r->place != JSON_OVER;
}

bool
json_objects_end(struct json_objects *r)
{
	if (json_is_inside(r)) {
		buf_format(r->why,
		    "line %" PRIu64 ": an object begins and never ends",
		    r->first_line);
		r->place = JSON_OVER;
	} else if (r->place == JSON_ARRAY_START ||
		   r->place == JSON_ARRAY_NEXT ||
		   r->place == JSON_ARRAY_COMMA) {
		json_refuse(r, "the list is not closed: \"]\" is missing");
	}
	return r->place != JSON_OVER;
}
