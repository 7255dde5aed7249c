/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service URLs: the canonical form, and the address that carries the ticket.
 *
 * Everything is decoded at most once, and only what means the same decoded.
 * What some application behind us might decode a second time (dot segments,
 * backslashes, line ends) is looked for in every spelling and refused; that is
 * why the checks read deeper than the canonical form does.
 */
#include "cas/service_url.h"

#include "base/buf.h"
#include "text/url.h"

enum {
	DECODINGS_MOST = 3
};

static int
hex_digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'A' && letter <= 'F')
		return letter - 'A' + 10;
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	return -1;
}

/* The value of the escape that the text begins with, -1 without one. */
static int
escape_value(struct str text)
{
	if (text.len < 3 || text.at[0] != '%' || hex_digit(text.at[1]) < 0 ||
	    hex_digit(text.at[2]) < 0)
		return -1;
	return hex_digit(text.at[1]) * 16 + hex_digit(text.at[2]);
}

static bool
is_unreserved(int letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '-' ||
	       letter == '.' || letter == '_' || letter == '~';
}

static bool
is_among(int letter, const char *letters)
{
	return letter != '\0' && strchr(letters, letter) != NULL;
}

static void
put_escape(struct buf *out, int value)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_char(out, '%');
	buf_char(out, digits[value >> 4 & 15]);
	buf_char(out, digits[value & 15]);
}

/* Escapes in their one spelling; of raw characters `kept` stay as they are. */
static void
put_canonical(struct buf *out, struct str part, const char *kept)
{
	for (size_t i = 0; i < part.len; i++) {
		int letter = (unsigned char)part.at[i];
		int value = escape_value(str_from(part, i));

		if (value >= 0)
			i += 2;
		if (is_unreserved(value >= 0 ? value : letter))
			buf_char(out, (char)(value >= 0 ? value : letter));
		else if (value < 0 && is_among(letter, kept))
			buf_char(out, (char)letter);
		else
			put_escape(out, value >= 0 ? value : letter);
	}
}

static const char kept_in_path[] = "/!$&'()*+,;=:@";
static const char kept_in_query[] = "/?!$&'()*,;=:@"; /* '+' is "%20" there */

/*
 * Control characters, raw or encoded once: ASCII's, and of Unicode those that
 * some reader takes for a line end (U+0080 to U+009F, U+2028, U+2029).
 */
static bool
has_control(struct str part)
{
	unsigned recent = 0;

	for (size_t i = 0; i < part.len; i++) {
		int value = escape_value(str_from(part, i));
		unsigned letter =
		    value >= 0 ? (unsigned)value : (unsigned char)part.at[i];

		if (value >= 0)
			i += 2;
		if (letter < ' ' || letter == 0x7f)
			return true;
		recent = (recent << 8 | letter) & 0xffffff;
		if (recent == 0xe280a8 || recent == 0xe280a9 ||
		    ((recent & 0xffff) >= 0xc280 &&
			(recent & 0xffff) <= 0xc29f))
			return true;
	}
	return false;
}

/*
 * A segment "." or "..", which ends at a slash; or at a semicolon: "..;x" is a
 * dot segment to servers with path parameters.
 */
static bool
has_dot_segment(struct str path)
{
	size_t dots = 0;
	bool only_dots = true;

	for (size_t i = 0; i <= path.len; i++) {
		char letter = i < path.len ? path.at[i] : '/';

		if (letter == '.') {
			dots++;
			continue;
		}
		if ((letter == '/' || letter == ';') && only_dots &&
		    (dots == 1 || dots == 2))
			return true;
		only_dots = letter == '/';
		dots = 0;
	}
	return false;
}

/* The text with its escapes decoded once; its length. */
static size_t
decode_once(struct str text, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = escape_value(str_from(text, i));

		out[len++] = value >= 0 ? (char)value : text.at[i];
		i += value >= 0 ? 2 : 0;
	}
	return len;
}

static bool
spelling_is_crooked(struct str path)
{
	return has_dot_segment(path) || has_control(path) ||
	       str_find(path, '\\') < path.len;
}

/* Nobody honest encodes a path more than three times. */
static bool
decoded_is_crooked(struct str path)
{
	char decoded[SERVICE_URL_LONGEST];

	for (unsigned round = 0; round < DECODINGS_MOST; round++) {
		size_t len = decode_once(path, decoded);

		if (len == path.len)
			return false;
		path = (struct str){ decoded, len };
		if (spelling_is_crooked(path))
			return true;
	}
	return decode_once(path, decoded) < path.len;
}

/*
 * A dot segment, a backslash or a control character in a path, however often
 * and in whatever pieces it was encoded.
 */
static bool
path_is_crooked(struct str path)
{
	return spelling_is_crooked(path) ||
	       (str_find(path, '%') < path.len && decoded_is_crooked(path));
}

static void
put_lower(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];

		if (letter >= 'A' && letter <= 'Z')
			letter = (char)(letter - 'A' + 'a');
		buf_char(out, letter);
	}
}

static bool
put_authority(struct buf *out, const struct url *url)
{
	bool secure = str_equal_nocase(url->scheme, STR("https"));
	uint64_t port = 0;

	if (!secure && !str_equal_nocase(url->scheme, STR("http")))
		return false;
	put_lower(out, url->scheme);
	buf_words(out, "://");
	put_lower(out, url->host);
	if (url->port.at == NULL)
		return true;
	if (!str_number(url->port, 65535, &port) || port == 0)
		return false;
	if (port != (secure ? 443 : 80)) {
		buf_char(out, ':');
		buf_number(out, port);
	}
	return true;
}

