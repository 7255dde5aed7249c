/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery codes: a slot number and 65 random bits, spelled "2-7QKMP-4XD9T-HRB"
 * in Crockford's base32.
 *
 * The slot says which hash the code is compared with, so that one try costs one
 * hash (crypto/password).  What is hashed are the 13 canonical characters
 * without the slot; they are secret, and the caller wipes them.
 */
#ifndef FACTORS_RECOVERY_CODE_H
#define FACTORS_RECOVERY_CODE_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	RECOVERY_CODE_LENGTH = 13, /* characters of five bits */
	RECOVERY_SLOT_MOST = 99 /* slots count from 1 */
};

struct recovery_code {
	unsigned slot;
	char characters[RECOVERY_CODE_LENGTH]; /* canonical, without a NUL */
};

/* Five bits of each random byte are used; none of the characters is likelier
 * than another. */
struct recovery_code recovery_code_make(
    unsigned slot, const uint8_t random[static RECOVERY_CODE_LENGTH]);

/* As people see it: slot, five, five and three characters. */
void recovery_code_write(struct buf *, const struct recovery_code *);

/*
 * Case, blanks and hyphens do not count, O is 0, I and L are 1.  False, and
 * nothing written, if this is no recovery code.
 */
bool recovery_code_read(struct str typed, struct recovery_code *) MUST_CHECK;

#endif
