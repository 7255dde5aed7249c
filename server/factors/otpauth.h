/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an authenticator app is told its secret: the key URI for the QR code and
 * the link, and the key for typing.
 *
 * All parameters are written out, but only ever with the values that every app
 * takes.  URI and key are secret like the secret itself: no-store, no log, no
 * URL of ours.
 */
#ifndef FACTORS_OTPAUTH_H
#define FACTORS_OTPAUTH_H

#include "base/memory.h"
#include "base/str.h"
#include "factors/totp.h"

struct buf;

enum {
	OTPAUTH_ISSUER_LONGEST = 20, /* characters; phones have small screens */
	OTPAUTH_ACCOUNT_LONGEST = 40,
	OTPAUTH_URI_LONGEST = 1200, /* bytes, whatever the names */
	OTPAUTH_KEY_LENGTH = 32 /* characters without blanks */
};

/* What the app shows beside its codes. */
struct otpauth_label {
	struct str issuer; /* the institution's short name */
	struct str account; /* the login that people recognise */
};

/*
 * otpauth://totp/ISSUER:ACCOUNT?secret=...; longer names are cut, colons and
 * control characters become blanks (apps refuse a label with two colons).
 * False, and nothing appended, if nothing is left of a name or it is no UTF-8.
 */
bool otpauth_uri(struct buf *, const struct otpauth_label *,
    const uint8_t secret[static TOTP_SECRET_SIZE]) MUST_CHECK;

/* The key in eight groups of four, for people. */
void otpauth_key(struct buf *, const uint8_t secret[static TOTP_SECRET_SIZE]);

#endif
