/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Support codes: no I, L, O and U among their letters.
 */
#include "text/support_code.h"

#include <string.h>

enum {
	HYPHEN_AT = 4
};

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
put_letter(char out[static SUPPORT_CODE_LENGTH], size_t place, char letter)
{
	out[place < HYPHEN_AT ? place : place + 1] = letter;
}

void
support_code_write(const uint8_t random[static SUPPORT_CODE_LETTERS],
    char out[static SUPPORT_CODE_LENGTH])
{
	out[HYPHEN_AT] = '-';
	for (size_t i = 0; i < SUPPORT_CODE_LETTERS; i++)
		put_letter(out, i, letters[random[i] & 0x1f]);
}

/* The letter that is meant, NUL if there is none. */
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

bool
support_code_read(struct str typed, char out[static SUPPORT_CODE_LENGTH])
{
	size_t count = 0;

	out[HYPHEN_AT] = '-';
	for (size_t i = 0; i < typed.len; i++) {
		char letter = typed.at[i];

		if (letter == ' ' || letter == '\t' || letter == '-')
			continue;
		letter = letter_meant(letter);
		if (letter == '\0' || count == SUPPORT_CODE_LETTERS)
			return false;
		put_letter(out, count++, letter);
	}
	return count == SUPPORT_CODE_LETTERS;
}
