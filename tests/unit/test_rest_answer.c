/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of the REST endpoints, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/answer.h"
#include "cas/rest_answer.h"

static void
test_the_address_is_the_action(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);

	(void)state;
	rest_answer_form(&out, STR("https://sso.example/v1/tickets/TGT-1"));
	assert_true(buf_ok(&out));
	assert_non_null(strstr(buf_cstr(&out),
	    "<form action=\"https://sso.example/v1/tickets/TGT-1\" "
	    "method=\"POST\">"));
	assert_non_null(strstr(buf_cstr(&out), "name=\"service\""));

	buf_reset(&out);
	rest_answer_form(&out, STR("x\"><script>"));
	assert_null(strstr(buf_cstr(&out), "<script>"));
}

static void
test_user(void **state)
{
	static const struct {
		struct str user, attributes, released;
		const char *expected;
	} cases[] = {
		{ STR_INIT("alice"), STR_INIT("{\"mail\":\"a@x.example\"}"),
		    STR_INIT(""), "{}" },
		{ STR_INIT("alice"), STR_INIT("{}"), STR_INIT("[\"*\"]"),
		    "{}" },
		{ STR_INIT("alice"), STR_INIT("broken"), STR_INIT("[\"*\"]"),
		    "{}" },
		{ STR_INIT("alice"),
		    STR_INIT("{\"a\":[\"1\",\"2\"],\"b\":\"\\\"\","
			     "\"c\":[],\"user\":\"x\",\"d\":\"\xc3\xa9\"}"),
		    STR_INIT("[\"*\"]"),
		    "{\"a\":[\"1\",\"2\"],\"b\":[\"\\\"\"],"
		    "\"d\":[\"\\u00e9\"]}" },
		{ STR_INIT("alice"), STR_INIT("{\"a\":\"1\",\"b\":\"2\"}"),
		    STR_INIT("[\"b\"]"), "{\"b\":[\"2\"]}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
		CLEANUP(buf_clear) struct buf expected = BUF_INIT(4096);

		rest_answer_user(
		    &out, &(struct answer_success){ .user = cases[i].user,
			      .attributes = cases[i].attributes,
			      .released = cases[i].released });
		buf_format(&expected,
		    "{\"authentication\":{\"principal\":{\"id\":\"alice\","
		    "\"attributes\":%s}}}",
		    cases[i].expected);
		assert_string_equal(buf_cstr(&out), buf_cstr(&expected));
	}
}

static void
test_refusal(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(4096);
	struct rest_refusal refusal = { .name = STR("X"), .text = STR("\"") };

	(void)state;
	rest_answer_refusal(&out, &refusal);
	assert_string_equal(buf_cstr(&out),
	    "{\"authentication_exceptions\":[\"X\"],\"message\":\"\\\"\"}");
	buf_reset(&out);
	refusal.support_code = STR("K7QM-4T");
	rest_answer_refusal(&out, &refusal);
	assert_string_equal(buf_cstr(&out),
	    "{\"authentication_exceptions\":[\"X\"],\"message\":\"\\\"\","
	    "\"support_code\":\"K7QM-4T\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_address_is_the_action),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
