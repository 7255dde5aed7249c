/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request reader, good heads first and then the crooked ones.
 *
 * Every case is read three times: whole, byte by byte with `looked` kept, and
 * from scratch on every prefix; all three must agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/http.h"

static struct http_head head;

static enum http_outcome
read_whole(struct str bytes, unsigned *status)
{
	size_t looked = 0;

	*status = 0;
	return http_head_read(&head, bytes, &looked, status);
}

/* The status after the bytes have trickled in, 0 for a good head. */
static unsigned
read_trickling(struct str bytes)
{
	size_t looked = 0;

	for (size_t len = 0; len <= bytes.len; len++) {
		struct str prefix = str_first(bytes, len);
		unsigned status = 0, fresh_status = 0;
		enum http_outcome fresh = read_whole(prefix, &fresh_status);
		enum http_outcome outcome =
		    http_head_read(&head, prefix, &looked, &status);

		assert_int_equal(outcome, fresh);
		assert_int_equal(status, fresh_status);
		if (outcome != HTTP_MORE)
			return status;
	}
	fail_msg("never decided: %.*s", STR_ARGS(str_first(bytes, 60)));
	return 0;
}

static void
expect_status(struct str bytes, unsigned expected)
{
	unsigned status;
	enum http_outcome outcome = read_whole(bytes, &status);

	if (outcome != HTTP_BAD || status != expected)
		fail_msg("%.*s: outcome %d status %u, expected %u",
		    STR_ARGS(str_first(bytes, 200)), (int)outcome, status,
		    expected);
	assert_int_equal(read_trickling(bytes), expected);
}

static void
expect_ready(struct str bytes)
{
	unsigned status;

	assert_int_equal(read_trickling(bytes), 0);
	if (read_whole(bytes, &status) != HTTP_READY)
		fail_msg("%.*s: status %u", STR_ARGS(bytes), status);
}

static void
expect_text(struct str found, const char *expected)
{
	if (!str_equal(found, str_of(expected)))
		fail_msg(
		    "\"%.*s\" instead of \"%s\"", STR_ARGS(found), expected);
}

static void
test_browser_request(void **state)
{
	static const char text[] =
	    "GET /login?service=https%3A%2F%2Fapp%2F&x HTTP/1.1\r\n"
	    "Host: sso.uni.example\r\n"
	    "User-Agent:Mozilla/5.0 (X11)\r\n"
	    "Accept-Language: \t fr, en;q=0.5 \t\r\n"
	    "X-Name: caf\xc3\xa9\tau lait, a longer value than eight bytes\r\n"
	    "Empty:\r\n"
	    "Cookie: a=b; c=d\r\n"
	    "\r\n";
	struct str bytes = str_of(text);

	(void)state;
	expect_ready(bytes);
	assert_int_equal(head.method, HTTP_GET);
	assert_int_equal(head.minor_version, 1);
	expect_text(head.target, "/login?service=https%3A%2F%2Fapp%2F&x");
	expect_text(head.path, "/login");
	expect_text(head.query, "service=https%3A%2F%2Fapp%2F&x");
	expect_text(head.host, "sso.uni.example");
	expect_text(head.cookie, "a=b; c=d");
	assert_null(head.content_type.at);
	assert_true(head.keep_alive);
	assert_false(head.expect_continue);
	assert_false(head.chunked);
	assert_int_equal(head.content_length, 0);
	assert_int_equal(head.field_count, 6);
	assert_int_equal(head.size, bytes.len);
	expect_text(http_field(&head, STR("ACCEPT-LANGUAGE")), "fr, en;q=0.5");
	expect_text(http_field(&head, STR("user-agent")), "Mozilla/5.0 (X11)");
	expect_text(http_field(&head, STR("empty")), "");
	assert_non_null(http_field(&head, STR("empty")).at);
	assert_null(http_field(&head, STR("emp")).at);
	assert_true(http_has_field(&head, STR("empty")));
	assert_false(http_has_field(&head, STR("emp")));
}

