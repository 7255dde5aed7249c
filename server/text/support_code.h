/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Support codes, "K7QM-4T": the name of a decision that a person reads to the
 * help desk.
 *
 * 30 random bits in Crockford's base32.  It opens nothing and is no secret, and
 * two decisions may share one.
 */
#ifndef TEXT_SUPPORT_CODE_H
#define TEXT_SUPPORT_CODE_H

#include <stdint.h>

#include "base/memory.h"
#include "base/str.h"

enum {
	SUPPORT_CODE_LETTERS = 6, /* of five bits */
	SUPPORT_CODE_LENGTH = SUPPORT_CODE_LETTERS + 1 /* and a hyphen */
};

/* Five bits of each byte are used.  Writes no NUL. */
void support_code_write(const uint8_t random[static SUPPORT_CODE_LETTERS],
    char out[static SUPPORT_CODE_LENGTH]);

/*
 * As people say it: case, blanks and hyphens do not count, O is 0, I and L are
 * 1.  False if this is no support code.
 */
bool support_code_read(
    struct str typed, char out[static SUPPORT_CODE_LENGTH]) MUST_CHECK;

#endif
