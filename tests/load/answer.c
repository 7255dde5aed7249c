/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading answers.  Field names are compared as our server spells them.
 */
#include "answer.h"

#include <string.h>

static void
field_read(struct str line, struct answer *answer, uint64_t *length)
{
	struct str name, value;

	if (line.len == 0 || (line.at[0] != 'C' && line.at[0] != 'L') ||
	    !str_cut(line, ':', &name, &value))
		return;
	value = str_trim(value);
	if (str_equal(name, STR("Content-Length")) &&
	    !str_number(value, ANSWER_LARGEST, length))
		*length = UINT64_MAX;
	else if (str_equal(name, STR("Location")))
		answer->location = value;
	else if (str_equal(name, STR("Connection")))
		answer->closes = str_equal(value, STR("close"));
}

/* The next line without its end; false if there is none. */
static bool
line_next(struct str *head, struct str *line)
{
	if (!str_cut(*head, '\n', line, head))
		return false;
	if (str_ends(*line, STR("\r")))
		*line = str_first(*line, line->len - 1);
	return true;
}

enum answer_state
answer_read(struct str bytes, struct answer *out)
{
	const char *end = memmem(bytes.at, bytes.len, "\r\n\r\n", 4);
	uint64_t length = UINT64_MAX, status;
	struct answer answer = { 0 };
	struct str head, line;

	if (end == NULL)
		return bytes.len < ANSWER_LARGEST ? ANSWER_PARTIAL
						  : ANSWER_MALFORMED;
	head = str_first(bytes, (size_t)(end - bytes.at) + 2);
	if (!str_starts(head, STR("HTTP/1.1 ")) ||
	    !str_number(str_first(str_from(head, 9), 3), 599, &status))
		return ANSWER_MALFORMED;
	answer.status = (unsigned)status;
	answer.head = head;
	while (line_next(&head, &line))
		field_read(line, &answer, &length);
	answer.body = str_from(bytes, (size_t)(end - bytes.at) + 4);
	if (length == UINT64_MAX || answer.body.len > length)
		return ANSWER_MALFORMED;
	if (answer.body.len < length)
		return ANSWER_PARTIAL;
	*out = answer;
	return ANSWER_WHOLE;
}

struct str
answer_cookie(const struct answer *answer, struct str name)
{
	struct str head = answer->head, line, field, value, pair, text;

	while (line_next(&head, &line)) {
		if (!str_cut(line, ':', &field, &value) ||
		    !str_equal(field, STR("Set-Cookie")))
			continue;
		(void)str_cut(str_trim(value), ';', &pair, &value);
		if (str_cut(pair, '=', &field, &text) && str_equal(field, name))
			return text;
	}
	return STR_NONE;
}
