/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that people give to things of their own, under any bytes.
 *
 * Whether bytes are UTF-8 is asked of jansson as well; what must not be in a
 * name is looked for by its bytes.
 */
#include <jansson.h>
#include <string.h>

#include "fuzz.h"
#include "text/label.h"

static bool
is_utf8(struct str text)
{
	json_t *string = json_stringn(text.at, text.len);
	bool good = string != NULL;

	json_decref(string);
	return good;
}

static bool
has(struct str text, const char *bytes)
{
	return memmem(text.at, text.len, bytes, strlen(bytes)) != NULL;
}

/* Control characters, ends of lines, and what turns the direction. */
static bool
has_what_acts(struct str text)
{
	static const char *const groups[] = { "\xd8\x9c", "\xe2\x80\x8e",
		"\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa",
		"\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9",
		"\xef\xbb\xbf" };

	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		if (has(text, groups[i]))
			return true;
	}
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.at[i];

		if (byte < 0x20 || byte == 0x7f ||
		    (byte == 0xc2 && i + 1 < text.len &&
			(unsigned char)text.at[i + 1] < 0xa0))
			return true;
	}
	return false;
}

/* Bytes that begin a character. */
static size_t
characters_of(struct str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct str typed = { (const char *)input, size };
	struct str kept = str_trim(typed), label, again;

	demand(label_read(typed, &label) ==
	       (is_utf8(kept) && !has_what_acts(kept) &&
		   characters_of(kept) <= LABEL_LONGEST));
	if (!label_read(typed, &label))
		return 0;
	demand(label.len == 0 || is_inside(label, typed));
	demand(label_read(label, &again) && str_equal(label, again));
	return 0;
}
