/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 from bytes to one request head.
 *
 * The outcome is a function of the bytes alone, however they arrived: the
 * first fault in reading order decides, and what was refused once stays
 * refused when more bytes come.  `looked` only spares work: it is where the
 * first line begins that had no end yet.
 */
#include "text/http.h"

#include <string.h>

enum {
	METHOD_LONGEST = 32,
	VERSION_SIZE = 8, /* HTTP/1.1 */
};

/* Fields the server reads itself, in the order of known_names. */
enum known {
	HOST,
	COOKIE,
	CONTENT_TYPE,
	CONTENT_LENGTH,
	TRANSFER_ENCODING,
	EXPECT,
	SINGLE_COUNT, /* those before stand once at most */
	CONNECTION = SINGLE_COUNT,
	KNOWN_COUNT,
};

static const struct str known_names[KNOWN_COUNT] = {
	[HOST] = STR_INIT("host"),
	[COOKIE] = STR_INIT("cookie"),
	[CONTENT_TYPE] = STR_INIT("content-type"),
	[CONTENT_LENGTH] = STR_INIT("content-length"),
	[TRANSFER_ENCODING] = STR_INIT("transfer-encoding"),
	[EXPECT] = STR_INIT("expect"),
	[CONNECTION] = STR_INIT("connection"),
};

/* One reading of a head; every step answers 0 or the status to refuse with. */
struct reading {
	struct http_head *head;
	struct str single[SINGLE_COUNT]; /* `at` is NULL for an absent one */
	bool asks_close;
	bool asks_keep_alive;
};

