/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation answers, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/answer.h"

#define XML_START \
	"<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\n"
#define XML_END "\n</cas:serviceResponse>"
#define XML_THREE \
	"<cas:attributes>\n" \
	"<cas:authenticationDate>2026-11-23T09:00:00Z</" \
	"cas:authenticationDate>\n" \
	"<cas:longTermAuthenticationRequestTokenUsed>false" \
	"</cas:longTermAuthenticationRequestTokenUsed>\n" \
	"<cas:isFromNewLogin>true</cas:isFromNewLogin>\n"
#define XML_BODY(user, attributes) \
	XML_START "<cas:authenticationSuccess>\n<cas:user>" user \
		  "</cas:user>\n" XML_THREE attributes \
		  "</cas:attributes>\n</cas:authenticationSuccess>" XML_END
#define JSON_BODY(user, attributes) \
	"{\"serviceResponse\":{\"authenticationSuccess\":{\"user\":\"" user \
	"\",\"attributes\":{\"authenticationDate\":[\"2026-11-23T09:00:00Z\"]" \
	"," \
	"\"longTermAuthenticationRequestTokenUsed\":[false]," \
	"\"isFromNewLogin\":[true]" attributes "}}}}"

static struct answer_success
alice(void)
{
	return (struct answer_success){
		.user = STR("alice"),
		.authenticated_at = 1795424400 * INT64_C(1000000) + 999999,
		.from_new_login = true,
		.attributes =
		    STR("{\"memberOf\":[\"staff\",\"cn=lib,ou=groups\"]"
			",\"mail\":\"alice@uni.example\"}"),
		.released = STR("[\"memberOf\"]"),
	};
}

static void
assert_success(const struct answer_success *success, enum answer_format format,
    const char *expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1 << 22);

	answer_success(&out, format, success);
	assert_true(buf_ok(&out));
	assert_string_equal(buf_cstr(&out), expected);
}

static void
successes_are_exact(void **state)
{
	struct answer_success success = alice();

	(void)state;
	assert_success(&success, ANSWER_TEXT, "yes\nalice\n");
	assert_success(&success, ANSWER_XML,
	    XML_BODY("alice",
		"<cas:memberOf>staff</cas:memberOf>\n"
		"<cas:memberOf>cn=lib,ou=groups</cas:memberOf>\n"));
	assert_success(&success, ANSWER_JSON,
	    JSON_BODY(
		"alice", ",\"memberOf\":[\"staff\",\"cn=lib,ou=groups\"]"));
}

/* The whole answer, once without any macro: what clients were tried with. */
static void
xml_is_as_the_specification_shows(void **state)
{
	struct answer_success success = alice();

	(void)state;
	success.attributes = STR("{}");
	success.from_new_login = false;
	success.long_term = true;
	assert_success(&success, ANSWER_XML,
	    "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\n"
	    "<cas:authenticationSuccess>\n"
	    "<cas:user>alice</cas:user>\n"
	    "<cas:attributes>\n"
	    "<cas:authenticationDate>2026-11-23T09:00:00Z"
	    "</cas:authenticationDate>\n"
	    "<cas:longTermAuthenticationRequestTokenUsed>true"
	    "</cas:longTermAuthenticationRequestTokenUsed>\n"
	    "<cas:isFromNewLogin>false</cas:isFromNewLogin>\n"
	    "</cas:attributes>\n"
	    "</cas:authenticationSuccess>\n"
	    "</cas:serviceResponse>");
}

static void
proxying_is_exact(void **state)
{
	struct answer_success success = alice();

	(void)state;
	success.attributes = STR("{}");
	success.granting_iou = STR("PGTIOU-1");
	success.proxies = STR("https://b.example/cb?a&b\nhttps://a.example/");
	assert_success(&success, ANSWER_TEXT, "yes\nalice\n");
	assert_success(&success, ANSWER_XML,
	    XML_START
	    "<cas:authenticationSuccess>\n<cas:user>alice</"
	    "cas:user>\n" XML_THREE "</cas:attributes>\n"
	    "<cas:proxyGrantingTicket>PGTIOU-1</cas:proxyGrantingTicket>\n"
	    "<cas:proxies>\n"
	    "<cas:proxy>https://b.example/cb?a&amp;b</cas:proxy>\n"
	    "<cas:proxy>https://a.example/</cas:proxy>\n"
	    "</cas:proxies>\n"
	    "</cas:authenticationSuccess>" XML_END);
	assert_success(&success, ANSWER_JSON,
	    "{\"serviceResponse\":{\"authenticationSuccess\":{"
	    "\"user\":\"alice\",\"proxyGrantingTicket\":\"PGTIOU-1\","
	    "\"proxies\":[\"https://b.example/cb?a&b\","
	    "\"https://a.example/\"],"
	    "\"attributes\":{"
	    "\"authenticationDate\":[\"2026-11-23T09:00:00Z\"],"
	    "\"longTermAuthenticationRequestTokenUsed\":[false],"
	    "\"isFromNewLogin\":[true]}}}}");
}

