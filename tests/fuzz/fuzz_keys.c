/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file under any bytes.
 *
 * Its lines in reverse order are the same keys; a refusal never shows a piece
 * of the file that could be a secret.
 */
#include <string.h>

#include "base/buf.h"
#include "crypto/keys.h"
#include "crypto/mac.h"
#include "fuzz.h"

enum {
	FILE_LARGEST = 4096, /* more only takes longer */
	NUMBER_MOST = 255,
	TELLING = 8 /* letters of a secret that must not be shown */
};

static void
lines_reverse(struct str text, struct buf *out)
{
	while (text.len > 0) {
		size_t start = text.len;

		while (start > 0 && text.at[start - 1] != '\n')
			start--;
		buf_text(out, str_from(text, start));
		buf_char(out, '\n');
		text = str_first(text, start > 0 ? start - 1 : 0);
	}
}

static void
demand_same_key(const struct keys *one, const struct keys *other, unsigned id)
{
	const struct str words = STR("words");
	uint8_t a[MAC_SIZE], b[MAC_SIZE];

	for (unsigned purpose = 0; purpose < MAC_PURPOSE_COUNT; purpose++) {
		const struct mac_key *left = keys_mac(one, id, purpose);
		const struct mac_key *right = keys_mac(other, id, purpose);

		demand((left != NULL) == (right != NULL));
		if (left == NULL)
			continue;
		mac_compute(left, &words, 1, a);
		mac_compute(right, &words, 1, b);
		demand(memcmp(a, b, sizeof(a)) == 0);
	}
	for (unsigned purpose = 0; purpose < SIV_PURPOSE_COUNT; purpose++)
		demand((keys_siv(one, id, purpose) != NULL) ==
		       (keys_mac(one, id, 0) != NULL));
}

static void
demand_same_reversed(const struct keys *keys, struct str text)
{
	CLEANUP(buf_clear) struct buf reversed = BUF_INIT(2 * FILE_LARGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct keys *again;

	lines_reverse(text, &reversed);
	again = keys_parse(buf_str(&reversed), &why);
	demand(again != NULL);
	demand(keys_newest(again) == keys_newest(keys));
	for (unsigned id = 0; id <= NUMBER_MOST + 1; id++)
		demand_same_key(keys, again, id);
	keys_free(again);
}

static bool
is_secret_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '-' ||
	       letter == '_';
}

/* All of our own sentences, and whatever is in them is no secret. */
static const char own_words[] =
    "line : a key is a number from 1 to 255, a space, a secret "
    "this number stands twice "
    "the secret must be 32 bytes in base64url "
    "there is no key in the file";

static void
demand_nothing_told(struct str why, struct str text)
{
	for (size_t i = 0; i + TELLING <= text.len; i++) {
		struct str piece = str_first(str_from(text, i), TELLING);
		size_t letters = 0;

		while (letters < TELLING && is_secret_letter(piece.at[letters]))
			letters++;
		demand(letters < TELLING ||
		       memmem(own_words, sizeof(own_words) - 1, piece.at,
			   piece.len) != NULL ||
		       memmem(why.at, why.len, piece.at, piece.len) == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct str text = { (const char *)input, size };
	struct keys *keys;

	if (size > FILE_LARGEST)
		return 0;
	keys = keys_parse(text, &why);
	if (keys == NULL) {
		demand(buf_ok(&why) && why.len > 0);
		demand_nothing_told(buf_str(&why), text);
		return 0;
	}
	demand(why.len == 0);
	demand(keys_newest(keys) >= 1 && keys_newest(keys) <= NUMBER_MOST);
	demand(keys_mac(keys, keys_newest(keys), 0) != NULL);
	demand(keys_mac(keys, 0, 0) == NULL);
	demand_same_reversed(keys, text);
	keys_free(keys);
	return 0;
}
