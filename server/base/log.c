/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line per event.
 *
 *	level=info event="sign-in refused" user="a\"b" failures=3
 *
 * The line is visited by terminals too: characters that move the cursor or
 * turn the direction of writing are escaped like line ends are.
 */
#include "base/log.h"

#include "base/buf.h"
#include "base/memory.h"

enum {
	VALUE_LONGEST = 256, /* bytes of a value before escaping */
	LINE_LONGEST = 32768,
	LINE_USUAL = 500,
};

static struct {
	log_sink *sink;
	enum log_level least;
} destination;

void
log_set_sink(log_sink *sink, enum log_level least)
{
	destination.sink = sink;
	destination.least = least;
}

bool
log_wants(enum log_level level)
{
	return destination.sink != NULL && level >= destination.least;
}

const char *
log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_DEBUG:
		return "debug";
	case LOG_INFO:
		return "info";
	case LOG_WARNING:
		return "warning";
	case LOG_ERROR:
		return "error";
	}
	return "unknown";
}

/* Controls of both sets, line and paragraph ends, marks of direction. */
static bool
misleads(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static void
log_character(struct buf *line, struct str letter, uint32_t code)
{
	if (misleads(code)) {
		buf_format(line, "\\u%04x", (unsigned)code);
		return;
	}
	if (code == '"' || code == '\\')
		buf_char(line, '\\');
	buf_text(line, letter);
}

/* How much of it stands for itself: nearly always everything. */
static size_t
plain_length(struct str text)
{
	size_t len = 0;

	while (len < text.len && text.at[len] >= ' ' && text.at[len] < 0x7f &&
	       text.at[len] != '"' && text.at[len] != '\\')
		len++;
	return len;
}

static void
log_quoted(struct buf *line, struct str text)
{
	size_t place = plain_length(str_first(text, VALUE_LONGEST));

	buf_char(line, '"');
	buf_text(line, str_first(text, place));
	while (place < text.len && place < VALUE_LONGEST) {
		struct str rest = str_from(text, place);
		uint32_t code = 0;
		size_t len = str_utf8_first(rest, &code);

		if (place + len > VALUE_LONGEST)
			break;
		if (len == 0 && rest.at[0] != '\0') {
			buf_words(line, "\\ufffd");
			place++;
			continue;
		}
		len = len > 0 ? len : 1;
		log_character(line, str_first(rest, len), code);
		place += len;
	}
	buf_char(line, '"');
}

static void
log_number(struct buf *line, int64_t number)
{
	if (number < 0)
		buf_char(line, '-');
	buf_number(line, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void
log_head(struct buf *line, enum log_level level, const char *event)
{
	buf_words(line, "level=");
	buf_words(line, log_level_name(level));
	buf_words(line, " event=");
	log_quoted(line, str_of(event));
}

void
log_line(enum log_level level, const char *event,
    const struct log_field *fields, size_t count)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(LINE_LONGEST);

	if (!log_wants(level))
		return;
	(void)buf_reserve(&line, LINE_USUAL); /* grows once, not twice */
	log_head(&line, level, event);
	for (size_t i = 0; i < count; i++) {
		buf_char(&line, ' ');
		buf_words(&line, fields[i].name);
		buf_char(&line, '=');
		if (fields[i].is_number)
			log_number(&line, fields[i].number);
		else
			log_quoted(&line, fields[i].text);
	}
	if (!buf_ok(&line)) {
		buf_reset(&line);
		log_head(&line, level, event);
		buf_words(&line, " fields=\"too long\"");
	}
	destination.sink(level, buf_str(&line));
}
