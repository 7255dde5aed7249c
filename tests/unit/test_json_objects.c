/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of a long JSON text: where they begin and end, however it is cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/json_objects.h"

enum {
	SEEN_LIMIT = 4 * 1024 * 1024
};

/* Objects as "LINE:<text>" one behind the other. */
static bool
note_object(void *state, struct str object, uint64_t line)
{
	struct buf *seen = state;

	buf_number(seen, line);
	buf_words(seen, ":<");
	buf_text(seen, object);
	buf_char(seen, '>');
	return true;
}

static bool
read_in_pieces(struct str text, size_t piece, struct buf *seen, struct buf *why)
{
	struct json_objects *reader = json_objects_new(note_object, seen, why);
	bool fine = true, ended;

	while (text.len > 0 && fine) {
		struct str first = str_first(text, piece);

		fine = json_objects_feed(reader, first);
		text = str_from(text, first.len);
	}
	ended = json_objects_end(reader);
	assert_int_equal(ended, why->len == 0);
	assert_int_equal(json_objects_feed(reader, STR("")), ended);
	assert_true(fine || !ended);
	json_objects_free(reader);
	return why->len == 0;
}

#define NEITHER \
	"this is neither a list of JSON objects nor one object behind the " \
	"other"

struct reading {
	struct str text;
	const char *seen;
	const char *why;
};

static const struct reading readings[] = {
	{ STR_INIT(""), "", NULL },
	{ STR_INIT(" \r\n\t"), "", NULL },
	{ STR_INIT("[]"), "", NULL },
	{ STR_INIT(" [ ] \n"), "", NULL },
	{ STR_INIT("{}"), "1:<{}>", NULL },
	{ STR_INIT("[{}]"), "1:<{}>", NULL },
	{ STR_INIT("[{},\n{}]"), "1:<{}>2:<{}>", NULL },
	{ STR_INIT("{}\n{}\n\n{}"), "1:<{}>2:<{}>4:<{}>", NULL },
	{ STR_INIT("{}{}"), "1:<{}>1:<{}>", NULL },
	{ STR_INIT("[{\"a\":\n[{}]}\n,{\"b\":1}]"),
	    "1:<{\"a\":\n[{}]}>3:<{\"b\":1}>", NULL },
	{ STR_INIT("{\"}\":\"{[\\\"}\\\\\"}"), "1:<{\"}\":\"{[\\\"}\\\\\"}>",
	    NULL },
	/* brackets are counted, not matched: the parser refuses it */
	{ STR_INIT("{]"), "1:<{]>", NULL },
	{ STR_INIT("x"), "", "line 1: " NEITHER },
	{ STR_INIT("\n\n5"), "", "line 3: " NEITHER },
	{ STR_INIT("\"{}\""), "", "line 1: " NEITHER },
	{ STR_INIT("\xef\xbb\xbf{}"), "", "line 1: " NEITHER },
	{ STR_INIT("{},{}"), "1:<{}>", "line 1: " NEITHER },
	{ STR_INIT("{}]"), "1:<{}>", "line 1: " NEITHER },
	{ STR_INIT("{}["), "1:<{}>", "line 1: " NEITHER },
	{ STR_INIT("[[{}]]"), "", "line 1: " NEITHER },
	{ STR_INIT("[,{}]"), "", "line 1: " NEITHER },
	{ STR_INIT("[{},]"), "1:<{}>", "line 1: " NEITHER },
	{ STR_INIT("[{} {}]"), "1:<{}>", "line 1: " NEITHER },
	{ STR_INIT("[{},,{}]"), "1:<{}>", "line 1: " NEITHER },
	{ STR_INIT("[]{}"), "", "line 1: " NEITHER },
	{ STR_INIT("[]]"), "", "line 1: " NEITHER },
	{ STR_INIT("["), "",
	    "line 1: the list is not closed: \"]\" is missing" },
	{ STR_INIT("[{}\n"), "1:<{}>",
	    "line 2: the list is not closed: \"]\" is missing" },
	{ STR_INIT("[{},"), "1:<{}>",
	    "line 1: the list is not closed: \"]\" is missing" },
	{ STR_INIT("{}\n{\"a\":\n"), "1:<{}>",
	    "line 2: an object begins and never ends" },
	{ STR_INIT("{\"}"), "", "line 1: an object begins and never ends" },
	{ STR_INIT("{\"\\\"}"), "", "line 1: an object begins and never ends" },
};

static void
objects_are_found_however_they_are_cut(void **state)
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

/* Deep nesting costs nothing: depth is a number. */
static void
limits_hold(void **state)
{
	CLEANUP(buf_clear) struct buf seen = BUF_INIT(SEEN_LIMIT);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	char *text = memory_new(JSON_OBJECT_LONGEST + 1);
	size_t half = JSON_OBJECT_LONGEST / 2;

	(void)state;
	memset(text, '{', half);
	memset(text + half, '}', half);
	assert_true(read_in_pieces(
	    (struct str){ text, JSON_OBJECT_LONGEST }, 4096, &seen, &why));
	assert_int_equal(seen.len, JSON_OBJECT_LONGEST + strlen("1:<>"));
	memset(text, '{', half + 1);
	text[JSON_OBJECT_LONGEST] = '}';
	assert_false(read_in_pieces(
	    (struct str){ text, JSON_OBJECT_LONGEST + 1 }, 4096, &seen, &why));
	assert_string_equal(
	    buf_cstr(&why), "line 1: an object has more than 262144 bytes");
	free(text);
}

static bool
stop_at_once(void *state, struct str object, uint64_t line)
{
	size_t *calls = state;

	(void)object, (void)line;
	++*calls;
	return false;
}

static void
a_taker_may_stop(void **state)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	size_t calls = 0;
	struct json_objects *reader =
	    json_objects_new(stop_at_once, &calls, &why);

	(void)state;
	assert_false(json_objects_feed(reader, STR("{}{}x")));
	assert_false(json_objects_feed(reader, STR("{}")));
	assert_false(json_objects_end(reader));
	assert_int_equal(calls, 1);
	assert_int_equal(why.len, 0);
	json_objects_free(reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_found_however_they_are_cut),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_taker_may_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
