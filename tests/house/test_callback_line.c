/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line between a gate and the courier: whole messages or none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/callback_line.h"

struct ends {
	int gate, courier;
};

static struct ends
line_open(void)
{
	int ends[2];

	assert_true(channel_open(ends));
	return (struct ends){ ends[0], ends[1] };
}

static void
line_close(struct ends line)
{
	close(line.gate);
	close(line.courier);
}

static void
test_questions_and_answers(void **state)
{
	static char longest[CALLBACK_URL_LONGEST + 1];
	struct ends line = line_open();
	struct callback_question question = { UINT64_MAX, -5,
		{ longest, CALLBACK_URL_LONGEST } };
	struct callback_question heard;
	struct callback_answer answer = { 7, true }, told = { 0, false };
	char url[CALLBACK_URL_LONGEST];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_true(callback_ask_line(line.gate, &question));
	question.url = STR("https://a/");
	question.number = 1;
	assert_true(callback_ask_line(line.gate, &question));
	question.url = (struct str){ longest, CALLBACK_URL_LONGEST + 1 };
	assert_false(callback_ask_line(line.gate, &question));
	question.url = STR("");
	assert_false(callback_ask_line(line.gate, &question));

	assert_int_equal(
	    callback_hear_question(line.courier, &heard, url), CHANNEL_GOT);
	assert_true(heard.number == UINT64_MAX && heard.by_us == -5);
	assert_int_equal(heard.url.len, CALLBACK_URL_LONGEST);
	assert_memory_equal(heard.url.at, longest, CALLBACK_URL_LONGEST);
	assert_int_equal(
	    callback_hear_question(line.courier, &heard, url), CHANNEL_GOT);
	assert_true(heard.number == 1);
	assert_true(str_equal(heard.url, STR("https://a/")));
	assert_int_equal(
	    callback_hear_question(line.courier, &heard, url), CHANNEL_EMPTY);

	assert_int_equal(callback_hear_answer(line.gate, &told), CHANNEL_EMPTY);
	assert_true(callback_answer_line(line.courier, &answer));
	assert_int_equal(callback_hear_answer(line.gate, &told), CHANNEL_GOT);
	assert_true(told.number == 7 && told.taken);
	line_close(line);
}

/* Nobody honest says these; whoever hears them listens no more. */
static void
test_what_is_no_message(void **state)
{
	static const char junk[CALLBACK_URL_LONGEST + 100];
	static const size_t sizes[] = { 1, 8, 16, CALLBACK_URL_LONGEST + 17,
		sizeof(junk) };
	struct callback_question question;
	struct callback_answer answer;
	char url[CALLBACK_URL_LONGEST];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct ends line = line_open();

		assert_int_equal(send(line.gate, junk, sizes[i], 0), sizes[i]);
		assert_int_equal(
		    callback_hear_question(line.courier, &question, url),
		    CHANNEL_CLOSED);
		if (sizes[i] != sizeof(answer)) {
			assert_int_equal(
			    send(line.courier, junk, sizes[i], 0), sizes[i]);
			assert_int_equal(
			    callback_hear_answer(line.gate, &answer),
			    CHANNEL_CLOSED);
		}
		line_close(line);
	}
}

static void
test_nobody_at_the_other_end(void **state)
{
	struct ends line = line_open();
	const struct callback_question question = { 1, 1, STR("https://a/") };
	struct callback_answer answer;

	(void)state;
	close(line.courier);
	assert_false(callback_ask_line(line.gate, &question));
	assert_int_equal(
	    callback_hear_answer(line.gate, &answer), CHANNEL_CLOSED);
	close(line.gate);
}

/* Who does not listen is not waited for. */
static void
test_a_full_line_takes_no_more(void **state)
{
	struct ends line = line_open();
	const struct callback_question question = { 1, 1, STR("https://a/") };
	unsigned taken = 0;

	(void)state;
	while (callback_ask_line(line.gate, &question))
		assert_true(++taken < 100000);
	assert_true(taken > 10);
	line_close(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions_and_answers),
		cmocka_unit_test(test_what_is_no_message),
		cmocka_unit_test(test_nobody_at_the_other_end),
		cmocka_unit_test(test_a_full_line_takes_no_more),
	};

	return cmocka_run_group_tests_name("callback_line", tests, NULL, NULL);
}
