/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translations: the part of the .po format that keys need.
 *
 * Plural forms and contexts are refused and not skipped: a translator who
 * writes one expects it to work.  An empty or fuzzy translation counts as
 * missing, as everywhere in gettext.
 */
#include "text/messages.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
	MOST_TEXT = 1 << 20,
	SHOWN_LINE = 60
};

struct message {
	struct str key;
	struct str text;
	size_t line; /* of its msgid */
};

struct messages {
	struct message *all; /* sorted by key */
	size_t count;
	size_t capacity;
	char *memory; /* what keys and texts point into */
};

enum part {
	PART_NONE,
	PART_KEY,
	PART_TEXT
};

/* Keys and texts are unescaped into `memory`, which is as long as the file. */
struct po_reader {
	struct messages *messages;
	struct buf *why;
	size_t line;
	size_t used; /* bytes of memory */
	enum part part; /* which one a further string continues */
	bool fuzzy; /* a comment has said so */
	struct message current;
};

static bool
fail(const struct po_reader *reader, const char *problem, struct str text)
{
	buf_format(reader->why, "line %zu: %s", reader->line, problem);
	if (text.at != NULL)
		buf_format(reader->why, " \"%.*s\"",
		    STR_ARGS(str_first(text, SHOWN_LINE)));
	return false;
}

static void
keep(struct messages *messages, struct message message)
{
	if (messages->count == messages->capacity) {
		messages->capacity = messages->capacity * 2 + 64;
		messages->all = memory_resize(
		    messages->all, messages->capacity * sizeof(*messages->all));
	}
	messages->all[messages->count++] = message;
}

/* A line that cannot continue the entry has come. */
static bool
finish_entry(struct po_reader *reader)
{
	const struct message *current = &reader->current;

	if (reader->part == PART_KEY)
		return fail(reader, "no msgstr for", current->key);
	if (reader->part == PART_TEXT && !reader->fuzzy &&
	    current->key.len > 0 && current->text.len > 0)
		keep(reader->messages, *current);
	if (reader->part == PART_TEXT)
		reader->fuzzy = false;
	reader->part = PART_NONE;
	reader->current = (struct message){ .line = reader->line };
	return true;
}

static char
unescape(char letter)
{
	switch (letter) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '"':
	case '\\':
		return letter;
	default:
		return '\0';
	}
}

/* Adds the content of a quoted string to the end of `to`. */
static bool
read_string(struct po_reader *reader, struct str quoted, struct str *to)
{
	char *memory = reader->messages->memory;
	size_t last = quoted.len - 1;

	if (quoted.len < 2 || quoted.at[0] != '"' || quoted.at[last] != '"')
		return fail(reader, "not a string in quotes:", quoted);
	if (to->at == NULL)
		to->at = memory + reader->used;
	for (size_t i = 1; i < last; i++) {
		char letter = quoted.at[i];

		if (letter == '"')
			return fail(reader, "a quote inside:", quoted);
		if (letter == '\\') {
			i++;
			letter = i < last ? unescape(quoted.at[i]) : '\0';
		}
		if (letter == '\0')
			return fail(reader, "unknown escape in", quoted);
		memory[reader->used++] = letter;
		to->len++;
	}
	return true;
}

static bool
read_comment(struct po_reader *reader, struct str line)
{
	static const struct str fuzzy = STR_INIT("fuzzy");
	struct str flag;

	if (!finish_entry(reader))
		return false;
	if (!str_starts(line, STR("#,")))
		return true;
	line = str_from(line, 2);
	do {
		str_cut(line, ',', &flag, &line);
		if (str_equal(str_trim(flag), fuzzy))
			reader->fuzzy = true;
	} while (line.len > 0);
	return true;
}

static bool
read_key(struct po_reader *reader, struct str quoted)
{
	if (!finish_entry(reader))
		return false;
	reader->part = PART_KEY;
	return read_string(reader, quoted, &reader->current.key);
}

static bool
read_text(struct po_reader *reader, struct str quoted)
{
	if (reader->part != PART_KEY)
		return fail(reader, "msgstr without msgid", STR_NONE);
	reader->part = PART_TEXT;
	return read_string(reader, quoted, &reader->current.text);
}

static bool
read_more(struct po_reader *reader, struct str quoted)
{
	if (reader->part == PART_KEY)
		return read_string(reader, quoted, &reader->current.key);
	if (reader->part == PART_TEXT)
		return read_string(reader, quoted, &reader->current.text);
	return fail(reader, "a string that belongs to nothing:", quoted);
}

static bool
read_line(struct po_reader *reader, struct str line)
{
	struct str word, rest;

	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	line = str_trim(line);
	if (line.len == 0)
		return finish_entry(reader);
	if (line.at[0] == '#')
		return read_comment(reader, line);
	if (line.at[0] == '"')
		return read_more(reader, line);
	rest = str_from(line, str_find(line, '"'));
	word = str_trim(str_first(line, line.len - rest.len));
	if (str_equal(word, STR("msgid")))
		return read_key(reader, rest);
	if (str_equal(word, STR("msgstr")))
		return read_text(reader, rest);
	if (str_equal(word, STR("msgctxt")))
		return fail(reader, "contexts are not supported", STR_NONE);
	if (str_equal(word, STR("msgid_plural")) ||
	    str_starts(word, STR("msgstr[")))
		return fail(reader, "plural forms are not supported", STR_NONE);
	return fail(reader, "not understood:", line);
}

static int
compare_keys(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.at, b.at, len);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

static int
compare_messages(const void *a, const void *b)
{
	const struct message *first = a, *second = b;

	return compare_keys(first->key, second->key);
}

static bool
sort_messages(struct po_reader *reader)
{
	const struct messages *messages = reader->messages;

	if (messages->count > 1)
		qsort(messages->all, messages->count, sizeof(*messages->all),
		    compare_messages);
	for (size_t i = 1; i < messages->count; i++) {
		const struct message *one = &messages->all[i - 1];
		const struct message *other = &messages->all[i];

		if (!str_equal(one->key, other->key))
			continue;
		reader->line =
		    one->line > other->line ? one->line : other->line;
		return fail(reader, "a second msgid", one->key);
	}
	return true;
}

static bool
read_all(struct po_reader *reader, struct str po)
{
	struct str line;
	bool more = true;

	if (po.len > MOST_TEXT)
		return fail(reader, "longer than a megabyte", STR_NONE);
	if (!str_is_utf8(po))
		return fail(reader, "not UTF-8", STR_NONE);
	while (more) {
		more = str_cut(po, '\n', &line, &po);
		reader->line++;
		if (!read_line(reader, line))
			return false;
	}
	return finish_entry(reader) && sort_messages(reader);
}

struct messages *
messages_parse(struct str po, struct buf *why)
{
	struct messages *messages = memory_new(sizeof(*messages));
	struct po_reader reader = { .messages = messages, .why = why };

	messages->memory = memory_new(po.len);
	if (read_all(&reader, po))
		return messages;
	messages_free(messages);
	return NULL;
}

void
messages_free(struct messages *messages)
{
	if (messages == NULL)
		return;
	free(messages->all);
	free(messages->memory);
	free(messages);
}

struct str
messages_find(const struct messages *messages, struct str key)
{
	struct message wanted = { .key = key };
	const struct message *found = NULL;

	if (key.len > 0 && messages->count > 0)
		found = bsearch(&wanted, messages->all, messages->count,
		    sizeof(*messages->all), compare_messages);
	return found != NULL ? found->text : STR_NONE;
}
