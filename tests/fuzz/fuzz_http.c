/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request reader under any bytes.
 *
 * The first byte is the size of the steps in which the rest arrives (a capital
 * letter in the corpus); whatever the step, the outcome must be that of one
 * read of the whole.  Behind a chunked head the rest is read as its body.
 */
#include <string.h>

#include "fuzz.h"
#include "text/http.h"

static struct http_head head;

static void
demand_inside(struct str view, struct str bytes)
{
	demand(view.at == NULL || is_inside(view, bytes));
}

static void
demand_status(unsigned status)
{
	static const unsigned allowed[] = { 400, 405, 413, 414, 417, 431, 501,
		505 };
	bool found = false;

	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		found = found || status == allowed[i];
	demand(found);
}

static void
demand_good_head(struct str bytes)
{
	struct str text = str_first(bytes, head.size);

	demand(head.size <= bytes.len && head.size <= HTTP_HEAD_LARGEST);
	demand(str_ends(text, STR("\r\n\r\n")));
	demand(memchr(text.at, '\0', text.len) == NULL);
	demand_inside(head.target, text);
	demand_inside(head.path, text);
	demand_inside(head.query, text);
	demand_inside(head.host, text);
	demand_inside(head.cookie, text);
	demand_inside(head.content_type, text);
	demand(str_starts(head.path, STR("/")));
	demand(
	    head.target.len ==
	    head.path.len + (head.query.at != NULL ? head.query.len + 1 : 0));
	demand(head.content_length <= HTTP_BODY_LARGEST);
	demand(!head.chunked || head.content_length == 0);
	demand(head.method == HTTP_POST ||
	       (!head.chunked && head.content_length == 0));
	demand(head.field_count <= HTTP_FIELDS_MOST);
	for (size_t i = 0; i < head.field_count; i++) {
		demand_inside(head.fields[i].name, text);
		demand_inside(head.fields[i].value, text);
		demand(head.fields[i].name.len > 0);
	}
}

/* The same outcome when the bytes come `step` at a time. */
static void
demand_same_in_steps(struct str bytes, size_t step, unsigned expected_status,
    enum http_outcome expected)
{
	enum http_outcome outcome = HTTP_MORE;
	size_t looked = 0, given = 0;
	unsigned status = 0;

	while (outcome == HTTP_MORE && given < bytes.len) {
		struct str prefix;

		given = given + step < bytes.len ? given + step : bytes.len;
		prefix = str_first(bytes, given);
		outcome = http_head_read(&head, prefix, &looked, &status);
		demand(looked <= given);
	}
	demand(outcome == expected && status == expected_status);
}

/* Reads a chunked body; the status, 200 for a whole one, 0 for a part. */
static unsigned
body_read(struct str bytes, size_t step, size_t *content_size)
{
	struct http_chunks chunks = { 0 };
	size_t used = 0, given = 0;

	*content_size = 0;
	while (given < bytes.len) {
		size_t taken = 1;

		given = given + step < bytes.len ? given + step : bytes.len;
		while (taken > 0) {
			struct str rest =
			    str_from(str_first(bytes, given), used);
			struct str content;
			unsigned status = 0;
			enum http_outcome outcome = http_chunks_read(
			    &chunks, rest, &taken, &content, &status);

			if (outcome == HTTP_BAD)
				return status;
			demand(taken <= rest.len);
			demand_inside(content, str_first(rest, taken));
			*content_size += content.len;
			demand(*content_size <= HTTP_BODY_LARGEST);
			used += taken;
			if (outcome == HTTP_READY)
				return 200;
		}
	}
	return 0;
}

static void
demand_same_body(struct str bytes, size_t step)
{
	size_t whole_size, step_size;
	unsigned whole = body_read(bytes, SIZE_MAX / 2, &whole_size);

	demand(whole == body_read(bytes, step, &step_size));
	demand(whole_size == step_size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	size_t step = size > 0 && input[0] > 0x40 ? input[0] - 0x40u : 1;
	size_t looked = 0;
	unsigned status = 0;
	struct str bytes;
	enum http_outcome outcome;

	if (size == 0)
		return 0;
	bytes = (struct str){ (const char *)input + 1, size - 1 };
	outcome = http_head_read(&head, bytes, &looked, &status);
	if (outcome == HTTP_READY) {
		struct str rest = str_from(bytes, head.size);

		demand_good_head(bytes);
		if (head.chunked)
			demand_same_body(rest, step);
	}
	if (outcome == HTTP_BAD)
		demand_status(status);
	demand_same_in_steps(bytes, step, status, outcome);
	demand_same_body(bytes, step);
	return 0;
}
