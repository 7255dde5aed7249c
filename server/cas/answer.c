/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation answers.
 *
 * Clients take these bytes apart with regular expressions: no declaration, no
 * blank inside an element that has text, the result first, the user first in
 * it, ASCII only.  Change nothing for beauty.
 */
#include "cas/answer.h"

#include <time.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/proxy_chain.h"
#include "cas/released.h"
#include "text/escape.h"

static const struct str code_names[] = {
	[ANSWER_INVALID_REQUEST] = STR_INIT("INVALID_REQUEST"),
	[ANSWER_INVALID_TICKET_SPEC] = STR_INIT("INVALID_TICKET_SPEC"),
	[ANSWER_INVALID_TICKET] = STR_INIT("INVALID_TICKET"),
	[ANSWER_INVALID_SERVICE] = STR_INIT("INVALID_SERVICE"),
	[ANSWER_UNAUTHORIZED_SERVICE] = STR_INIT("UNAUTHORIZED_SERVICE"),
	[ANSWER_UNAUTHORIZED_SERVICE_PROXY] =
	    STR_INIT("UNAUTHORIZED_SERVICE_PROXY"),
	[ANSWER_INVALID_PROXY_CALLBACK] = STR_INIT("INVALID_PROXY_CALLBACK"),
	[ANSWER_INTERNAL_ERROR] = STR_INIT("INTERNAL_ERROR"),
};

struct str
answer_code_name(enum answer_code code)
{
	return code_names[code];
}

/* Some client finds one of these names wherever it stands, in any case. */
static const struct str reserved_names[] = {
	STR_INIT("user"),
	STR_INIT("proxy"),
	STR_INIT("proxies"),
	STR_INIT("proxyGrantingTicket"),
	STR_INIT("proxyTicket"),
	STR_INIT("proxySuccess"),
	STR_INIT("proxyFailure"),
	STR_INIT("attributes"),
	STR_INIT("attribute"),
	STR_INIT("authenticationSuccess"),
	STR_INIT("authenticationFailure"),
	STR_INIT("serviceResponse"),
	STR_INIT("SessionIndex"),
	/* These three we say ourselves. */
	STR_INIT("authenticationDate"),
	STR_INIT("longTermAuthenticationRequestTokenUsed"),
	STR_INIT("isFromNewLogin"),
};

static bool
is_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') || letter == '_';
}

bool
answer_attribute_name_allowed(struct str name, const char **why)
{
	if (name.len == 0 || !is_letter(name.at[0])) {
		*why = "an attribute name begins with a letter or underscore";
		return false;
	}
	for (size_t i = 1; i < name.len; i++) {
		char letter = name.at[i];

		if (is_letter(letter) || (letter >= '0' && letter <= '9') ||
		    letter == '-' || letter == '.')
			continue;
		*why = "an attribute name has only unaccented letters, "
		       "digits, hyphens, dots and underscores";
		return false;
	}
	if (str_equal_nocase(str_first(name, 3), STR("xml"))) {
		*why = "names that begin with \"xml\" belong to XML";
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(reserved_names); i++) {
		if (str_equal_nocase(name, reserved_names[i])) {
			*why = "the CAS protocol itself uses this name";
			return false;
		}
	}
	return true;
}