static void
assert_written(struct buf *out, const char *expected)
{
	assert_true(buf_ok(out));
	assert_string_equal(buf_cstr(out), expected);
	buf_reset(out);
}

static void
proxy_answers_are_exact(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1000);

	(void)state;
	answer_proxy_success(&out, ANSWER_XML, STR("PT-1"));
	assert_written(&out,
	    XML_START "<cas:proxySuccess>\n<cas:proxyTicket>PT-1"
		      "</cas:proxyTicket>\n</cas:proxySuccess>" XML_END);
	answer_proxy_success(&out, ANSWER_JSON, STR("PT-1"));
	assert_written(&out, "{\"serviceResponse\":{\"proxySuccess\":{"
			     "\"proxyTicket\":\"PT-1\"}}}");
	answer_proxy_failure(
	    &out, ANSWER_XML, ANSWER_UNAUTHORIZED_SERVICE, STR("a<b"));
	assert_written(&out,
	    XML_START "<cas:proxyFailure code=\"UNAUTHORIZED_SERVICE\">"
		      "a&lt;b</cas:proxyFailure>" XML_END);
	answer_proxy_failure(
	    &out, ANSWER_XML, ANSWER_INVALID_PROXY_CALLBACK, STR_NONE);
	assert_written(&out,
	    XML_START "<cas:proxyFailure code=\"INVALID_PROXY_CALLBACK\">"
		      "INVALID_PROXY_CALLBACK</cas:proxyFailure>" XML_END);
	answer_proxy_failure(
	    &out, ANSWER_JSON, ANSWER_INVALID_TICKET, STR("gone"));
	assert_written(&out,
	    "{\"serviceResponse\":{\"authenticationFailure\":{"
	    "\"code\":\"INVALID_TICKET\",\"description\":\"gone\"}}}");
}

