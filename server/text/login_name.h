/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Login names: the one spelling under which an account is stored and found.
 *
 * The sign-in form and the command line both come through here, so that what
 * was added can be typed, and two spellings are never two accounts.
 */
#ifndef TEXT_LOGIN_NAME_H
#define TEXT_LOGIN_NAME_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	LOGIN_NAME_LONGEST = 64
};

/*
 * Appends the name with blanks around it taken off and A-Z as a-z.  False, and
 * nothing appended, unless that is 1 to 64 of a-z 0-9 . _ @ + - (ASCII only:
 * no letter looks like another one).
 */
bool login_name_canonical(struct str typed, struct buf *out) MUST_CHECK;

/* What a name may be, as a sentence for people. */
#define LOGIN_NAME_RULE \
	"a login is 1 to 64 of the letters a to z, digits and . _ @ + -"

#endif
