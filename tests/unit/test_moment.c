/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/messages.h"
#include "text/moment.h"

#define MONTHS "m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12"

static struct messages *
catalogue(const char *pattern, const char *first, const char *months)
{
	CLEANUP(buf_clear) struct buf po = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct messages *messages;

	buf_words(&po, "msgid \"\"\nmsgstr \"Language: xx\\n\"\n");
	if (pattern != NULL)
		buf_format(&po, "\nmsgid \"moment.pattern\"\nmsgstr \"%s\"\n",
		    pattern);
	if (first != NULL)
		buf_format(
		    &po, "\nmsgid \"moment.first\"\nmsgstr \"%s\"\n", first);
	if (months != NULL)
		buf_format(
		    &po, "\nmsgid \"moment.months\"\nmsgstr \"%s\"\n", months);
	messages = messages_parse(buf_str(&po), &why);
	assert_non_null(messages);
	return messages;
}

struct moment_case {
	int64_t seconds;
	const char *words;
	const char *iso;
};

static const struct moment_case moment_cases[] = {
	{ 0, "1er m1 1970 at 00:00 UTC", "1970-01-01T00:00:00Z" },
	{ 951782399, "28 m2 2000 at 23:59 UTC", "2000-02-28T23:59:59Z" },
	{ 951782400, "29 m2 2000 at 00:00 UTC", "2000-02-29T00:00:00Z" },
	{ 1795424461, "23 m11 2026 at 09:01 UTC", "2026-11-23T09:01:01Z" },
	{ 4102444799, "31 m12 2099 at 23:59 UTC", "2099-12-31T23:59:59Z" },
};

static void
test_moments(void **state)
{
	struct messages *messages =
	    catalogue("{day} {month} {year} at {time} UTC", "1er", MONTHS);
	struct moment_words words;

	(void)state;
	assert_true(moment_words_read(messages, messages, &words));
	for (size_t i = 0; i < COUNT_OF(moment_cases); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(128);
		CLEANUP(buf_clear) struct buf iso = BUF_INIT(128);
		int64_t moment = moment_cases[i].seconds * 1000000 + 999999;

		moment_write(&words, moment, &text);
		moment_write_iso(moment, &iso);
		assert_string_equal(buf_cstr(&text), moment_cases[i].words);
		assert_string_equal(buf_cstr(&iso), moment_cases[i].iso);
	}
	messages_free(messages);
}

static void
test_no_moment_is_written_out_of_bounds(void **state)
{
	struct messages *messages =
	    catalogue("{day} {month} {year}", "1", MONTHS);
	const int64_t extremes[] = { INT64_MIN, INT64_MAX, -1 };
	struct moment_words words;

	(void)state;
	assert_true(moment_words_read(messages, messages, &words));
	for (size_t i = 0; i < COUNT_OF(extremes); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(128);

		moment_write(&words, extremes[i], &text);
		moment_write_iso(extremes[i], &text);
		assert_true(buf_ok(&text));
	}
	messages_free(messages);
}

struct words_case {
	const char *pattern;
	const char *first;
	const char *months;
	bool good;
};

static const struct words_case words_cases[] = {
	{ "{day}", "1", MONTHS, true },
	{ "no field", "1", MONTHS, true },
	{ NULL, "1", MONTHS, false },
	{ "{day}", NULL, MONTHS, false },
	{ "{day}", "1", NULL, false },
	{ "{hour}", "1", MONTHS, false },
	{ "{day", "1", MONTHS, false },
	{ "{}", "1", MONTHS, false },
	{ "{day}", "1", MONTHS " m13", false },
	{ "{day}", "1", "m1 m2", false },
};

static void
test_words_are_checked_when_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(words_cases); i++) {
		const struct words_case *c = &words_cases[i];
		struct messages *messages =
		    catalogue(c->pattern, c->first, c->months);
		struct messages *empty = catalogue(NULL, NULL, NULL);
		struct moment_words words;

		assert_int_equal(
		    moment_words_read(messages, empty, &words), c->good);
		assert_int_equal(
		    moment_words_read(empty, messages, &words), c->good);
		messages_free(messages);
		messages_free(empty);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_no_moment_is_written_out_of_bounds),
		cmocka_unit_test(test_words_are_checked_when_read),
	};

	return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
