/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes sent by mail: eight digits, shown as "4821 7736".
 *
 * What is stored is a MAC over sign-in, account and code with a key of the
 * server (MAC_EMAIL_CODE): a code of another sign-in or another person never
 * fits, and the database alone does not tell codes.  That a code has ten
 * minutes, five tries and one use is the business of its row.
 */
#ifndef FACTORS_EMAIL_CODE_H
#define FACTORS_EMAIL_CODE_H

#include "base/memory.h"
#include "base/str.h"
#include "crypto/mac.h"

struct buf;

enum {
	EMAIL_CODE_DIGITS = 8, /* 26.6 bits */
	EMAIL_CODE_RANDOM_SIZE = 4
};

/* Whose code it is: the rows of the sign-in in progress and of the account. */
struct email_code_owner {
	int64_t sign_in;
	int64_t account;
};

/*
 * Digits without a NUL; each code is as likely as any other.  False, and
 * nothing written, for one in fifty of all random bytes: draw again.
 */
bool email_code_make(const uint8_t random[static EMAIL_CODE_RANDOM_SIZE],
    char code[static EMAIL_CODE_DIGITS]) MUST_CHECK;

/* As people see it, in two groups. */
void email_code_write(struct buf *, const char code[static EMAIL_CODE_DIGITS]);

void email_code_mac(const struct mac_key *, const struct email_code_owner *,
    const char code[static EMAIL_CODE_DIGITS], uint8_t mac[static MAC_SIZE]);

/* In constant time. */
bool email_code_matches(const struct mac_key *, const struct email_code_owner *,
    const char code[static EMAIL_CODE_DIGITS],
    const uint8_t mac[static MAC_SIZE]) MUST_CHECK;

#endif