static void
failures_are_exact(void **state)
{
	static const struct {
		enum answer_format format;
		enum answer_code code;
		struct str text;
		const char *expected;
	} cases[] = {
		{ ANSWER_TEXT, ANSWER_INVALID_TICKET, STR_INIT("used"),
		    "no\n\n" },
		{ ANSWER_XML, ANSWER_INVALID_TICKET, STR_INIT("used before"),
		    XML_START "<cas:authenticationFailure "
			      "code=\"INVALID_TICKET\">used before"
			      "</cas:authenticationFailure>" XML_END },
		{ ANSWER_XML, ANSWER_INVALID_SERVICE,
		    STR_INIT("</cas:authenticationFailure>&\"'"),
		    XML_START
		    "<cas:authenticationFailure "
		    "code=\"INVALID_SERVICE\">"
		    "&lt;/cas:authenticationFailure&gt;&amp;"
		    "&quot;&#39;</cas:authenticationFailure>" XML_END },
		{ ANSWER_JSON, ANSWER_INVALID_REQUEST,
		    STR_INIT("no \"ticket\""),
		    "{\"serviceResponse\":{\"authenticationFailure\":{\"code\":"
		    "\"INVALID_REQUEST\",\"description\":\"no \\\"ticket\\\"\""
		    "}}}" },
		/* Row F26: never empty. */
		{ ANSWER_XML, ANSWER_INTERNAL_ERROR, STR_INIT(""),
		    XML_START "<cas:authenticationFailure "
			      "code=\"INTERNAL_ERROR\">INTERNAL_ERROR"
			      "</cas:authenticationFailure>" XML_END },
		{ ANSWER_JSON, ANSWER_UNAUTHORIZED_SERVICE, STR_INIT(""),
		    "{\"serviceResponse\":{\"authenticationFailure\":{\"code\":"
		    "\"UNAUTHORIZED_SERVICE\",\"description\":"
		    "\"UNAUTHORIZED_SERVICE\"}}}" },
		{ ANSWER_JSON, ANSWER_UNAUTHORIZED_SERVICE_PROXY, STR_INIT("x"),
		    "{\"serviceResponse\":{\"authenticationFailure\":{\"code\":"
		    "\"UNAUTHORIZED_SERVICE_PROXY\",\"description\":\"x\"}}}" },
		{ ANSWER_JSON, ANSWER_INVALID_TICKET_SPEC, STR_INIT("x"),
		    "{\"serviceResponse\":{\"authenticationFailure\":{\"code\":"
		    "\"INVALID_TICKET_SPEC\",\"description\":\"x\"}}}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);

		answer_failure(
		    &out, cases[i].format, cases[i].code, cases[i].text);
		assert_string_equal(buf_cstr(&out), cases[i].expected);
	}
}

/* Row E06, and no name becomes another because something was dropped. */
static void
users_that_cannot_be_sent_are_failures(void **state)
{
	static const struct str users[] = { STR_INIT("alice\nbob"),
		STR_INIT("alice\n"), STR_INIT("\nalice"), STR_INIT("alice\r"),
		STR_INIT("ali\x01"
			 "ce"),
		STR_INIT("alice\0"), STR_INIT("alice\x7f"), STR_INIT("\xff"),
		STR_INIT("\xed\xa0\x80"), STR_INIT("") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(users); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);
		struct answer_success success = alice();

		success.user = users[i];
		assert_success(&success, ANSWER_TEXT, "no\n\n");
		answer_success(&out, ANSWER_XML, &success);
		assert_non_null(
		    strstr(buf_cstr(&out), "code=\"INTERNAL_ERROR\""));
		buf_reset(&out);
		answer_success(&out, ANSWER_JSON, &success);
		assert_non_null(
		    strstr(buf_cstr(&out), "\"code\":\"INTERNAL_ERROR\""));
	}
}

/* Rows F24, F28 and T067. */
static void
special_characters_are_escaped(void **state)
{
	struct answer_success success = alice();

	(void)state;
	success.user = STR("<\xc3\xa9&\xf0\x9f\x90\xb4\"'>");
	success.attributes = STR("{\"a\":\"]]><b>&\\\"'\\u00e9\\ud83d\\udc34"
				 "\\u0001\\ufffe\\n\"}");
	success.released = STR("[\"*\"]");
	assert_success(
	    &success, ANSWER_TEXT, "yes\n<\xc3\xa9&\xf0\x9f\x90\xb4\"'>\n");
	assert_success(&success, ANSWER_XML,
	    XML_BODY("&lt;&#233;&amp;&#128052;&quot;&#39;&gt;",
		"<cas:a>]]&gt;&lt;b&gt;&amp;&quot;&#39;&#233;&#128052;&#10;"
		"</cas:a>\n"));
	assert_success(&success, ANSWER_JSON,
	    JSON_BODY("<\\u00e9&\\ud83d\\udc34\\\"'>",
		",\"a\":[\"]]><b>&\\\"'\\u00e9\\ud83d\\udc34\\u0001\\ufffe"
		"\\u000a\"]"));
}

struct release {
	const char *attributes, *released, *xml, *json;
};