/* Takes ";jsessionid=..." out of the path that starts at `start`. */
static void
drop_session_ids(struct buf *out, size_t start)
{
	static const struct str mark = STR_INIT(";jsessionid=");
	size_t to = start;

	if (!buf_ok(out))
		return;
	for (size_t from = start; from < out->len; from++) {
		struct str rest = str_from(buf_str(out), from);

		if (str_equal_nocase(str_first(rest, mark.len), mark))
			from += str_find(rest, '/');
		if (from < out->len)
			out->at[to++] = out->at[from];
	}
	out->len = to;
}

static bool
put_path(struct buf *out, struct str path)
{
	size_t start = out->len;

	if (path.len == 0)
		buf_char(out, '/');
	put_canonical(out, path, kept_in_path);
	drop_session_ids(out, start);
	return buf_ok(out) &&
	       !str_starts(str_from(buf_str(out), start), STR("//"));
}

/* Is it "name" or "name=...", the name perhaps with escapes? */
static bool
is_parameter(struct str parameter, struct str name)
{
	size_t place = 0;

	for (size_t i = 0; i < name.len; i++) {
		int value = escape_value(str_from(parameter, place));

		if (place == parameter.len ||
		    (value >= 0 ? value : parameter.at[place]) != name.at[i])
			return false;
		place += value >= 0 ? 3 : 1;
	}
	return place == parameter.len || parameter.at[place] == '=';
}

/* What carried a ticket is no part of the service. */
static bool
is_ticket_parameter(struct str parameter)
{
	return is_parameter(parameter, STR("ticket")) ||
	       is_parameter(parameter, STR("SAMLart"));
}

static void
put_query_parameter(struct buf *out, struct str parameter)
{
	struct str part, rest = parameter;
	bool more = true;

	while (more) {
		more = str_cut(rest, '+', &part, &rest);
		put_canonical(out, part, kept_in_query);
		if (more)
			put_escape(out, ' ');
	}
}

/* With its '?', nothing for an empty one. */
static void
put_query(struct buf *out, struct str query)
{
	size_t start = out->len;
	struct str parameter, rest = query;
	bool more = true, first = true;

	while (more) {
		more = str_cut(rest, '&', &parameter, &rest);
		if (is_ticket_parameter(parameter))
			continue;
		buf_char(out, first ? '?' : '&');
		put_query_parameter(out, parameter);
		first = false;
	}
	if (buf_ok(out) && out->len == start + 1)
		out->len = start;
}

bool
service_url_canonical(struct str url, struct buf *out)
{
	size_t start = out->len;
	struct url parts;
	bool fine;

	if (url.len > SERVICE_URL_LONGEST || !url_parse(url, &parts))
		return false;
	fine = !path_is_crooked(parts.path) && !has_control(parts.query) &&
	       !has_control(parts.fragment) && put_authority(out, &parts) &&
	       put_path(out, parts.path);
	if (fine)
		put_query(out, parts.query);
	fine = fine && buf_ok(out) && out->len - start <= SERVICE_URL_LONGEST;
	if (!fine && buf_ok(out))
		out->len = start;
	return fine;
}

/* As it is, but for what may not stand in a header line. */
static void
put_visible(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		int letter = (unsigned char)text.at[i];

		if (letter > ' ' && letter < 0x7f)
			buf_char(out, (char)letter);
		else
			put_escape(out, letter);
	}
}

/* The parameters but "ticket", unchanged; false if none was left. */
static bool
put_other_parameters(struct buf *out, struct str query)
{
	struct str parameter, rest = query;
	bool more = query.len > 0, any = false;

	while (more) {
		more = str_cut(rest, '&', &parameter, &rest);
		if (is_ticket_parameter(parameter))
			continue;
		if (any)
			buf_char(out, '&');
		put_visible(out, parameter);
		any = true;
	}
	return any;
}

/* `name` has its '='. */
static void
put_with_ticket(
    struct str url, const char *name, struct str ticket, struct buf *out)
{
	struct str front, fragment, base, query;
	bool has_fragment = str_cut(url, '#', &front, &fragment);
	bool has_query = str_cut(front, '?', &base, &query);
	bool others;

	put_visible(out, base);
	if (has_query || ticket.at != NULL)
		buf_char(out, '?');
	others = put_other_parameters(out, query);
	if (ticket.at == NULL && query.len > 0 && !others && buf_ok(out))
		out->len--; /* nothing but a ticket stood behind the '?' */
	if (ticket.at != NULL) {
		buf_words(out, others ? "&" : "");
		buf_words(out, name);
		put_visible(out, ticket);
	}
	if (has_fragment) {
		buf_char(out, '#');
		put_visible(out, fragment);
	}
}

void
service_url_with_ticket(struct str url, struct str ticket, struct buf *out)
{
	put_with_ticket(url, "ticket=", ticket, out);
}

void
service_url_with_artifact(struct str url, struct str ticket, struct buf *out)
{
	put_with_ticket(url, "SAMLart=", ticket, out);
}

void
service_url_with_grant(
    struct str url, struct str iou, struct str pgt, struct buf *out)
{
	struct str front, fragment, base, query;
	bool has_fragment = str_cut(url, '#', &front, &fragment);
	bool has_query = str_cut(front, '?', &base, &query);

	put_visible(out, front);
	if (!has_query)
		buf_char(out, '?');
	else if (query.len > 0 && !str_ends(query, STR("&")))
		buf_char(out, '&');
	buf_words(out, "pgtIou=");
	put_visible(out, iou);
	buf_words(out, "&pgtId=");
	put_visible(out, pgt);
	if (has_fragment) {
		buf_char(out, '#');
		put_visible(out, fragment);
	}
}

void
service_url_with_logout(struct str url, struct str request, struct buf *out)
{
	put_with_ticket(url, "logoutRequest=", request, out);
}
