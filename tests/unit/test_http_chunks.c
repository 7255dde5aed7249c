/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunked bodies, each given in steps of every size, and the reasons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/http.h"

static void
repeat(struct buf *out, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_words(out, text);
}

/* The content of a chunked body, given `step` bytes more at a time. */
static unsigned
read_chunks(struct str bytes, size_t step, struct buf *content, size_t *used)
{
	struct http_chunks chunks = { 0 };
	size_t given = 0;

	*used = 0;
	while (given < bytes.len) {
		size_t taken = 1;

		given = given + step < bytes.len ? given + step : bytes.len;
		while (taken > 0) {
			struct str rest =
			    str_from(str_first(bytes, given), *used);
			struct str view;
			unsigned status = 0;
			enum http_outcome outcome = http_chunks_read(
			    &chunks, rest, &taken, &view, &status);

			if (outcome == HTTP_BAD)
				return status;
			buf_text(content, view);
			*used += taken;
			if (outcome == HTTP_READY)
				return 200;
		}
	}
	return 0;
}

static void
expect_chunks(struct str bytes, unsigned status, const char *content)
{
	for (size_t step = 1; step <= bytes.len; step++) {
		CLEANUP(buf_clear) struct buf found = BUF_INIT(200000);
		size_t used;

		if (read_chunks(bytes, step, &found, &used) != status)
			fail_msg("%.*s: not %u", STR_ARGS(bytes), status);
		if (content != NULL)
			assert_string_equal(buf_cstr(&found), content);
	}
}

static void
test_chunks(void **state)
{
	(void)state;
	expect_chunks(STR("0\r\n\r\n"), 200, "");
	expect_chunks(STR("5\r\nhello\r\n0\r\n\r\n"), 200, "hello");
	expect_chunks(
	    STR("5\r\nhello\r\n0001\r\n!\r\n0\r\n\r\nGET"), 200, "hello!");
	expect_chunks(STR("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"),
	    200, "01234567890123456789a");
	expect_chunks(STR("2\r\n\r\n\r\n0\r\n\r\n"), 200, "\r\n");
	expect_chunks(STR("5\r\nhel"), 0, "hel");
}

static void
test_bad_chunks(void **state)
{
	static const struct str texts[] = {
		STR_INIT("\r\n"),
		STR_INIT("x\r\n"),
		STR_INIT("-1\r\n"),
		STR_INIT("+1\r\n"),
		STR_INIT(" 1\r\n"),
		STR_INIT("1 \r\n"),
		STR_INIT("0x1\r\n"),
		STR_INIT("1\n"),
		STR_INIT("1\rx"),
		STR_INIT("1;a=b\r\n"),
		STR_INIT("00001\r\na\r\n"),
		STR_INIT("10000\r\n"),
		STR_INIT("00\r\n\r\n"),
		STR_INIT("0000\r\n\r\n"),
		STR_INIT("1\r\nab\r\n"),
		STR_INIT("1\r\na\n0\r\n\r\n"),
		STR_INIT("0\r\nCookie: a=b\r\n\r\n"),
		STR_INIT("0\r\n\n"),
		STR_INIT("0\n\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		expect_chunks(texts[i], 400, NULL);
}

static void
test_chunks_together(void **state)
{
	for (size_t last = 1; last <= 2; last++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(100000);
		CLEANUP(buf_clear) struct buf content = BUF_INIT(100000);
		size_t used;

		(void)state;
		for (int chunk = 0; chunk < 2; chunk++) {
			buf_words(&text, chunk == 0 ? "8000\r\n" : "7fff\r\n");
			repeat(&text, "a", chunk == 0 ? 0x8000 : 0x7fff);
			buf_words(&text, "\r\n");
		}
		buf_format(&text, "%zu\r\n", last);
		repeat(&text, "a", last);
		buf_words(&text, "\r\n0\r\n\r\n");
		assert_true(buf_ok(&text));
		assert_int_equal(
		    read_chunks(buf_str(&text), 4096, &content, &used),
		    last == 1 ? 200 : 413);
		if (last == 1) {
			assert_int_equal(content.len, HTTP_BODY_LARGEST);
			assert_int_equal(used, text.len);
		}
	}
}

static void
test_reasons(void **state)
{
	(void)state;
	assert_string_equal(http_reason(200), "OK");
	assert_string_equal(http_reason(303), "See Other");
	assert_string_equal(http_reason(400), "Bad Request");
	assert_string_equal(http_reason(505), "HTTP Version Not Supported");
	assert_string_equal(http_reason(299), "Unknown");
	assert_string_equal(http_reason(0), "Unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_bad_chunks),
		cmocka_unit_test(test_chunks_together),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
