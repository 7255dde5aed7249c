/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV: what is read, what is refused and where, and that the way in which the
 * bytes are cut makes no difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/csv.h"

enum {
	SEEN_LIMIT = 4 * 1024 * 1024
};

/* Records as "LINE:[field][field]" one behind the other. */
static bool
note_record(void *state, const struct csv_record *record)
{
	struct buf *seen = state;

	buf_number(seen, record->line);
	buf_char(seen, ':');
	for (size_t i = 0; i < record->count; i++) {
		buf_char(seen, '[');
		buf_text(seen, record->fields[i]);
		buf_char(seen, ']');
	}
	return true;
}

/* Reads in pieces of `piece` bytes; false if it was refused. */
static bool
read_in_pieces(struct str text, size_t piece, struct buf *seen, struct buf *why)
{
	struct csv_reader *reader = csv_reader_new(note_record, seen, why);
	bool fine = true, ended;

	while (text.len > 0 && fine) {
		struct str first = str_first(text, piece);

		fine = csv_feed(reader, first);
		text = str_from(text, first.len);
	}
	ended = csv_end(reader);
	assert_int_equal(ended, why->len == 0);
	assert_int_equal(csv_feed(reader, STR("")), ended);
	assert_true(fine || !ended);
	csv_reader_free(reader);
	return why->len == 0;
}

struct reading {
	struct str text;
	const char *seen; /* records before the mistake, if there is one */
	const char *why; /* NULL: there is none */
};

static const struct reading readings[] = {
	{ STR_INIT(""), "", NULL },
	{ STR_INIT("\n"), "", NULL },
	{ STR_INIT("\r\n\r\n\n"), "", NULL },
	{ STR_INIT("a"), "1:[a]", NULL },
	{ STR_INIT("a,b\n"), "1:[a][b]", NULL },
	{ STR_INIT("a,b\r\nc,d\r\n"), "1:[a][b]2:[c][d]", NULL },
	{ STR_INIT("a\n\n\nb"), "1:[a]4:[b]", NULL },
	{ STR_INIT(","), "1:[][]", NULL },
	{ STR_INIT(",,\n"), "1:[][][]", NULL },
	{ STR_INIT("a,"), "1:[a][]", NULL },
	{ STR_INIT("\"\""), "1:[]", NULL },
	{ STR_INIT("\"\"\n\"\""), "1:[]2:[]", NULL },
	{ STR_INIT("\"a,b\",\"c\"\"d\""), "1:[a,b][c\"d]", NULL },
	{ STR_INIT("\"a\nb\r\nc\",d\ne"), "1:[a\nb\r\nc][d]4:[e]", NULL },
	{ STR_INIT("\"\"\"\"\"\""), "1:[\"\"]", NULL },
	{ STR_INIT(" a , b "), "1:[ a ][ b ]", NULL },
	{ STR_INIT("a;b\tc"), "1:[a;b\tc]", NULL },
	{ STR_INIT("\xff\xfe,\xc3"), "1:[\xff\xfe][\xc3]", NULL },
	{ STR_INIT("\xef\xbb\xbf"), "", NULL },
	{ STR_INIT("\xef\xbb\xbf\"a\",b"), "1:[a][b]", NULL },
	{ STR_INIT("\xef\xbb\xbf\xef\xbb\xbf"
		   "a"),
	    "1:[\xef\xbb\xbf"
	    "a]",
	    NULL },
	{ STR_INIT("\xef\xbb"), "1:[\xef\xbb]", NULL },
	{ STR_INIT("\xef,\xbb"), "1:[\xef][\xbb]", NULL },
	{ STR_INIT("a,b\"c"), "",
	    "line 1, column 4: a quote inside of a field that does not begin "
	    "with one" },
	{ STR_INIT("a\nb,\"c\"d"), "1:[a]",
	    "line 2, column 6: a field goes on behind its closing quote" },
	{ STR_INIT("\xc3\xa9\xe2\x82\xac,\"x\" "), "",
	    "line 1, column 7: a field goes on behind its closing quote" },
	{ STR_INIT("a\n\n\"b\nc"), "1:[a]",
	    "line 3: a quote is opened and never closed" },
	{ STR_INIT("\""), "", "line 1: a quote is opened and never closed" },
	{ STR_INIT("a\rb"), "",
	    "line 1, column 3: a carriage return without a line feed" },
	{ STR_INIT("\"a\"\r\r\n"), "",
	    "line 1, column 5: a carriage return without a line feed" },
	{ STR_INIT("a\r"), "",
	    "line 1, column 2: a carriage return without a line feed" },
	{ STR_INIT("a\nb\0c"), "1:[a]",
	    "line 2, column 2: a NUL: this is no text in UTF-8" },
	{ STR_INIT("\"\0\""), "",
	    "line 1, column 2: a NUL: this is no text in UTF-8" },
};