static const struct release releases[] = {
	/* Row F23: nothing released. */
	{ "{\"a\":\"1\"}", "[]", "", "" },
	{ "{\"a\":\"1\"}", "[\"b\"]", "", "" },
	{ "{\"a\":\"1\"}", "[\"A\"]", "", "" },
	{ "{\"a\":\"1\"}", "", "", "" },
	{ "{}", "[\"*\"]", "", "" },
	/* Not what it should be: the three alone. */
	{ "", "[\"*\"]", "", "" },
	{ "{\"a\":\"1\"", "[\"*\"]", "", "" },
	{ "{\"a\":\"1\"} x", "[\"*\"]", "", "" },
	{ "{\"a\":\"\\u0000\"}", "[\"*\"]", "", "" },
	{ "{\"a\":\"\\ud800\"}", "[\"*\"]", "", "" },
	{ "{\"a\":\"\xff\"}", "[\"*\"]", "", "" },
	{ "[\"a\"]", "[\"*\"]", "", "" },
	{ "{\"a\":\"1\"}", "{\"a\":1}", "", "" },
	{ "{\"a\":\"1\"}", "[\"*\"", "", "" },
	{ "{\"a\":\"1\"}", "[1,null,[\"a\"]]", "", "" },
	/* Document order, whatever the order of names. */
	{ "{\"z\":\"1\",\"a\":[\"3\",\"2\"],\"m\":\"4\"}", "[\"a\",\"z\"]",
	    "<cas:z>1</cas:z>\n<cas:a>3</cas:a>\n<cas:a>2</cas:a>\n",
	    ",\"z\":[\"1\"],\"a\":[\"3\",\"2\"]" },
	{ "{\"a\":\"1\",\"b\":\"2\"}", "[\"x\",\"*\"]",
	    "<cas:a>1</cas:a>\n<cas:b>2</cas:b>\n",
	    ",\"a\":[\"1\"],\"b\":[\"2\"]" },
	/* Other values as their text, nothing for nothing. */
	{ "{\"a\":[1,2.5,true,false,null,\"\",{\"k\":[\"v\"]}],\"b\":[],"
	  "\"c\":null,\"d\":[null],\"e\":7}",
	    "[\"*\"]",
	    "<cas:a>1</cas:a>\n<cas:a>2.5</cas:a>\n<cas:a>true</cas:a>\n"
	    "<cas:a>false</cas:a>\n<cas:a></cas:a>\n"
	    "<cas:a>{&quot;k&quot;:[&quot;v&quot;]}</cas:a>\n"
	    "<cas:e>7</cas:e>\n",
	    ",\"a\":[\"1\",\"2.5\",\"true\",\"false\",\"\","
	    "\"{\\\"k\\\":[\\\"v\\\"]}\"],\"e\":[\"7\"]" },
	/* Row F29: names that would be taken for something else. */
	{ "{\"user\":\"eve\",\"USER\":\"eve\",\"proxies\":\"x\","
	  "\"authenticationFailure\":\"x\",\"isFromNewLogin\":\"false\","
	  "\"authenticationDate\":\"x\",\"a b\":\"x\",\"a>b\":\"x\","
	  "\"cas:user\":\"x\",\"1a\":\"x\",\"\":\"x\",\"\xc3\xa9\":\"x\","
	  "\"ok\":\"1\"}",
	    "[\"*\",\"user\"]", "<cas:ok>1</cas:ok>\n", ",\"ok\":[\"1\"]" },
};

static void
only_released_attributes_are_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(releases); i++) {
		CLEANUP(buf_clear) struct buf xml = BUF_INIT(10000);
		CLEANUP(buf_clear) struct buf json = BUF_INIT(10000);
		struct answer_success success = alice();

		success.attributes = str_of(releases[i].attributes);
		success.released = str_of(releases[i].released);
		buf_words(&xml,
		    XML_START "<cas:authenticationSuccess>\n"
			      "<cas:user>alice</cas:user>\n" XML_THREE);
		buf_words(&xml, releases[i].xml);
		buf_words(&xml, "</cas:attributes>\n"
				"</cas:authenticationSuccess>" XML_END);
		assert_success(&success, ANSWER_XML, buf_cstr(&xml));
		buf_words(&json, "{\"serviceResponse\":{"
				 "\"authenticationSuccess\":{\"user\":\"alice\""
				 ",\"attributes\":{\"authenticationDate\":["
				 "\"2026-11-23T09:00:00Z\"],\"longTerm"
				 "AuthenticationRequestTokenUsed\":[false],"
				 "\"isFromNewLogin\":[true]");
		buf_words(&json, releases[i].json);
		buf_words(&json, "}}}}");
		assert_success(&success, ANSWER_JSON, buf_cstr(&json));
	}
}

