/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV, a byte at a time.
 *
 * Our own, since libcsv has had no release for ten years, guesses instead of
 * refusing, and takes no limits.
 */
#include "text/csv.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"

enum csv_state {
	CSV_FIELD_START,
	CSV_PLAIN,
	CSV_QUOTED,
	CSV_QUOTE, /* behind a quote in a quoted field: its end, or one of two
		    */
	CSV_RETURN, /* behind a carriage return: a line feed must come */
	CSV_OVER,
};

static const char csv_mark[] = "\xef\xbb\xbf"; /* U+FEFF in UTF-8 */

enum {
	CSV_MARK_SIZE = 3
};

struct csv_reader {
	csv_take *take;
	void *owner;
	struct buf *why;
	enum csv_state state;
	unsigned marked; /* bytes of the mark seen; CSV_MARK_SIZE: past it */
	uint64_t line;
	uint64_t column;
	uint64_t first_line; /* of this record */
	uint64_t quote_line; /* where the last quoted field was opened */
	bool quoted; /* something in this record was */
	struct buf text; /* the fields of this record, one behind the other */
	size_t count;
	size_t ends[CSV_FIELDS_MOST]; /* in `text` */
	struct str fields[CSV_FIELDS_MOST];
};

struct csv_reader *
csv_reader_new(csv_take *take, void *owner, struct buf *why)
{
	struct csv_reader *r = memory_new(sizeof(*r));

	r->take = take;
	r->owner = owner;
	r->why = why;
	r->line = r->first_line = 1;
	r->text = (struct buf)BUF_INIT(CSV_RECORD_LONGEST);
	return r;
}

void
csv_reader_free(struct csv_reader *r)
{
	if (r == NULL)
		return;
	buf_clear(&r->text);
	free(r);
}

static void
csv_refuse(struct csv_reader *r, const char *what)
{
	buf_format(r->why, "line %" PRIu64 ", column %" PRIu64 ": %s", r->line,
	    r->column, what);
	r->state = CSV_OVER;
}

static void
csv_end_field(struct csv_reader *r)
{
	if (r->count == CSV_FIELDS_MOST) {
		csv_refuse(r, "a line has more than 1024 fields");
		return;
	}
	r->ends[r->count++] = r->text.len;
	r->state = CSV_FIELD_START;
}

static void
csv_give(struct csv_reader *r)
{
	const struct csv_record record = { r->fields, r->count, r->first_line };
	struct str text = buf_str(&r->text);
	size_t start = 0;

	for (size_t i = 0; i < r->count; i++) {
		r->fields[i] =
		    str_first(str_from(text, start), r->ends[i] - start);
		start = r->ends[i];
	}
	if (!r->take(r->owner, &record))
		r->state = CSV_OVER;
}

static void
csv_end_record(struct csv_reader *r)
{
	csv_end_field(r);
	if (r->state == CSV_OVER)
		return;
	if (r->count > 1 || r->text.len > 0 || r->quoted)
		csv_give(r);
	r->count = 0;
	r->quoted = false;
	buf_reset(&r->text);
	r->first_line = r->line + 1;
}

static void
csv_add(struct csv_reader *r, char byte)
{
	buf_char(&r->text, byte);
	if (!buf_ok(&r->text))
		csv_refuse(r, "a line has more than 262144 bytes");
}

/* What may stand behind a whole field; false if this does not. */
static bool
csv_separator(struct csv_reader *r, char byte)
{
	if (byte == ',')
		csv_end_field(r);
	else if (byte == '\n')
		csv_end_record(r);
	else if (byte == '\r')
		r->state = CSV_RETURN;
	else
		return false;
	return true;
}

static void
csv_open_quote(struct csv_reader *r)
{
	r->state = CSV_QUOTED;
	r->quoted = true;
	r->quote_line = r->line;
}

