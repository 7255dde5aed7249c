/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was typed into the one field for codes.
 *
 * Codes are copied out of mails, from phones and from paper, by keyboards of
 * all countries: a table says which characters beside ASCII are read, and as
 * what.  No two kinds of code have the same length.
 */
#include "factors/code_entry.h"

#include <string.h>

#include "base/bytes.h"

enum {
	COMPACT_MOST = 15, /* two digits of slot, 13 characters of code */
};

struct compact {
	char letters[COMPACT_MOST];
	size_t len;
};

/* Characters from first to last are read as those from `ascii` on, or are
 * passed over where it is NUL. */
static const struct reading {
	uint32_t first, last;
	char ascii;
} readings[] = {
	{ '\t', '\r', '\0' },
	{ ' ', ' ', '\0' },
	{ '-', '-', '\0' },
	{ '0', '9', '0' },
	{ 'A', 'Z', 'A' },
	{ 'a', 'z', 'a' },
	{ 0x00a0, 0x00a0, '\0' }, /* no-break space */
	{ 0x00ad, 0x00ad, '\0' }, /* soft hyphen */
	{ 0x061c, 0x061c, '\0' }, /* Arabic letter mark */
	{ 0x0660, 0x0669, '0' }, /* Arabic-Indic digits */
	{ 0x06f0, 0x06f9, '0' }, /* of Persian and Urdu */
	{ 0x2000, 0x2015, '\0' }, /* spaces, marks of direction, hyphens */
	{ 0x2028, 0x202f, '\0' }, /* line ends, embeddings, narrow space */
	{ 0x205f, 0x2060, '\0' }, /* mathematical space, word joiner */
	{ 0x2066, 0x2069, '\0' }, /* isolates */
	{ 0x2212, 0x2212, '\0' }, /* minus */
	{ 0x3000, 0x3000, '\0' }, /* ideographic space */
	{ 0xfe63, 0xfe63, '\0' }, /* small hyphen */
	{ 0xfeff, 0xfeff, '\0' }, /* byte order mark */
	{ 0xff0d, 0xff0d, '\0' }, /* hyphen of full width */
	{ 0xff10, 0xff19, '0' }, /* digits of full width */
	{ 0xff21, 0xff3a, 'A' }, /* letters of full width */
	{ 0xff41, 0xff5a, 'a' },
};

static const struct reading *
reading_find(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(readings); i++) {
		if (code >= readings[i].first && code <= readings[i].last)
			return &readings[i];
	}
	return NULL;
}

/* False if a character is unknown or there are too many. */
static bool
compact_read(struct str typed, struct compact *compact)
{
	while (typed.len > 0) {
		uint32_t code = 0;
		size_t size = str_utf8_first(typed, &code);
		const struct reading *reading = reading_find(code);

		if (size == 0 || reading == NULL)
			return false;
		typed = str_from(typed, size);
		if (reading->ascii == '\0')
			continue;
		if (compact->len == COMPACT_MOST)
			return false;
		compact->letters[compact->len++] =
		    (char)((uint32_t)reading->ascii + code - reading->first);
	}
	return true;
}

static bool
is_digits(const struct compact *compact, size_t count)
{
	for (size_t i = 0; i < compact->len; i++) {
		if (compact->letters[i] < '0' || compact->letters[i] > '9')
			return false;
	}
	return compact->len == count;
}

static struct code_entry
entry_of(const struct compact *compact)
{
	struct code_entry entry = { .kind = CODE_NONE };
	struct str letters = { compact->letters, compact->len };

	if (is_digits(compact, TOTP_DIGITS)) {
		entry.kind = CODE_TOTP;
		memcpy(entry.totp, compact->letters, TOTP_DIGITS);
	} else if (is_digits(compact, EMAIL_CODE_DIGITS)) {
		entry.kind = CODE_EMAIL;
		memcpy(entry.email, compact->letters, EMAIL_CODE_DIGITS);
	} else if (recovery_code_read(letters, &entry.recovery)) {
		entry.kind = CODE_RECOVERY;
	}
	return entry;
}

struct code_entry
code_entry_read(struct str typed)
{
	struct compact compact = { .len = 0 };
	struct code_entry entry = { .kind = CODE_NONE };

	if (typed.len <= CODE_ENTRY_LONGEST && compact_read(typed, &compact))
		entry = entry_of(&compact);
	bytes_wipe(&compact, sizeof(compact));
	return entry;
}
