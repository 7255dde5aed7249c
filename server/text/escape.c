/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text into a sink, escaped for what reads it.
 *
 * XML and JSON are written in ASCII only: clients that guess the encoding
 * wrongly, and there are many, cannot go wrong with it.
 */
#include "text/escape.h"

#include "base/buf.h"

enum {
	REPLACEMENT = 0xfffd
};

/* What stands for this character in HTML and XML, NULL for itself. */
static const char *
reference_of(char letter)
{
	switch (letter) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
escape_html(struct buf *out, struct str text)
{
	size_t start = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *reference = reference_of(text.at[i]);

		if (reference == NULL)
			continue;
		buf_bytes(out, text.at + start, i - start);
		buf_words(out, reference);
		start = i + 1;
	}
	if (start < text.len)
		buf_bytes(out, text.at + start, text.len - start);
}

/*
 * Takes one character off the front: its code point, NUL included, and
 * U+FFFD for a byte that belongs to no well-formed sequence.
 */
static uint32_t
code_take(struct str *text)
{
	uint32_t code = text->at[0] == '\0' ? 0 : REPLACEMENT;
	size_t len = str_utf8_first(*text, &code);

	*text = str_from(*text, len > 0 ? len : 1);
	return code;
}

/* Char of XML 1.0, less the control characters it allows above ASCII. */
static bool
is_xml_character(uint32_t code)
{
	if (code < 0x20)
		return code == '\t' || code == '\n' || code == '\r';
	return !(code >= 0x7f && code <= 0x9f) && code != 0xfffe &&
	       code != 0xffff;
}

void
escape_xml(struct buf *out, struct str text)
{
	while (text.len > 0) {
		uint32_t code = code_take(&text);
		const char *reference =
		    code < 0x80 ? reference_of((char)code) : NULL;

		if (!is_xml_character(code))
			continue;
		if (reference != NULL)
			buf_words(out, reference);
		else if (code >= 0x20 && code < 0x7f)
			buf_char(out, (char)code);
		else
			buf_format(out, "&#%u;", (unsigned)code);
	}
}

static void
json_unit(struct buf *out, uint32_t unit)
{
	buf_format(out, "\\u%04x", (unsigned)unit);
}

static void
json_character(struct buf *out, uint32_t code)
{
	if (code == '"' || code == '\\') {
		buf_char(out, '\\');
		buf_char(out, (char)code);
	} else if (code >= 0x20 && code < 0x7f) {
		buf_char(out, (char)code);
	} else if (code < 0x10000) {
		json_unit(out, code);
	} else {
		json_unit(out, 0xd800 + ((code - 0x10000) >> 10));
		json_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
	}
}

void
escape_json(struct buf *out, struct str text)
{
	buf_char(out, '"');
	while (text.len > 0)
		json_character(out, code_take(&text));
	buf_char(out, '"');
}

/* Unicode 15, 23.2: what breaks lines, and what reorders the others. */
static bool
is_plain_character(uint32_t code)
{
	return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) &&
	       code != 0x061c && code != 0x200e && code != 0x200f &&
	       !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2066 && code <= 0x2069);
}

void
escape_plain(struct buf *out, struct str text)
{
	while (text.len > 0) {
		struct str rest = text;
		uint32_t code = code_take(&rest);
		size_t len = text.len - rest.len;

		if (!is_plain_character(code))
			buf_char(out, ' ');
		else if (code == REPLACEMENT)
			buf_words(out, "\xef\xbf\xbd");
		else
			buf_text(out, str_first(text, len));
		text = rest;
	}
}

static bool
is_unreserved(char letter)
{
	return (letter >= '0' && letter <= '9') ||
	       (letter >= 'A' && letter <= 'Z') ||
	       (letter >= 'a' && letter <= 'z') || letter == '-' ||
	       letter == '.' || letter == '_' || letter == '~';
}

void
escape_url(struct buf *out, struct str text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		uint8_t letter = (uint8_t)text.at[i];

		if (is_unreserved(text.at[i])) {
			buf_char(out, text.at[i]);
			continue;
		}
		buf_char(out, '%');
		buf_char(out, digits[letter >> 4]);
		buf_char(out, digits[letter & 0x0f]);
	}
}