static void
test_form_request(void **state)
{
	static const char text[] = "POST /login HTTP/1.1\r\n"
				   "hOST: sso.uni.example:8443\r\n"
				   "Expect: 100-Continue\r\n"
				   "Content-Type: application/x-www-form-"
				   "urlencoded\r\n"
				   "Content-Length: 65536\r\n"
				   "\r\nGET / HTTP/1.1\r\n\r\n";
	struct str bytes = str_of(text);

	(void)state;
	expect_ready(bytes);
	assert_int_equal(head.method, HTTP_POST);
	assert_int_equal(head.content_length, 65536);
	assert_true(head.expect_continue);
	assert_null(head.query.at);
	expect_text(head.content_type, "application/x-www-form-urlencoded");
	assert_int_equal(head.size, bytes.len - 18);
}

static void
test_small_good_requests(void **state)
{
	(void)state;
	expect_ready(STR("GET / HTTP/1.0\r\n\r\n"));
	assert_int_equal(head.minor_version, 0);
	assert_false(head.keep_alive);
	assert_null(head.host.at);
	expect_ready(STR("HEAD /? HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(head.method, HTTP_HEAD);
	assert_non_null(head.query.at);
	assert_int_equal(head.query.len, 0);
	expect_ready(STR("DELETE /v1/a HTTP/1.1\r\nHost: a\r\n"
			 "Content-Length: 0\r\n\r\n"));
	assert_int_equal(head.method, HTTP_DELETE);
	expect_ready(STR("POST /x HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(head.content_length, 0);
	assert_false(head.chunked);
	expect_ready(STR("POST /x HTTP/1.1\r\nHost: a\r\n"
			 "TRANSFER-encoding: CHUNKED\r\n\r\n"));
	assert_true(head.chunked);
	expect_ready(STR("GET //a/../b;c?d=?e HTTP/1.1\r\nHost: a\r\n\r\n"));
	expect_text(head.path, "//a/../b;c");
	expect_text(head.query, "d=?e");
}

static void
test_keep_alive(void **state)
{
	static const struct {
		struct str text;
		bool keep_alive;
	} cases[] = {
		{ STR_INIT("1\r\nHost: a\r\nConnection: close\r\n\r\n"),
		    false },
		{ STR_INIT("1\r\nHost: a\r\nConnection: CLOSE\r\n\r\n"),
		    false },
		{ STR_INIT("1\r\nHost: a\r\nConnection: x ,\tclose\r\n\r\n"),
		    false },
		{ STR_INIT("1\r\nHost: a\r\nConnection: keep-alive\r\n"
			   "Connection: close\r\n\r\n"),
		    false },
		{ STR_INIT("1\r\nHost: a\r\nConnection: closed\r\n\r\n"),
		    true },
		{ STR_INIT("1\r\nHost: a\r\nConnection:\r\n\r\n"), true },
		{ STR_INIT("0\r\nConnection: keep-alive\r\n\r\n"), true },
		{ STR_INIT("0\r\nConnection: Keep-Alive, close\r\n\r\n"),
		    false },
		{ STR_INIT("0\r\nKeep-Alive: timeout=5\r\n\r\n"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(500);

		buf_words(&text, "GET / HTTP/1.");
		buf_text(&text, cases[i].text);
		expect_ready(buf_str(&text));
		if (head.keep_alive != cases[i].keep_alive)
			fail_msg("%s", buf_cstr(&text));
	}
}

static void
test_bad_request_lines(void **state)
{
	static const struct {
		struct str line;
		unsigned status;
	} cases[] = {
		{ STR_INIT("GET / HTTP/1.1\n"), 400 },
		{ STR_INIT("GET / HTTP/1.1\r\r\n"), 400 },
		{ STR_INIT("GET /\r HTTP/1.1\r\n"), 400 },
		{ STR_INIT("\r\nGET / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("\nGET / HTTP/1.1\r\n"), 400 },
		{ STR_INIT(" GET / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET  / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /  HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.1 \r\n"), 400 },
		{ STR_INIT("GET\t/ HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /\tHTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /a b HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.1 GET / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET\r\n"), 400 },
		{ STR_INIT("GET \r\n"), 400 },
		{ STR_INIT("GET /\r\n"), 400 },
		{ STR_INIT("GET / \r\n"), 400 },
		{ STR_INIT("G\0ET / HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /\0 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.\0\r\n"), 400 },
		{ STR_INIT("GET /#a HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /\xc3\xa9 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET /\x7f HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET http://evil/login HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET https://a:444/login HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET * HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET a:443 HTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET ?a HTTP/1.1\r\n"), 400 },
		{ STR_INIT("\x16\x03\x01\x02\x00\x01"), 400 },
		{ STR_INIT("{"), 400 },
		{ STR_INIT("\0"), 400 },
		{ STR_INIT("CONNECT a:443 HTTP/1.1\r\n"), 405 },
		{ STR_INIT("OPTIONS * HTTP/1.1\r\n"), 405 },
		{ STR_INIT("TRACE / HTTP/1.1\r\n"), 405 },
		{ STR_INIT("PUT / HTTP/1.1\r\n"), 405 },
		{ STR_INIT("PATCH / HTTP/1.1\r\n"), 405 },
		{ STR_INIT("get / HTTP/1.1\r\n"), 405 },
		{ STR_INIT("GETT / HTTP/1.1\r\n"), 405 },
		{ STR_INIT("PRI * HTTP/2.0\r\n"), 405 },
		{ STR_INIT("ABCDEFGHIJKLMNOPQRSTUVWXYZ123456 /"), 405 },
		{ STR_INIT("ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567 /"), 501 },
		{ STR_INIT("GET / HTTP/1.1x\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.-1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/+1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/ 1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/99999999999.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/01.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1.01\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1,1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/1\r\n"), 400 },
		{ STR_INIT("GET / http/1.1\r\n"), 400 },
		{ STR_INIT("GET / XTTP/1.1\r\n"), 400 },
		{ STR_INIT("GET / HTTP/2.0\r\n"), 505 },
		{ STR_INIT("GET / HTTP/0.9\r\n"), 505 },
		{ STR_INIT("GET / HTTP/1.2\r\n"), 505 },
		{ STR_INIT("GET / HTTP/9.9\r\n"), 505 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(500);

		buf_text(&text, cases[i].line);
		buf_words(&text, "Host: a\r\n\r\n");
		expect_status(buf_str(&text), cases[i].status);
	}
}

static void
test_bad_fields(void **state)
{
	static const struct str lines[] = {
		STR_INIT("X : y\r\n"),
		STR_INIT("X\t: y\r\n"),
		STR_INIT(": y\r\n"),
		STR_INIT("X(: y\r\n"),
		STR_INIT("\"X\": y\r\n"),
		STR_INIT("X{: y\r\n"),
		STR_INIT("X\xe9: y\r\n"),
		STR_INIT("no colon\r\n"),
		STR_INIT("nocolon\r\n"),
		STR_INIT(" X: y\r\n"),
		STR_INIT("X: y\r\n folded\r\n"),
		STR_INIT("X: y\r\n\tfolded\r\n"),
		STR_INIT("X: y\r\n \r\n"),
		STR_INIT("X\0: y\r\n"),
		STR_INIT("X: \0\r\n"),
		STR_INIT("X: 12345678901234567890\0\r\n"),
		STR_INIT("X: 12345678901234567890\x1f 567890\r\n"),
		STR_INIT("X: 12345678901234567890\x7f 567890\r\n"),
		STR_INIT("X: a\x0b\r\n"),
		STR_INIT("X: a\x1b[2J\r\n"),
		STR_INIT("X: a\x7f\r\n"),
		STR_INIT("X: a\rY: b\r\n"),
		STR_INIT("X: a\nY: b\r\n"),
		STR_INIT("X: a\r\r\n"),
		STR_INIT("\n"),
		STR_INIT("\r\r\n"),
		STR_INIT("Host: b\r\n"),
		STR_INIT("HOST: a\r\n"),
		STR_INIT("Cookie: a=b\r\nCookie: c=d\r\n"),
		STR_INIT("Content-Type: a/b\r\ncontent-type: a/b\r\n"),
		STR_INIT("Expect: 100-continue\r\nExpect: 100-continue\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(500);

		buf_words(&text, "GET / HTTP/1.1\r\nHost: a\r\n");
		buf_text(&text, lines[i]);
		buf_words(&text, "\r\n");
		expect_status(buf_str(&text), 400);
	}
}

static void
test_host(void **state)
{
	(void)state;
	expect_status(STR("GET / HTTP/1.1\r\n\r\n"), 400);
	expect_status(STR("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400);
	expect_status(STR("GET / HTTP/1.1\r\nHost: \t \r\n\r\n"), 400);
	expect_status(STR("GET / HTTP/1.0\r\nHost:\r\n\r\n"), 400);
	expect_status(STR("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
	expect_ready(STR("GET / HTTP/1.0\r\nHost: a\r\n\r\n"));
	expect_text(head.host, "a");
}

static void
test_bad_framing(void **state)
{
	static const struct {
		struct str lines;
		unsigned status;
	} cases[] = {
		{ STR_INIT("Content-Length: 6\r\nTransfer-Encoding: chunked"),
		    400 },
		{ STR_INIT("Transfer-Encoding: chunked\r\nContent-Length: 6"),
		    400 },
		{ STR_INIT("Content-Length: 5\r\nContent-Length: 5"), 400 },
		{ STR_INIT("Content-Length: 5\r\nContent-Length: 6"), 400 },
		{ STR_INIT("Content-Length: 5, 5"), 400 },
		{ STR_INIT("Content-Length: 5\r\n Content-Length: 99"), 400 },
		{ STR_INIT("Content-Length: +5"), 400 },
		{ STR_INIT("Content-Length:  5"), 400 },
		{ STR_INIT("Content-Length: 5 "), 400 },
		{ STR_INIT("Content-Length:\t5"), 400 },
		{ STR_INIT("Content-Length: 0x5"), 400 },
		{ STR_INIT("Content-Length: 5.0"), 400 },
		{ STR_INIT("Content-Length: -0"), 400 },
		{ STR_INIT("Content-Length:"), 400 },
		{ STR_INIT("Content-Length: "), 400 },
		{ STR_INIT("Content-Length: 5x"), 400 },
		{ STR_INIT("Content-Length: 65537"), 413 },
		{ STR_INIT("Content-Length: 18446744073709551616"), 413 },
		{ STR_INIT("Content-Length: 18446744073709551621"), 413 },
		{ STR_INIT("Content-Length: 99999999999999999999999999x"),
		    400 },
		{ STR_INIT("Transfer-Encoding: gzip, chunked"), 400 },
		{ STR_INIT("Transfer-Encoding: chunked, chunked"), 400 },
		{ STR_INIT("Transfer-Encoding: chunked;q=1"), 400 },
		{ STR_INIT("Transfer-Encoding: chunked\x0b"), 400 },
		{ STR_INIT("Transfer-Encoding:\tchunked"), 400 },
		{ STR_INIT("Transfer-Encoding: chunked "), 400 },
		{ STR_INIT("Transfer-Encoding : chunked"), 400 },
		{ STR_INIT("Transfer-Encoding:"), 400 },
		{ STR_INIT("Transfer-Encoding: \"chunked\""), 400 },
		{ STR_INIT("Transfer-Encoding: chunked\r\n"
			   "Transfer-Encoding: chunked"),
		    400 },
		{ STR_INIT("Transfer-Encoding: xchunked"), 501 },
		{ STR_INIT("Transfer-Encoding: gzip"), 501 },
		{ STR_INIT("Transfer-Encoding: identity"), 501 },
		{ STR_INIT("Expect: x"), 417 },
		{ STR_INIT("Expect:"), 417 },
		{ STR_INIT("Expect: 100-continue\r\nContent-Length: 65537"),
		    413 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(500);

		buf_words(&text, "POST /login HTTP/1.1\r\nHost: a\r\n");
		buf_text(&text, cases[i].lines);
		buf_words(&text, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
		expect_status(buf_str(&text), cases[i].status);
	}
	expect_status(STR("POST / HTTP/1.0\r\nTransfer-Encoding: chunked"
			  "\r\n\r\n"),
	    400);
}

static void
test_bodies_only_with_post(void **state)
{
	(void)state;
	expect_status(STR("GET / HTTP/1.1\r\nHost: a\r\n"
			  "Content-Length: 1\r\n\r\n"),
	    400);
	expect_status(STR("HEAD / HTTP/1.1\r\nHost: a\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n"),
	    400);
	expect_status(STR("DELETE / HTTP/1.1\r\nHost: a\r\n"
			  "Content-Length: 7\r\n\r\n"),
	    400);
}

static void
test_expect_without_body(void **state)
{
	(void)state;
	expect_ready(STR("GET / HTTP/1.1\r\nHost: a\r\n"
			 "Expect: 100-continue\r\n\r\n"));
	assert_false(head.expect_continue);
	expect_ready(STR("POST / HTTP/1.0\r\nContent-Length: 3\r\n"
			 "Expect: 100-continue\r\n\r\n"));
	assert_false(head.expect_continue);
	expect_ready(STR("POST / HTTP/1.1\r\nHost: a\r\n"
			 "Transfer-Encoding: chunked\r\n"
			 "Expect: 100-continue\r\n\r\n"));
	assert_true(head.expect_continue);
}

static void
repeat(struct buf *out, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_words(out, text);
}

static void
test_target_length(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 3; extra++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(20000);

		buf_words(&text, "GET /");
		repeat(&text, "a", HTTP_TARGET_LONGEST - 1 + extra);
		buf_words(&text, " HTTP/1.1\r\nHost: a\r\n\r\n");
		if (extra == 0)
			expect_ready(buf_str(&text));
		else
			expect_status(buf_str(&text), 414);
	}
}

static void
test_field_count(void **state)
{
	for (size_t extra = 0; extra < 2; extra++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(20000);

		(void)state;
		buf_words(&text, "GET / HTTP/1.1\r\nHost: a\r\n");
		repeat(&text, "x:\r\n", HTTP_FIELDS_MOST - 1 + extra);
		buf_words(&text, "\r\n");
		if (extra == 0) {
			expect_ready(buf_str(&text));
			assert_int_equal(head.field_count, HTTP_FIELDS_MOST);
			assert_null(http_field(&head, STR("x")).at);
			assert_true(http_has_field(&head, STR("X")));
		} else {
			expect_status(buf_str(&text), 431);
		}
	}
}

static void
test_head_size(void **state)
{
	static const char start[] = "GET / HTTP/1.1\r\nHost: a\r\nX: ";

	(void)state;
	for (size_t extra = 0; extra < 6; extra++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT(20000);

		buf_words(&text, start);
		repeat(&text, "a",
		    HTTP_HEAD_LARGEST - (sizeof(start) - 1) - 4 + extra);
		buf_words(&text, "\r\n\r\n");
		if (extra == 0) {
			expect_ready(buf_str(&text));
			assert_int_equal(head.size, HTTP_HEAD_LARGEST);
		} else {
			expect_status(buf_str(&text), 431);
		}
	}
}

/* A line that never ends costs no more than the limit. */
static void
test_endless_lines(void **state)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(100000);
	CLEANUP(buf_clear) struct buf target = BUF_INIT(100000);

	(void)state;
	buf_words(&text, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	repeat(&text, "a", 70000);
	expect_status(buf_str(&text), 431);
	buf_words(&target, "GET /");
	repeat(&target, "a", 70000);
	expect_status(buf_str(&target), 414);
}

static void
test_unfinished(void **state)
{
	static const struct str texts[] = {
		STR_INIT(""),
		STR_INIT("GET"),
		STR_INIT("FOO"),
		STR_INIT("GET / HTTP/1.1"),
		STR_INIT("GET / HTTP/1.1\r\nHost: a\r\n"),
		STR_INIT("GET / HTTP/1.1\r\nHost: a\r\n\r"),
	};
	unsigned status;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(read_whole(texts[i], &status), HTTP_MORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_browser_request),
		cmocka_unit_test(test_form_request),
		cmocka_unit_test(test_small_good_requests),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_bad_request_lines),
		cmocka_unit_test(test_bad_fields),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_bad_framing),
		cmocka_unit_test(test_bodies_only_with_post),
		cmocka_unit_test(test_expect_without_body),
		cmocka_unit_test(test_target_length),
		cmocka_unit_test(test_field_count),
		cmocka_unit_test(test_head_size),
		cmocka_unit_test(test_endless_lines),
		cmocka_unit_test(test_unfinished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
