/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of people.
 */
#include "ctl/account_source.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "ctl/account_columns.h"
#include "text/csv.h"
#include "text/json_objects.h"

enum {
	PIECE_SIZE = 64 * 1024,
	REASON_LONGEST = 2048,
};

static const struct {
	struct str name; /* what --format takes; files end with "." and it */
	enum account_format format;
} source_formats[] = {
	{ STR_INIT("csv"), FORMAT_CSV },
	{ STR_INIT("json"), FORMAT_JSON },
	{ STR_INIT("jsonl"), FORMAT_JSON_LINES },
	{ STR_INIT("ndjson"), FORMAT_JSON_LINES },
};

struct source {
	const struct account_takers *takers;
	void *state;
	struct buf *why;
	struct csv_reader *csv;
	struct account_columns *columns; /* NULL before the first line */
	struct json_objects *json;
	bool stopped; /* by a taker, not by a mistake */
};

static bool
format_ends(struct str path, struct str name)
{
	return path.len > name.len && path.at[path.len - name.len - 1] == '.' &&
	       str_equal_nocase(str_from(path, path.len - name.len), name);
}

bool
account_format_choose(struct str given, struct str path,
    enum account_format *format, struct buf *why)
{
	for (size_t i = 0; i < COUNT_OF(source_formats); i++) {
		struct str name = source_formats[i].name;

		if (given.at != NULL ? !str_equal(given, name)
				     : !format_ends(path, name))
			continue;
		*format = source_formats[i].format;
		return true;
	}
	buf_words(why, given.at != NULL
			   ? "--format is csv, json or jsonl"
			   : "the name of the file does not tell what is in "
			     "it; --format csv, json or jsonl does");
	return false;
}

/* Notes that a taker wants no more. */
static bool
source_go_on(struct source *s, bool more)
{
	s->stopped |= !more;
	return more;
}

static bool
source_take_record(void *state, const struct csv_record *record)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(REASON_LONGEST);
	struct source *s = state;
	json_t *person;

	if (s->columns == NULL) {
		s->columns = account_columns_read(record, s->why);
		return s->columns != NULL;
	}
	person = account_columns_person(s->columns, record, &why);
	if (person != NULL)
		return source_go_on(
		    s, s->takers->person(s->state, person, record->line));
	return source_go_on(
	    s, s->takers->bad(s->state, record->line, buf_str(&why)));
}

static bool
source_take_object(void *state, struct str text, uint64_t line)
{
	struct source *s = state;
	json_error_t trouble;
	json_t *person =
	    json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, &trouble);

	if (person != NULL)
		return source_go_on(
		    s, s->takers->person(s->state, person, line));
	/* its text would repeat what stands there, a password maybe */
	buf_format(s->why, "line %llu, column %d: this is not JSON",
	    (unsigned long long)line + (unsigned long long)trouble.line - 1,
	    trouble.column);
	if (json_error_code(&trouble) == json_error_duplicate_key)
		buf_words(s->why, ": a name stands twice in an object");
	return false;
}

static bool
source_feed(struct source *s, struct str piece)
{
	return s->csv != NULL ? csv_feed(s->csv, piece)
			      : json_objects_feed(s->json, piece);
}

static bool
source_end(struct source *s)
{
	if (s->csv == NULL)
		return json_objects_end(s->json);
	if (!csv_end(s->csv))
		return false;
	if (s->columns == NULL)
		buf_words(s->why, "the file is empty: its first line names "
				  "the columns");
	return s->columns != NULL;
}

static ssize_t
source_read_piece(int fd, char *piece)
{
	ssize_t got;

	do
		got = read(fd, piece, PIECE_SIZE);
	while (got < 0 && errno == EINTR);
	return got;
}

static enum source_outcome
source_read_all(struct source *s, int fd, char *piece)
{
	uint64_t bytes = 0;
	ssize_t got;

	while ((got = source_read_piece(fd, piece)) > 0) {
		bytes += (uint64_t)got;
		if (!source_feed(s, (struct str){ piece, (size_t)got }))
			return s->stopped ? SOURCE_STOPPED : SOURCE_CROOKED;
		if (!s->takers->moved(s->state, bytes))
			return SOURCE_STOPPED;
	}
	if (got < 0) {
		buf_format(s->why, "cannot read the file: %s", strerror(errno));
		return SOURCE_UNREADABLE;
	}
	if (source_end(s))
		return SOURCE_DONE;
	return s->stopped ? SOURCE_STOPPED : SOURCE_CROOKED;
}

enum source_outcome
account_source_read(int fd, enum account_format format,
    const struct account_takers *takers, void *state, struct buf *why)
{
	struct source s = { .takers = takers, .state = state, .why = why };
	char *piece = memory_new(PIECE_SIZE);
	enum source_outcome outcome;

	if (format == FORMAT_CSV)
		s.csv = csv_reader_new(source_take_record, &s, why);
	else
		s.json = json_objects_new(source_take_object, &s, why);
	outcome = source_read_all(&s, fd, piece);
	csv_reader_free(s.csv);
	json_objects_free(s.json);
	account_columns_free(s.columns);
	bytes_wipe(piece, PIECE_SIZE);
	free(piece);
	return outcome;
}