static void
csv_plain(struct csv_reader *r, char byte)
{
	r->state = CSV_PLAIN;
	if (byte == '"')
		csv_refuse(r, "a quote inside of a field that does not begin "
			      "with one");
	else if (!csv_separator(r, byte))
		csv_add(r, byte);
}

static void
csv_step(struct csv_reader *r, char byte)
{
	switch (r->state) {
	case CSV_FIELD_START:
		if (byte == '"')
			csv_open_quote(r);
		else
			csv_plain(r, byte);
		break;
	case CSV_PLAIN:
		csv_plain(r, byte);
		break;
	case CSV_QUOTED:
		if (byte == '"')
			r->state = CSV_QUOTE;
		else
			csv_add(r, byte);
		break;
	case CSV_QUOTE:
		if (byte == '"') {
			r->state = CSV_QUOTED;
			csv_add(r, byte);
		} else if (!csv_separator(r, byte)) {
			csv_refuse(r, "a field goes on behind its closing "
				      "quote");
		}
		break;
	case CSV_RETURN:
		if (byte == '\n')
			csv_end_record(r);
		else
			csv_refuse(r, "a carriage return without a line feed");
		break;
	case CSV_OVER:
		break;
	}
}

static void
csv_byte(struct csv_reader *r, char byte)
{
	r->column += ((unsigned char)byte & 0xc0) != 0x80;
	if (byte == '\0')
		csv_refuse(r, "a NUL: this is no text in UTF-8");
	else
		csv_step(r, byte);
	if (byte == '\n') {
		r->line++;
		r->column = 0;
	}
}

/* What looked like the beginning of a mark was none. */
static void
csv_unmark(struct csv_reader *r)
{
	unsigned seen = r->marked;

	r->marked = CSV_MARK_SIZE;
	for (unsigned i = 0; i < seen && r->state != CSV_OVER; i++)
		csv_byte(r, csv_mark[i]);
}

bool
csv_feed(struct csv_reader *r, struct str bytes)
{
	for (size_t i = 0; i < bytes.len && r->state != CSV_OVER; i++) {
		if (r->marked < CSV_MARK_SIZE &&
		    bytes.at[i] == csv_mark[r->marked]) {
			r->marked++;
			continue;
		}
		if (r->marked < CSV_MARK_SIZE)
			csv_unmark(r);
		if (r->state != CSV_OVER)
			csv_byte(r, bytes.at[i]);
	}
	return r->state != CSV_OVER;
}

bool
csv_end(struct csv_reader *r)
{
	if (r->marked < CSV_MARK_SIZE)
		csv_unmark(r);
	if (r->state == CSV_QUOTED) {
		buf_format(r->why,
		    "line %" PRIu64 ": a quote is opened and never closed",
		    r->quote_line);
		r->state = CSV_OVER;
	} else if (r->state == CSV_RETURN) {
		csv_refuse(r, "a carriage return without a line feed");
	} else if (r->state != CSV_OVER) {
		csv_end_record(r);
	}
	return r->state != CSV_OVER;
}

static bool
csv_needs_quotes(struct str field)
{
	static const struct str special = STR_INIT("\",\r\n");

	for (size_t i = 0; i < field.len; i++)
		if (str_find(special, field.at[i]) < special.len)
			return true;
	return str_starts(field, str_of(csv_mark)) ||
	       str_trim(field).len < field.len;
}

void
csv_write(struct buf *out, struct str field)
{
	if (!csv_needs_quotes(field)) {
		buf_text(out, field);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < field.len; i++) {
		if (field.at[i] == '"')
			buf_char(out, '"');
		buf_char(out, field.at[i]);
	}
	buf_char(out, '"');
}

void
csv_write_end(struct buf *out)
{
	struct str written = buf_str(out);

	if (written.len == 0 || written.at[written.len - 1] == '\n')
		buf_words(out, "\"\""); /* not a blank line */
	buf_words(out, "\r\n");
}
