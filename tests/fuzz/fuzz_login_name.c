/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Login names under any bytes.
 *
 * What is accepted is its own canonical form, and stays the same name with
 * blanks around it and in capitals; what is refused leaves nothing behind.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/login_name.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._@+-";

/* Names are letters of the list, in either case, between blanks. */
static bool
is_login(struct str typed)
{
	struct str name = str_trim(typed);

	for (size_t i = 0; i < name.len; i++) {
		char letter = name.at[i];

		if (letter >= 'A' && letter <= 'Z')
			letter = (char)(letter | 0x20);
		if (letter == '\0' || strchr(letters, letter) == NULL)
			return false;
	}
	return name.len >= 1 && name.len <= LOGIN_NAME_LONGEST;
}

static void
demand_same(struct str typed, struct str canonical)
{
	CLEANUP(buf_clear) struct buf again = BUF_INIT(1024);

	demand(login_name_canonical(typed, &again));
	demand(str_equal(buf_str(&again), canonical));
}

static void
demand_capitals_same(struct str canonical)
{
	char capitals[LOGIN_NAME_LONGEST + 2] = { '\t' };

	for (size_t i = 0; i < canonical.len; i++) {
		char letter = canonical.at[i];

		if (letter >= 'a' && letter <= 'z')
			letter = (char)(letter - 0x20);
		capitals[i + 1] = letter;
	}
	capitals[canonical.len + 1] = ' ';
	demand_same((struct str){ capitals, canonical.len + 2 }, canonical);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(1024);
	struct str typed = { (const char *)input, size };
	bool accepted = login_name_canonical(typed, &out);

	demand(accepted == is_login(typed));
	if (!accepted) {
		demand(out.len == 0);
		return 0;
	}
	for (size_t i = 0; i < out.len; i++)
		demand(strchr(letters, out.at[i]) != NULL);
	demand_same(buf_str(&out), buf_str(&out));
	demand_capitals_same(buf_str(&out));
	return 0;
}
