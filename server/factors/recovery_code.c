/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery codes.
 *
 * The slot stands in front with one or two digits, and nothing marks its end
 * once hyphens are ignored: the last 13 characters are the code, whatever
 * stands before them is the slot.
 */
#include "factors/recovery_code.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"

enum {
	SLOT_DIGITS = 2,
	SPELLED_MOST = SLOT_DIGITS + RECOVERY_CODE_LENGTH,
	FIRST_GROUP_ENDS = 5,
	SECOND_GROUP_ENDS = 10,
};

/* Crockford's: no I, L, O (like 1 and 0), and no U. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct recovery_code
recovery_code_make(
    unsigned slot, const uint8_t random[static RECOVERY_CODE_LENGTH])
{
	struct recovery_code made = { .slot = slot };

	assert(slot >= 1 && slot <= RECOVERY_SLOT_MOST);
	for (size_t i = 0; i < RECOVERY_CODE_LENGTH; i++)
		made.characters[i] = letters[random[i] & 0x1f];
	return made;
}

void
recovery_code_write(struct buf *out, const struct recovery_code *code)
{
	buf_number(out, code->slot);
	for (size_t i = 0; i < RECOVERY_CODE_LENGTH; i++) {
		if (i == 0 || i == FIRST_GROUP_ENDS || i == SECOND_GROUP_ENDS)
			buf_char(out, '-');
		buf_char(out, code->characters[i]);
	}
}

/* The letter of the alphabet that is meant, NUL if there is none. */
static char
letter_meant(char typed)
{
	if (typed >= 'a' && typed <= 'z')
		typed = (char)(typed - 'a' + 'A');
	if (typed == 'O')
		return '0';
	if (typed == 'I' || typed == 'L')
		return '1';
	return typed != '\0' && strchr(letters, typed) != NULL ? typed : '\0';
}

/* How many characters there are; 0 if one is unknown or there are too many. */
static size_t
characters_read(struct str typed, char characters[static SPELLED_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < typed.len; i++) {
		char letter = typed.at[i];

		if (letter == ' ' || letter == '\t' || letter == '-')
			continue;
		letter = letter_meant(letter);
		if (letter == '\0' || count == SPELLED_MOST)
			return 0;
		characters[count++] = letter;
	}
	return count;
}

bool
recovery_code_read(struct str typed, struct recovery_code *code)
{
	char characters[SPELLED_MOST];
	size_t count = characters_read(typed, characters);
	uint64_t slot = 0;
	bool good =
	    count > RECOVERY_CODE_LENGTH && characters[0] != '0' &&
	    str_number((struct str){ characters, count - RECOVERY_CODE_LENGTH },
		RECOVERY_SLOT_MOST, &slot);

	if (good) {
		code->slot = (unsigned)slot;
		memcpy(code->characters,
		    characters + count - RECOVERY_CODE_LENGTH,
		    RECOVERY_CODE_LENGTH);
	}
	bytes_wipe(characters, sizeof(characters));
	return good;
}
