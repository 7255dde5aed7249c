/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was typed into the one field for codes.
 *
 * Which kind it is follows from its length and letters alone: nothing here
 * knows whether the code is right.  What is read is secret; the caller wipes
 * the struct.
 */
#ifndef FACTORS_CODE_ENTRY_H
#define FACTORS_CODE_ENTRY_H

#include "base/memory.h"
#include "base/str.h"
#include "factors/email_code.h"
#include "factors/recovery_code.h"
#include "factors/totp.h"

enum {
	CODE_ENTRY_LONGEST = 64 /* bytes, as typed */
};

enum code_kind {
	CODE_NONE, /* nothing of all this */
	CODE_TOTP, /* six digits */
	CODE_EMAIL, /* eight digits */
	CODE_RECOVERY,
};

struct code_entry {
	enum code_kind kind;
	union {
		char totp[TOTP_DIGITS];
		char email[EMAIL_CODE_DIGITS];
		struct recovery_code recovery;
	};
};

/*
 * Blanks, hyphens and invisible characters of all kinds do not count; digits
 * and letters of full width and Arabic digits are read as their ASCII equals.
 * Malformed UTF-8 and whatever is too long is CODE_NONE.
 */
struct code_entry code_entry_read(struct str typed);

#endif
