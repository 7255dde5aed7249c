/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field for codes under any bytes.
 *
 * What is read is canonical: written out, it is read as the same again, with
 * and without blanks and hyphens in between.
 */
#include <string.h>

#include "base/buf.h"
#include "factors/code_entry.h"
#include "fuzz.h"

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static bool
is_of(const char *at, size_t len, const char *letters)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] == '\0' || strchr(letters, at[i]) == NULL)
			return false;
	}
	return true;
}

/* As people see it. */
static void
entry_write(struct buf *out, const struct code_entry *entry)
{
	switch (entry->kind) {
	case CODE_NONE:
		break;
	case CODE_TOTP:
		demand(is_of(entry->totp, TOTP_DIGITS, "0123456789"));
		buf_bytes(out, entry->totp, TOTP_DIGITS);
		break;
	case CODE_EMAIL:
		demand(is_of(entry->email, EMAIL_CODE_DIGITS, "0123456789"));
		email_code_write(out, entry->email);
		break;
	case CODE_RECOVERY:
		demand(is_of(entry->recovery.characters, RECOVERY_CODE_LENGTH,
		    crockford));
		demand(entry->recovery.slot >= 1 &&
		       entry->recovery.slot <= RECOVERY_SLOT_MOST);
		recovery_code_write(out, &entry->recovery);
		break;
	}
}

static void
demand_read_as(struct str typed, struct str expected)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(100);
	struct code_entry entry = code_entry_read(typed);

	entry_write(&out, &entry);
	demand(str_equal(buf_str(&out), expected));
}

/* With a no-break space behind each character, and small letters. */
static void
demand_spaced_same(struct str written)
{
	CLEANUP(buf_clear) struct buf spaced = BUF_INIT(100);

	for (size_t i = 0; i < written.len; i++) {
		char letter = written.at[i];

		if (letter >= 'A' && letter <= 'Z')
			letter = (char)(letter | 0x20);
		buf_char(&spaced, letter);
		buf_words(&spaced, "\u00a0");
	}
	demand_read_as(buf_str(&spaced), written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(100);
	struct str typed = { (const char *)input, size };
	struct code_entry entry = code_entry_read(typed);

	entry_write(&out, &entry);
	if (entry.kind == CODE_NONE)
		return 0;
	demand(size <= CODE_ENTRY_LONGEST && str_is_utf8(typed));
	demand_read_as(buf_str(&out), buf_str(&out));
	demand_spaced_same(buf_str(&out));
	return 0;
}