/* tchar of RFC 9110, 5.6.2. */
/* clang-format off */
static const bool token_letters[256] = {
	['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1,
	['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1, ['^'] = 1, ['_'] = 1,
	['`'] = 1, ['|'] = 1, ['~'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1,
	['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1,
	['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1,
	['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1,
	['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1,
	['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1,
	['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1,
	['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1,
	['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1,
	['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1,
	['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
};
/* clang-format on */

static size_t
token_length(struct str text)
{
	size_t len = 0;

	while (len < text.len && token_letters[(uint8_t)text.at[len]])
		len++;
	return len;
}

/* One line without its CRLF; 400 unless it ends in CRLF. */
static unsigned
line_strip(struct str *line)
{
	if (line->len < 2 || line->at[line->len - 2] != '\r')
		return 400;
	line->len -= 2;
	return 0;
}

static unsigned
method_read(struct http_head *head, struct str method)
{
	static const struct str names[] = {
		[HTTP_GET] = STR_INIT("GET"),
		[HTTP_HEAD] = STR_INIT("HEAD"),
		[HTTP_POST] = STR_INIT("POST"),
		[HTTP_DELETE] = STR_INIT("DELETE"),
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (str_equal(method, names[i])) {
			head->method = (enum http_method)i;
			return 0;
		}
	}
	return 405;
}

/*
 * The method at the front of a request line that may still be growing.  With
 * status 0 and `len` 0 more bytes are needed to tell.
 */
static unsigned
method_find(struct http_head *head, struct str text, size_t *len)
{
	struct str method;

	*len = 0;
	method.at = text.at;
	method.len = token_length(str_first(text, METHOD_LONGEST + 1));
	if (method.len > METHOD_LONGEST)
		return 501;
	if (method.len == text.len)
		return 0;
	if (method.len == 0 || text.at[method.len] != ' ')
		return 400;
	*len = method.len;
	return method_read(head, method);
}

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static unsigned
version_read(struct http_head *head, struct str version)
{
	if (version.len != VERSION_SIZE || !str_starts(version, STR("HTTP/")) ||
	    !is_digit(version.at[5]) || version.at[6] != '.' ||
	    !is_digit(version.at[7]))
		return 400;
	if (version.at[5] != '1' || version.at[7] > '1')
		return 505;
	head->minor_version = (unsigned)(version.at[7] - '0');
	return 0;
}

static unsigned
target_read(struct http_head *head, struct str target)
{
	for (size_t i = 0; i < target.len; i++) {
		char letter = target.at[i];

		if (letter < 0x21 || letter > 0x7e || letter == '#')
			return 400;
	}
	head->target = target;
	str_cut(target, '?', &head->path, &head->query);
	return 0;
}

/*
 * What is wrong already with a request line that has no end yet.  It must
 * find nothing that request_line_read() would judge otherwise.
 */
static unsigned
request_line_begins(struct http_head *head, struct str text)
{
	size_t len, space;
	unsigned status = method_find(head, text, &len);

	if (status != 0 || len == 0)
		return status;
	text = str_from(text, len + 1);
	if (text.len > 0 && text.at[0] != '/')
		return 400;
	space = str_find(str_first(text, HTTP_TARGET_LONGEST + 1), ' ');
	if (space > HTTP_TARGET_LONGEST)
		return 414;
	if (space < text.len && text.len - space - 1 > VERSION_SIZE + 1)
		return 400;
	return 0;
}

static unsigned
request_line_read(struct http_head *head, struct str line)
{
	struct str target, version;
	size_t len;
	unsigned status = method_find(head, line, &len);

	if (status != 0)
		return status;
	if (len == 0)
		return 400;
	line = str_from(line, len + 1);
	if (line.len == 0 || line.at[0] != '/')
		return 400;
	str_cut(line, ' ', &target, &version);
	if (target.len > HTTP_TARGET_LONGEST)
		return 414;
	status = line_strip(&version);
	if (status == 0)
		status = version_read(head, version);
	if (status == 0)
		status = target_read(head, target);
	return status;
}

/*
 * Visible ASCII, blanks and bytes above ASCII.  Eight bytes at a time while
 * none of them is below 0x20 or is 0x7f, else one by one because of the tab.
 */
static bool
value_is_clean(struct str value)
{
	const uint64_t ones = UINT64_MAX / 0xff;
	size_t place = 0;

	while (place < value.len) {
		size_t end = place + 1;
		uint64_t eight, deletes;

		if (value.len - place >= sizeof(eight)) {
			memcpy(&eight, value.at + place, sizeof(eight));
			deletes = eight ^ ones * 0x7f;
			end = place + sizeof(eight);
			if (((((eight - ones * 0x20) & ~eight) |
				 ((deletes - ones) & ~deletes)) &
				ones * 0x80) == 0)
				place = end;
		}
		for (; place < end; place++) {
			uint8_t letter = (uint8_t)value.at[place];

			if ((letter < 0x20 && letter != '\t') || letter == 0x7f)
				return false;
		}
	}
	return true;
}

static void
connection_read(struct reading *reading, struct str list)
{
	struct str option;

	while (list.at != NULL) {
		str_cut(list, ',', &option, &list);
		option = str_trim(option);
		if (str_equal_nocase(option, STR("close")))
			reading->asks_close = true;
		else if (str_equal_nocase(option, STR("keep-alive")))
			reading->asks_keep_alive = true;
	}
}

/* Most names differ in length already: spares the call. */
static bool
name_is(struct str name, struct str known)
{
	return name.len == known.len && str_equal_nocase(name, known);
}

/* `raw` is the value with the blanks around it. */
static unsigned
known_field_read(
    struct reading *reading, const struct http_field *field, struct str raw)
{
	size_t known = 0;
	size_t blank = raw.len > 0 && raw.at[0] == ' ' ? 1 : 0;

	while (known < KNOWN_COUNT && !name_is(field->name, known_names[known]))
		known++;
	if (known == CONNECTION)
		connection_read(reading, field->value);
	if (known >= SINGLE_COUNT)
		return 0;
	if (reading->single[known].at != NULL)
		return 400;
	/* No odd blanks where readers must agree on the length. */
	if ((known == CONTENT_LENGTH || known == TRANSFER_ENCODING) &&
	    field->value.len + blank != raw.len)
		return 400;
	reading->single[known] = field->value;
	return 0;
}

static unsigned
field_read(struct reading *reading, struct str line)
{
	struct http_head *head = reading->head;
	struct http_field field;
	size_t colon = token_length(line);
	struct str raw;
	unsigned status = line_strip(&line);

	if (status != 0)
		return status;
	if (colon == 0 || colon >= line.len || line.at[colon] != ':')
		return 400;
	raw = str_from(line, colon + 1);
	if (!value_is_clean(raw))
		return 400;
	if (head->field_count == HTTP_FIELDS_MOST)
		return 431;
	field.name = str_first(line, colon);
	field.value = str_trim(raw);
	head->fields[head->field_count++] = field;
	return known_field_read(reading, &field, raw);
}

static unsigned
content_length_read(struct http_head *head, struct str text)
{
	uint64_t value;

	if (text.at == NULL)
		return 0;
	if (str_number(text, HTTP_BODY_LARGEST, &value)) {
		head->content_length = (size_t)value;
		return 0;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.at[i]))
			return 400;
	}
	return text.len > 0 ? 413 : 400;
}

static unsigned
framing_read(struct reading *reading)
{
	struct http_head *head = reading->head;
	struct str coding = reading->single[TRANSFER_ENCODING];
	struct str length = reading->single[CONTENT_LENGTH];

	if (coding.at == NULL)
		return content_length_read(head, length);
	if (length.at != NULL || head->minor_version == 0)
		return 400;
	if (str_equal_nocase(coding, STR("chunked"))) {
		head->chunked = true;
		return 0;
	}
	return coding.len > 0 && token_length(coding) == coding.len ? 501 : 400;
}

static unsigned
expect_read(struct reading *reading, bool has_body)
{
	struct str expect = reading->single[EXPECT];

	if (expect.at == NULL)
		return 0;
	if (!str_equal_nocase(expect, STR("100-continue")))
		return 417;
	reading->head->expect_continue =
	    has_body && reading->head->minor_version > 0;
	return 0;
}

/* What can only be judged when all the fields are there. */
static unsigned
head_finish(struct reading *reading)
{
	struct http_head *head = reading->head;
	unsigned status;
	bool has_body;

	head->host = reading->single[HOST];
	head->cookie = reading->single[COOKIE];
	head->content_type = reading->single[CONTENT_TYPE];
	if (head->host.len == 0 &&
	    (head->host.at != NULL || head->minor_version > 0))
		return 400;
	head->keep_alive =
	    !reading->asks_close &&
	    (head->minor_version > 0 || reading->asks_keep_alive);
	status = framing_read(reading);
	if (status != 0)
		return status;
	has_body = head->chunked || head->content_length > 0;
	if (has_body && head->method != HTTP_POST)
		return 400;
	return expect_read(reading, has_body);
}

/* Writes everything but `fields`, which field_count guards. */
static void
head_begin(struct http_head *head)
{
	head->query = STR_NONE;
	head->keep_alive = false;
	head->expect_continue = false;
	head->chunked = false;
	head->content_length = 0;
	head->field_count = 0;
	head->size = 0;
}

/* Reads whole lines; head->size is set once the empty one was met. */
static unsigned
lines_read(struct http_head *head, struct str text, size_t *looked)
{
	struct reading reading = { .head = head };
	size_t start = 0;
	unsigned status = 0;

	head_begin(head);
	while (status == 0 && head->size == 0) {
		struct str line = str_from(text, start);
		size_t end = str_find(line, '\n');

		if (end == line.len) {
			*looked = start;
			return start > 0 ? 0 : request_line_begins(head, line);
		}
		line.len = end + 1;
		if (start == 0)
			status = request_line_read(head, line);
		else if (str_equal(line, STR("\r\n")))
			head->size = start + line.len;
		else
			status = field_read(&reading, line);
		start += line.len;
	}
	return status != 0 ? status : head_finish(&reading);
}

enum http_outcome
http_head_read(
    struct http_head *head, struct str bytes, size_t *looked, unsigned *status)
{
	struct str window = str_first(bytes, HTTP_HEAD_LARGEST);
	bool has_new_line =
	    *looked == 0 || *looked > window.len ||
	    str_find(str_from(window, *looked), '\n') < window.len - *looked;
	unsigned fault = 0;

	head->size = 0;
	if (has_new_line && window.len > 0)
		fault = lines_read(head, window, looked);
	if (fault == 0 && head->size == 0 && window.len == HTTP_HEAD_LARGEST)
		fault = 431;
	if (fault != 0) {
		*status = fault;
		return HTTP_BAD;
	}
	return head->size > 0 ? HTTP_READY : HTTP_MORE;
}

struct str
http_field(const struct http_head *head, struct str name)
{
	struct str found = STR_NONE;

	for (size_t i = 0; i < head->field_count; i++) {
		if (!str_equal_nocase(head->fields[i].name, name))
			continue;
		if (found.at != NULL)
			return STR_NONE;
		found = head->fields[i].value;
	}
	return found;
}

bool
http_has_field(const struct http_head *head, struct str name)
{
	for (size_t i = 0; i < head->field_count; i++) {
		if (str_equal_nocase(head->fields[i].name, name))
			return true;
	}
	return false;
}
