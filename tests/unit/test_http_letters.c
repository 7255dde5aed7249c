/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which letters a field's name and value may have: all 256, one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "text/http.h"

static struct http_head head;

static enum http_outcome
read_whole(struct str bytes, unsigned *status)
{
	size_t looked = 0;

	*status = 0;
	return http_head_read(&head, bytes, &looked, status);
}

/* The token alphabet of RFC 9110, 5.6.2, letter by letter. */
static void
test_token_alphabet(void **state)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	(void)state;
	for (int letter = 0; letter < 256; letter++) {
		char line[] = "GET / HTTP/1.1\r\nHost: a\r\nX?Y: z\r\n\r\n";
		bool is_token = (letter >= '0' && letter <= '9') ||
				(letter >= 'A' && letter <= 'Z') ||
				(letter >= 'a' && letter <= 'z') ||
				(letter != 0 && strchr(others, letter) != NULL);
		unsigned status;
		enum http_outcome outcome;

		*strchr(line, '?') = (char)letter;
		outcome =
		    read_whole((struct str){ line, sizeof(line) - 1 }, &status);
		if (letter == ':')
			assert_int_equal(outcome, HTTP_READY);
		else
			assert_int_equal(outcome == HTTP_READY, is_token);
	}
}

/* Every byte in a value, at every place of an eight byte word. */
static void
test_value_alphabet(void **state)
{
	(void)state;
	for (int letter = 0; letter < 256; letter++) {
		for (size_t place = 0; place < 17; place++) {
			char text[] = "GET / HTTP/1.1\r\nHost: a\r\n"
				      "Value: aaaaaaaaaaaaaaaaa\r\n\r\n";
			bool clean = letter == '\t' ||
				     (letter >= 0x20 && letter != 0x7f);
			unsigned status;
			enum http_outcome outcome;

			strstr(text, "aaaa")[place] = (char)letter;
			outcome = read_whole(
			    (struct str){ text, sizeof(text) - 1 }, &status);
			assert_int_equal(outcome == HTTP_READY, clean);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_alphabet),
		cmocka_unit_test(test_value_alphabet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
