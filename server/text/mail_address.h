/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail addresses: the one spelling that is stored, and the only one that ever
 * reaches a mail server.
 *
 * Narrower than RFC 5321 allows, on purpose: no quoted local parts, no
 * comments, no address literals, no routing by % or !, no pipes, nothing that a
 * program behind the mail server may take for an option or a command, and
 * ASCII only, so that SMTPUTF8 is never needed.
 */
#ifndef TEXT_MAIL_ADDRESS_H
#define TEXT_MAIL_ADDRESS_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	MAIL_ADDRESS_LONGEST = 254, /* bytes: RFC 5321, 4.5.3.1.3, less <> */
	MAIL_ADDRESS_LOCAL_LONGEST = 64, /* in front of the @ */
};

/*
 * Appends the address with blanks around it taken off and its domain in lower
 * case.  False, and nothing appended, unless it is LOCAL@DOMAIN: LOCAL of
 * letters, digits and _ + - ' & = ~ with single dots inside, not beginning with
 * a hyphen; DOMAIN at least two labels of letters, digits and inner hyphens,
 * the last not of digits only.
 */
bool mail_address_canonical(struct str typed, struct buf *out) MUST_CHECK;

/* Is it spelled as mail_address_canonical() spells it? */
bool mail_address_is_canonical(struct str address) MUST_CHECK;

/* As a sentence for people. */
#define MAIL_ADDRESS_RULE \
	"a mail address is name@domain in plain letters, such as " \
	"marie.curie@example.org"

#endif
