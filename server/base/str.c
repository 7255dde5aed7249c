/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view of text.
 */
#include "base/str.h"

#include <assert.h>
#include <string.h>

struct str
str_of(const char *text)
{
	if (text == NULL)
		return STR_NONE;
	return (struct str){ text, strlen(text) };
}

bool
str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char
lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

bool
str_equal_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	}
	return true;
}

int
str_compare(struct str a, struct str b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared > 0 ? memcmp(a.at, b.at, shared) : 0;

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool
str_starts(struct str text, struct str prefix)
{
	return text.len >= prefix.len &&
	       str_equal(str_first(text, prefix.len), prefix);
}

bool
str_ends(struct str text, struct str suffix)
{
	return text.len >= suffix.len &&
	       str_equal(str_from(text, text.len - suffix.len), suffix);
}

struct str
str_from(struct str text, size_t offset)
{
	assert(offset <= text.len);
	if (text.at == NULL)
		return text;
	return (struct str){ text.at + offset, text.len - offset };
}

struct str
str_first(struct str text, size_t len)
{
	return (struct str){ text.at, len < text.len ? len : text.len };
}

static bool
is_blank(char letter)
{
	return letter == ' ' || letter == '\t';
}

struct str
str_trim(struct str text)
{
	while (text.len > 0 && is_blank(text.at[0]))
		text = str_from(text, 1);
	while (text.len > 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

size_t
str_find(struct str text, char wanted)
{
	const char *found = NULL;

	if (text.len > 0)
		found = memchr(text.at, wanted, text.len);
	return found != NULL ? (size_t)(found - text.at) : text.len;
}

bool
str_cut(struct str text, char separator, struct str *before, struct str *after)
{
	size_t place = str_find(text, separator);

	*before = str_first(text, place);
	if (place == text.len) {
		*after = STR_NONE;
		return false;
	}
	*after = str_from(text, place + 1);
	return true;
}

bool
str_number(struct str text, uint64_t most, uint64_t *value)
{
	uint64_t sum = 0;

	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t digit = (uint64_t)(text.at[i] - '0');

		if (text.at[i] < '0' || text.at[i] > '9' || digit > most ||
		    sum > (most - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

/* The length of the sequence that begins here, 0 if it is malformed. */
static size_t
utf8_sequence(const unsigned char *at, size_t left)
{
	static const unsigned char least_second[] = { [0xe0 - 0xe0] = 0xa0,
		[0xf0 - 0xe0] = 0x90 };
	static const unsigned char most_second[] = { [0xed - 0xe0] = 0x9f,
		[0xf4 - 0xe0] = 0x8f };
	unsigned char first = at[0], least = 0x80, most = 0xbf;
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if (first == 0 || (first >= 0x80 && first < 0xc2) || first > 0xf4 ||
	    len > left)
		return 0;
	if (first >= 0xe0) {
		size_t row = (size_t)(first - 0xe0);

		if (row < sizeof(least_second) && least_second[row] != 0)
			least = least_second[row];
		if (row < sizeof(most_second) && most_second[row] != 0)
			most = most_second[row];
	}
	for (size_t i = 1; i < len; i++) {
		if (at[i] < (i == 1 ? least : 0x80) ||
		    at[i] > (i == 1 ? most : 0xbf))
			return 0;
	}
	return len;
}

bool
str_is_utf8(struct str text)
{
	const unsigned char *at = (const unsigned char *)text.at;
	size_t place = 0;

	while (place < text.len) {
		size_t len = utf8_sequence(at + place, text.len - place);

		if (len == 0)
			return false;
		place += len;
	}
	return true;
}

size_t
str_utf8_first(struct str text, uint32_t *code)
{
	static const unsigned char payload[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *at = (const unsigned char *)text.at;
	size_t len = text.len > 0 ? utf8_sequence(at, text.len) : 0;
	uint32_t sum;

	if (len == 0)
		return 0;
	sum = at[0] & payload[len];
	for (size_t i = 1; i < len; i++)
		sum = sum << 6 | (at[i] & 0x3f);
	*code = sum;
	return len;
}