static void
texts_are_read_however_they_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(readings); i++) {
		const struct reading *r = &readings[i];

		for (size_t piece = 1; piece <= r->text.len + 1; piece++) {
			CLEANUP(buf_clear)
			struct buf seen = BUF_INIT(SEEN_LIMIT);
			CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);

			assert_int_equal(
			    read_in_pieces(r->text, piece, &seen, &why),
			    r->why == NULL);
			assert_string_equal(buf_cstr(&seen), r->seen);
			assert_string_equal(
			    buf_cstr(&why), r->why != NULL ? r->why : "");
		}
	}
}

/* Exactly as much as may be is read, one more is refused. */
static void
limits_hold(void **state)
{
	static const struct {
		char letter;
		size_t most;
		const char *why;
	} limits[] = {
		{ ',', CSV_FIELDS_MOST - 1,
		    "line 1, column 1024: a line has more than 1024 fields" },
		{ 'x', CSV_RECORD_LONGEST,
		    "line 1, column 262145: a line has more than 262144 "
		    "bytes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		CLEANUP(buf_clear) struct buf seen = BUF_INIT(SEEN_LIMIT);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
		char *text = memory_new(limits[i].most + 2);
		struct str view = { text, limits[i].most };

		memset(text, limits[i].letter, limits[i].most + 1);
		assert_true(read_in_pieces(view, 4096, &seen, &why));
		assert_true(seen.len > limits[i].most);
		view.len++;
		assert_false(read_in_pieces(view, 4096, &seen, &why));
		assert_string_equal(buf_cstr(&why), limits[i].why);
		free(text);
	}
}

static bool
stop_at_once(void *state, const struct csv_record *record)
{
	size_t *calls = state;

	(void)record;
	++*calls;
	return false;
}

static void
a_taker_may_stop(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	size_t calls = 0;
	struct csv_reader *reader = csv_reader_new(stop_at_once, &calls, &why);

	(void)state;
	assert_false(csv_feed(reader, STR("a\nb\nc\n\"")));
	assert_false(csv_feed(reader, STR("d\n")));
	assert_false(csv_end(reader));
	assert_int_equal(calls, 1);
	assert_int_equal(why.len, 0);
	csv_reader_free(reader);
}

static void
what_is_written_is_read_again(void **state)
{
	static const struct {
		struct str field;
		const char *written;
	} cases[] = {
		{ STR_INIT("plain"), "plain" },
		{ STR_INIT(""), "" },
		{ STR_INIT("a,b"), "\"a,b\"" },
		{ STR_INIT("a\"b"), "\"a\"\"b\"" },
		{ STR_INIT("\""), "\"\"\"\"" },
		{ STR_INIT("a\nb"), "\"a\nb\"" },
		{ STR_INIT("a\r"), "\"a\r\"" },
		{ STR_INIT(" a"), "\" a\"" },
		{ STR_INIT("a\t"), "\"a\t\"" },
		{ STR_INIT("a b;c"), "a b;c" },
		{ STR_INIT("\xc3\xa9"), "\xc3\xa9" },
		{ STR_INIT("\xef\xbb\xbf"
			   "a"),
		    "\"\xef\xbb\xbf"
		    "a\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf line = BUF_INIT(1024);
		CLEANUP(buf_clear) struct buf seen = BUF_INIT(1024);
		CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
		CLEANUP(buf_clear) struct buf expected = BUF_INIT(1024);

		csv_write(&line, cases[i].field);
		assert_string_equal(buf_cstr(&line), cases[i].written);
		buf_char(&line, ',');
		csv_write(&line, cases[i].field);
		csv_write_end(&line);
		assert_true(read_in_pieces(buf_str(&line), 3, &seen, &why));
		buf_format(&expected, "1:[%.*s][%.*s]",
		    STR_ARGS(cases[i].field), STR_ARGS(cases[i].field));
		assert_string_equal(buf_cstr(&seen), buf_cstr(&expected));
	}
}

static void
an_empty_field_alone_is_no_blank_line(void **state)
{
	CLEANUP(buf_clear) struct buf lines = BUF_INIT(1024);
	CLEANUP(buf_clear) struct buf seen = BUF_INIT(1024);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		csv_write(&lines, STR(""));
		csv_write_end(&lines);
	}
	assert_string_equal(buf_cstr(&lines), "\"\"\r\n\"\"\r\n");
	assert_true(read_in_pieces(buf_str(&lines), 1, &seen, &why));
	assert_string_equal(buf_cstr(&seen), "1:[]2:[]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_however_they_are_cut),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_taker_may_stop),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(an_empty_field_alone_is_no_blank_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