/* xs:dateTime in UTC, whole seconds. */
static void
put_time(struct buf *out, int64_t microseconds)
{
	time_t seconds = (time_t)(microseconds / 1000000);
	struct tm utc = { .tm_mday = 1, .tm_year = 70 };

	gmtime_r(&seconds, &utc);
	buf_format(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900,
	    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void
put_truth(struct buf *out, bool truth)
{
	buf_text(out, truth ? STR("true") : STR("false"));
}

static void
put_xml_value(struct buf *out, struct str name, struct str value)
{
	buf_text(out, STR("<cas:"));
	buf_text(out, name);
	buf_char(out, '>');
	escape_xml(out, value);
	buf_text(out, STR("</cas:"));
	buf_text(out, name);
	buf_text(out, STR(">\n"));
}

static void
put_xml_attribute(void *context, const struct released *attribute)
{
	for (size_t i = 0; i < attribute->count; i++)
		put_xml_value(context, attribute->name, attribute->values[i]);
}

static void
put_json_attribute(void *context, const struct released *attribute)
{
	buf_char(context, ',');
	released_json(context, attribute);
}

static const struct str xml_start = STR_INIT(
    "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\n");
static const struct str xml_end = STR_INIT("\n</cas:serviceResponse>");

/* Behind the attributes, as the schema wants it. */
static void
put_xml_proxying(struct buf *out, const struct answer_success *success)
{
	struct str proxy, rest = success->proxies;

	if (success->granting_iou.len > 0)
		put_xml_value(
		    out, STR("proxyGrantingTicket"), success->granting_iou);
	if (rest.len == 0)
		return;
	buf_text(out, STR("<cas:proxies>\n"));
	while (proxy_chain_next(&rest, &proxy))
		put_xml_value(out, STR("proxy"), proxy);
	buf_text(out, STR("</cas:proxies>\n"));
}

static void
put_json_proxying(struct buf *out, const struct answer_success *success)
{
	struct str proxy, rest = success->proxies;
	bool first = true;

	if (success->granting_iou.len > 0) {
		buf_text(out, STR(",\"proxyGrantingTicket\":"));
		escape_json(out, success->granting_iou);
	}
	if (rest.len == 0)
		return;
	buf_text(out, STR(",\"proxies\":["));
	while (proxy_chain_next(&rest, &proxy)) {
		if (!first)
			buf_char(out, ',');
		escape_json(out, proxy);
		first = false;
	}
	buf_char(out, ']');
}

static void
put_xml_success(struct buf *out, const struct answer_success *success)
{
	buf_text(out, xml_start);
	buf_text(out, STR("<cas:authenticationSuccess>\n"));
	put_xml_value(out, STR("user"), success->user);
	buf_text(out, STR("<cas:attributes>\n<cas:authenticationDate>"));
	put_time(out, success->authenticated_at);
	buf_text(out, STR("</cas:authenticationDate>\n"
			  "<cas:longTermAuthenticationRequestTokenUsed>"));
	put_truth(out, success->long_term);
	buf_text(out, STR("</cas:longTermAuthenticationRequestTokenUsed>\n"
			  "<cas:isFromNewLogin>"));
	put_truth(out, success->from_new_login);
	buf_text(out, STR("</cas:isFromNewLogin>\n"));
	released_visit(success, put_xml_attribute, out);
	buf_text(out, STR("</cas:attributes>\n"));
	put_xml_proxying(out, success);
	buf_text(out, STR("</cas:authenticationSuccess>"));
	buf_text(out, xml_end);
}

static void
put_json_success(struct buf *out, const struct answer_success *success)
{
	buf_text(out, STR("{\"serviceResponse\":{\"authenticationSuccess\":{"
			  "\"user\":"));
	escape_json(out, success->user);
	put_json_proxying(out, success);
	buf_text(out, STR(",\"attributes\":{\"authenticationDate\":[\""));
	put_time(out, success->authenticated_at);
	buf_text(out, STR("\"],\"longTermAuthenticationRequestTokenUsed\":["));
	put_truth(out, success->long_term);
	buf_text(out, STR("],\"isFromNewLogin\":["));
	put_truth(out, success->from_new_login);
	buf_char(out, ']');
	released_visit(success, put_json_attribute, out);
	buf_text(out, STR("}}}}"));
}

bool
answer_user_allowed(struct str user)
{
	for (size_t i = 0; i < user.len; i++) {
		if ((unsigned char)user.at[i] < ' ' || user.at[i] == 0x7f)
			return false;
	}
	return user.len > 0 && str_is_utf8(user);
}

void
answer_success(struct buf *out, enum answer_format format,
    const struct answer_success *success)
{
	if (!answer_user_allowed(success->user)) {
		answer_failure(out, format, ANSWER_INTERNAL_ERROR,
		    STR("the name of this user cannot be sent"));
		return;
	}
	switch (format) {
	case ANSWER_TEXT:
		buf_text(out, STR("yes\n"));
		buf_text(out, success->user);
		buf_char(out, '\n');
		break;
	case ANSWER_XML:
		put_xml_success(out, success);
		break;
	case ANSWER_JSON:
		put_json_success(out, success);
		break;
	}
}

static void
put_xml_failure(
    struct buf *out, const char *element, struct str code, struct str text)
{
	buf_text(out, xml_start);
	buf_format(out, "<cas:%s code=\"%.*s\">", element, STR_ARGS(code));
	escape_xml(out, text);
	buf_format(out, "</cas:%s>", element);
	buf_text(out, xml_end);
}

void
answer_failure(struct buf *out, enum answer_format format,
    enum answer_code code, struct str text)
{
	struct str name = answer_code_name(code);

	/* Some clients take an empty text for "no failure". */
	if (text.len == 0)
		text = name;
	switch (format) {
	case ANSWER_TEXT:
		buf_text(out, STR("no\n\n"));
		break;
	case ANSWER_XML:
		put_xml_failure(out, "authenticationFailure", name, text);
		break;
	case ANSWER_JSON:
		buf_text(out, STR("{\"serviceResponse\":{"
				  "\"authenticationFailure\":{\"code\":\""));
		buf_text(out, name);
		buf_text(out, STR("\",\"description\":"));
		escape_json(out, text);
		buf_text(out, STR("}}}"));
		break;
	}
}

void
answer_proxy_success(
    struct buf *out, enum answer_format format, struct str proxy_ticket)
{
	if (format == ANSWER_JSON) {
		buf_text(out, STR("{\"serviceResponse\":{\"proxySuccess\":{"
				  "\"proxyTicket\":"));
		escape_json(out, proxy_ticket);
		buf_text(out, STR("}}}"));
		return;
	}
	buf_text(out, xml_start);
	buf_text(out, STR("<cas:proxySuccess>\n"));
	put_xml_value(out, STR("proxyTicket"), proxy_ticket);
	buf_text(out, STR("</cas:proxySuccess>"));
	buf_text(out, xml_end);
}

/* JSON has but one failure, as the specification shows it. */
void
answer_proxy_failure(struct buf *out, enum answer_format format,
    enum answer_code code, struct str text)
{
	struct str name = answer_code_name(code);

	if (format == ANSWER_JSON)
		answer_failure(out, format, code, text);
	else
		put_xml_failure(
		    out, "proxyFailure", name, text.len > 0 ? text : name);
}

struct str
answer_content_type(enum answer_format format)
{
	static const struct str types[] = {
		[ANSWER_TEXT] = STR_INIT("text/plain;charset=UTF-8"),
		[ANSWER_XML] = STR_INIT("application/xml;charset=UTF-8"),
		[ANSWER_JSON] = STR_INIT("application/json"),
	};

	return types[format];
}
