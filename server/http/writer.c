/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One answer, with the headers that every answer carries.
 *
 * There is no other place that writes a status line, so an error of the reader
 * has the same security headers as a page.  What does not change between
 * answers is one constant text.
 */
#include "http/server.h"

#include <time.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/connection.h"
#include "http/exchange.h"
#include "loop/clock.h"

enum {
	FIELDS_LONGEST = 16 * 1024,
	DATE_SIZE = 30
};

/* Not no-referrer: browsers would send our own form with "Origin: null". */
#define EVERY_ANSWER \
	"X-Content-Type-Options: nosniff\r\n" \
	"X-Frame-Options: DENY\r\n" \
	"Referrer-Policy: same-origin\r\n" \
	"Cross-Origin-Opener-Policy: same-origin\r\n" \
	"Cross-Origin-Resource-Policy: same-origin\r\n"

#define NEVER_STORED \
	"Cache-Control: no-store\r\n" \
	"Pragma: no-cache\r\n" \
	"Expires: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

#define PAGE_POLICY \
	"Content-Security-Policy: default-src 'none'; style-src 'self'; " \
	"base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:"

#define DATA_POLICY \
	"Content-Security-Policy: default-src 'none'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'none'\r\n"

/* clang-format off */
static const struct str kind_fields[] = {
	[HTTP_PAGE] = STR_INIT(
	    PAGE_POLICY "; form-action 'self'\r\n" EVERY_ANSWER NEVER_STORED),
	[HTTP_PAGE_LEAVING] = STR_INIT(
	    PAGE_POLICY "\r\n" EVERY_ANSWER NEVER_STORED),
	[HTTP_PAGE_SCRIPTED] = STR_INIT(
	    PAGE_POLICY "; script-src 'self'\r\n" EVERY_ANSWER NEVER_STORED),
	[HTTP_PAGE_ASKING] = STR_INIT(EVERY_ANSWER NEVER_STORED),
	[HTTP_DATA] = STR_INIT(
	    DATA_POLICY EVERY_ANSWER NEVER_STORED),
	[HTTP_ASSET] = STR_INIT(
	    DATA_POLICY EVERY_ANSWER
	    "Cache-Control: public, max-age=31536000, immutable\r\n"),
};
/* clang-format on */

/* Two years: what browsers ask for before they hold an origin to it. */
static const struct str transport_security = STR_INIT(
    "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n");

/* RFC 9110 5.6.7, made once a second. */
static struct str
http_date(void)
{
	static char text[DATE_SIZE];
	static time_t made_for = -1;
	time_t now = (time_t)(clock_now() / 1000000);
	struct tm parts;

	if (now != made_for && gmtime_r(&now, &parts) != NULL &&
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts) >
		0)
		made_for = now;
	return str_of(text);
}

static void
write_status(struct buf *out, const struct http_response *response)
{
	buf_words(out, "HTTP/1.1 ");
	buf_number(out, response->status);
	buf_char(out, ' ');
	buf_words(out, http_reason(response->status));
	buf_words(out, "\r\nDate: ");
	buf_text(out, http_date());
	buf_words(out, "\r\n");
}

/* Of the page that differs in whom it asks. */
static void
write_asking_policy(struct buf *out, const struct http_response *response)
{
	buf_words(out, PAGE_POLICY);
	buf_text(out, response->images_from);
	buf_words(out, "; form-action 'self'\r\n");
}

static void
write_fields(struct buf *out, const struct http_response *response)
{
	if (response->kind == HTTP_PAGE_ASKING)
		write_asking_policy(out, response);
	buf_text(out, kind_fields[response->kind]);
	if (response->content_type.len > 0) {
		buf_words(out, "Content-Type: ");
		buf_text(out, response->content_type);
		buf_words(out, "\r\n");
	}
	if (response->location.len > 0) {
		buf_words(out, "Location: ");
		buf_text(out, response->location);
		buf_words(out, "\r\n");
	}
	if (response->retry_after > 0)
		buf_format(out, "Retry-After: %u\r\n", response->retry_after);
	if (response->allow.len > 0) {
		buf_words(out, "Allow: ");
		buf_text(out, response->allow);
		buf_words(out, "\r\n");
	}
	buf_text(out, response->fields);
	buf_text(out, response->cookies);
	buf_words(out, "Content-Length: ");
	buf_number(out, response->body.len);
	buf_words(out, "\r\n");
}

static void
write_end(struct buf *out, const struct http_exchange *x)
{
	if (!x->server->settings.plain_origin)
		buf_text(out, transport_security);
	if (x->connection->close_after)
		buf_words(out, "Connection: close\r\n");
	else if (x->head.minor_version == 0)
		buf_words(out, "Connection: keep-alive\r\n");
	buf_words(out, "\r\n");
}

void
http_reply(struct http_exchange *x, const struct http_response *response)
{
	static struct buf fields = BUF_INIT(FIELDS_LONGEST);
	struct http_connection *c = x->connection;
	bool without_body = !x->refused && x->head.method == HTTP_HEAD;

	if (c != NULL) {
		if (response->close || x->server->draining)
			c->close_after = true;
		buf_reset(&fields);
		write_status(&fields, response);
		write_fields(&fields, response);
		write_end(&fields, x);
		if (buf_ok(&fields))
			http_connection_answer(c, buf_str(&fields),
			    without_body ? STR_NONE : response->body);
		else
			http_connection_free(c); /* never half an answer */
		/* cookies and tickets stand in it */
		bytes_wipe(
		    fields.at, buf_ok(&fields) ? fields.len : fields.capacity);
	}
	exchange_free(x);
}
