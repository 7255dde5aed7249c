/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event line: whatever is logged, it stays one honest line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/memory.h"

static char last_line[40000];
static enum log_level last_level;
static size_t line_count;

static void
keep_line(enum log_level level, struct str line)
{
	assert_true(line.len < sizeof(last_line));
	memcpy(last_line, line.at, line.len);
	last_line[line.len] = '\0';
	last_level = level;
	line_count++;
}

static void
test_no_sink(void **state)
{
	(void)state;
	log_plain(LOG_ERROR, "nobody listens");
	assert_int_equal(line_count, 0);
}

static void
test_fields(void **state)
{
	(void)state;
	log_set_sink(keep_line, LOG_DEBUG);
	log_event(LOG_INFO, "sign-in refused", LOG_TEXT("user", STR("marie")),
	    LOG_NUMBER("failures", 3), LOG_NUMBER("least", INT64_MIN),
	    LOG_TEXT("absent", STR_NONE));
	assert_string_equal(last_line,
	    "level=info event=\"sign-in refused\" user=\"marie\" failures=3 "
	    "least=-9223372036854775808 absent=\"\"");
	assert_int_equal(last_level, LOG_INFO);
	log_plain(LOG_DEBUG, "started");
	assert_string_equal(last_line, "level=debug event=\"started\"");
}

static void
test_least(void **state)
{
	size_t before = line_count;

	(void)state;
	log_set_sink(keep_line, LOG_WARNING);
	log_plain(LOG_INFO, "quiet");
	log_plain(LOG_DEBUG, "quiet");
	assert_int_equal(line_count, before);
	log_plain(LOG_WARNING, "loud");
	log_plain(LOG_ERROR, "louder");
	assert_int_equal(line_count, before + 2);
}

static void
test_escapes(void **state)
{
	static const struct {
		struct str value;
		const char *written;
	} cases[] = {
		{ STR_INIT("a\"b\\c"), "\"a\\\"b\\\\c\"" },
		{ STR_INIT("a\r\nlevel=error"),
		    "\"a\\u000d\\u000alevel=error\"" },
		{ STR_INIT("\0\x01\x1b[2J\x7f"),
		    "\"\\u0000\\u0001\\u001b[2J\\u007f\"" },
		{ STR_INIT("caf\xc3\xa9 \xf0\x9f\x98\x80"),
		    "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"" },
		{ STR_INIT("\xff"
			   "a\xc3"),
		    "\"\\ufffda\\ufffd\"" },
		{ STR_INIT("\xc0\xaf"), "\"\\ufffd\\ufffd\"" },
		{ STR_INIT("\xc2\x9b\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6"),
		    "\"\\u009b\\u2028\\u202e\\u2066\"" },
		{ STR_INIT("%n%s%x"), "\"%n%s%x\"" },
	};

	(void)state;
	log_set_sink(keep_line, LOG_DEBUG);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		log_event(LOG_INFO, "x", LOG_TEXT("v", cases[i].value));
		assert_string_equal(
		    strstr(last_line, " v=") + 3, cases[i].written);
	}
}

static void
test_cut(void **state)
{
	char text[300];

	(void)state;
	log_set_sink(keep_line, LOG_DEBUG);
	memset(text, 'a', sizeof(text));
	log_event(LOG_INFO, "x", LOG_TEXT("v", ((struct str){ text, 300 })));
	assert_int_equal(strlen(strstr(last_line, " v=") + 3), 258);
	memcpy(text + 255, "\xc3\xa9", 2);
	log_event(LOG_INFO, "x", LOG_TEXT("v", ((struct str){ text, 300 })));
	assert_int_equal(strlen(strstr(last_line, " v=") + 3), 257);
	assert_null(strchr(last_line, '\xc3'));
	memset(text, 0, sizeof(text));
	log_event(LOG_INFO, "x", LOG_TEXT("v", ((struct str){ text, 300 })));
	assert_int_equal(strlen(strstr(last_line, " v=") + 3), 256 * 6 + 2);
}

static void
test_too_many_fields(void **state)
{
	static const char zeros[256];
	struct log_field fields[30];

	(void)state;
	log_set_sink(keep_line, LOG_DEBUG);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		fields[i] = LOG_TEXT("v", ((struct str){ zeros, 256 }));
	log_line(LOG_ERROR, "flood", fields, COUNT_OF(fields));
	assert_string_equal(
	    last_line, "level=error event=\"flood\" fields=\"too long\"");
}

static void
test_level_names(void **state)
{
	(void)state;
	assert_string_equal(log_level_name(LOG_DEBUG), "debug");
	assert_string_equal(log_level_name(LOG_INFO), "info");
	assert_string_equal(log_level_name(LOG_WARNING), "warning");
	assert_string_equal(log_level_name(LOG_ERROR), "error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_sink),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_too_many_fields),
		cmocka_unit_test(test_level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
