/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translation files and Accept-Language under any bytes.
 *
 * Any text is read or refused with a line number; with the other line ends it
 * is the same catalogue.  And any words can be written as an entry, and are
 * what is found.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/messages.h"

enum {
	TEXT_MOST = 1 << 20
};

static struct messages *
messages_of(struct str po)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1 << 16);
	struct messages *messages = messages_parse(po, &why);

	demand((messages == NULL) == (why.len > 0));
	demand(messages != NULL || str_starts(buf_str(&why), STR("line ")));
	return messages;
}

/* "\r\n" for every "\n" that has no "\r" yet. */
static void
other_line_ends(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\n' && (i == 0 || text.at[i - 1] != '\r'))
			buf_char(out, '\r');
		buf_char(out, text.at[i]);
	}
}

static void
demand_same_found(
    const struct messages *one, const struct messages *other, struct str key)
{
	struct str text = messages_find(one, key);
	struct str again = messages_find(other, key);

	demand((text.at == NULL) == (again.at == NULL));
	demand(str_equal(text, again));
	demand(str_is_utf8(text));
}

/* What stands between the first quotes of every line may be a key. */
static void
demand_same_catalogue(
    const struct messages *one, const struct messages *other, struct str po)
{
	struct str line, before, key;

	while (po.len > 0) {
		str_cut(po, '\n', &line, &po);
		if (str_cut(line, '"', &before, &line) &&
		    str_cut(line, '"', &key, &line))
			demand_same_found(one, other, key);
	}
}

static void
read_both_ways(struct str po)
{
	CLEANUP(buf_clear) struct buf changed = BUF_INIT(TEXT_MOST);
	struct messages *one = messages_of(po), *other;

	other_line_ends(po, &changed);
	other = messages_of(buf_str(&changed));
	demand((one == NULL) == (other == NULL));
	if (one != NULL)
		demand_same_catalogue(one, other, po);
	messages_free(one);
	messages_free(other);
}

static void
quoted_write(struct buf *out, struct str text)
{
	buf_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];

		if (letter == '"' || letter == '\\')
			buf_char(out, '\\');
		if (letter == '\n')
			buf_words(out, "\\n");
		else
			buf_char(out, letter);
	}
	buf_words(out, "\"\n");
}

/* The first line as key, the rest as its translation. */
static void
write_and_find(struct str text)
{
	CLEANUP(buf_clear) struct buf po = BUF_INIT(TEXT_MOST);
	struct str key = input_line(&text);
	struct messages *messages;

	buf_words(&po, "# a comment\nmsgid ");
	quoted_write(&po, key);
	buf_words(&po, "msgstr ");
	quoted_write(&po, text);
	messages = messages_of(buf_str(&po));
	demand(messages != NULL);
	if (key.len > 0 && text.len > 0)
		demand(str_equal(messages_find(messages, key), text));
	messages_free(messages);
}

static void
choose(struct str header)
{
	static const struct str languages[] = { STR_INIT("en"), STR_INIT("fr"),
		STR_INIT("nl"), STR_INIT("pt-BR") };
	static const struct str none[] = { STR_INIT("xx") };
	size_t place = messages_choose(header, languages, COUNT_OF(languages));

	demand(place <= COUNT_OF(languages));
	demand(messages_choose(header, none, COUNT_OF(none)) <= 1);
	demand(messages_choose(header, languages, 0) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct str text = { (const char *)input, size };

	if (size > TEXT_MOST / 8)
		return 0;
	read_both_ways(text);
	if (str_is_utf8(text))
		write_and_find(text);
	choose(text);
	return 0;
}