/* A strict parser reads it back, nothing added at the upper levels. */
static void
json_is_well_formed(void **state)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);
	struct answer_success success = alice();
	json_t *root, *response, *inside;

	(void)state;
	success.released = STR("[\"*\"]");
	answer_success(&out, ANSWER_JSON, &success);
	root = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_object_size(root), 1);
	response = json_object_get(root, "serviceResponse");
	assert_int_equal(json_object_size(response), 1);
	inside = json_object_get(response, "authenticationSuccess");
	assert_int_equal(json_object_size(inside), 2);
	assert_string_equal(
	    json_string_value(json_object_get(inside, "user")), "alice");
	assert_int_equal(
	    json_object_size(json_object_get(inside, "attributes")), 5);
	json_decref(root);
}

static void
long_values_are_whole(void **state)
{
	CLEANUP(buf_clear) struct buf attributes = BUF_INIT(1 << 22);
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1 << 22);
	CLEANUP(buf_clear) struct buf small = BUF_INIT(1000);
	struct answer_success success = alice();

	(void)state;
	buf_words(&attributes, "{\"a\":\"");
	for (size_t i = 0; i < 1 << 20; i++)
		buf_char(&attributes, 'x');
	buf_words(&attributes, "\"}");
	success.attributes = buf_str(&attributes);
	success.released = STR("[\"a\"]");
	answer_success(&out, ANSWER_XML, &success);
	assert_true(buf_ok(&out) && out.len > 1 << 20);
	answer_success(&small, ANSWER_XML, &success);
	assert_false(buf_ok(&small));
}

static void
names_are_judged(void **state)
{
	static const char *const allowed[] = { "a", "_", "mail", "memberOf",
		"eduPersonAffiliation", "a.b-c_9", "users", "proxy2", "xm" };
	static const char *const forbidden[] = { "", " ", "a b", "1a", "-a",
		".a", "a:b", "cas:user", "a<", "a\"", "a\n", "\xc3\xa9", "user",
		"User", "proxy", "proxies", "proxyGrantingTicket",
		"proxyTicket", "proxySuccess", "proxyFailure", "attributes",
		"attribute", "authenticationSuccess", "authenticationFailure",
		"serviceResponse", "SessionIndex", "sessionindex",
		"authenticationDate", "isFromNewLogin",
		"longTermAuthenticationRequestTokenUsed", "xml", "xmlns",
		"XMLstuff" };
	const char *why = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(allowed); i++) {
		if (!answer_attribute_name_allowed(str_of(allowed[i]), &why))
			fail_msg("%s: %s", allowed[i], why);
	}
	for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
		why = NULL;
		if (answer_attribute_name_allowed(str_of(forbidden[i]), &why))
			fail_msg("%s", forbidden[i]);
		assert_non_null(why);
	}
	assert_false(answer_attribute_name_allowed(STR("a\0b"), &why));
}

static void
dates_are_utc(void **state)
{
	static const struct {
		int64_t at; /* seconds */
		const char *date;
	} cases[] = {
		{ 0, ">1970-01-01T00:00:00Z<" },
		{ 951782399, ">2000-02-28T23:59:59Z<" },
		{ 951782400, ">2000-02-29T00:00:00Z<" },
		{ 4102444799, ">2099-12-31T23:59:59Z<" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT(10000);
		struct answer_success success = alice();

		success.authenticated_at = cases[i].at * 1000000;
		answer_success(&out, ANSWER_XML, &success);
		assert_non_null(strstr(buf_cstr(&out), cases[i].date));
	}
}

static void
content_types_name_the_charset(void **state)
{
	(void)state;
	assert_string_equal(
	    answer_content_type(ANSWER_TEXT).at, "text/plain;charset=UTF-8");
	assert_string_equal(answer_content_type(ANSWER_XML).at,
	    "application/xml;charset=UTF-8");
	assert_string_equal(
	    answer_content_type(ANSWER_JSON).at, "application/json");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(successes_are_exact),
		cmocka_unit_test(xml_is_as_the_specification_shows),
		cmocka_unit_test(proxying_is_exact),
		cmocka_unit_test(proxy_answers_are_exact),
		cmocka_unit_test(failures_are_exact),
		cmocka_unit_test(users_that_cannot_be_sent_are_failures),
		cmocka_unit_test(special_characters_are_escaped),
		cmocka_unit_test(only_released_attributes_are_sent),
		cmocka_unit_test(json_is_well_formed),
		cmocka_unit_test(long_values_are_whole),
		cmocka_unit_test(names_are_judged),
		cmocka_unit_test(dates_are_utc),
		cmocka_unit_test(content_types_name_the_charset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
