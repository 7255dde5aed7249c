/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-1 of a counter, shortened as RFC 4226 5.3 says.
 *
 * SHA-1 because that is what every authenticator app computes; nothing else
 * here uses it.
 */
#ifndef CRYPTO_HOTP_H
#define CRYPTO_HOTP_H

#include "base/memory.h"
#include "base/str.h"

/* Even const, it belongs to one thread. */
struct hotp_key;

/* Copies the secret; freeing wipes the copy. */
struct hotp_key *hotp_key_new(const uint8_t *secret, size_t len);
void hotp_key_free(struct hotp_key *);

/* 31 bits: the code of `n` digits is the value modulo 10^n. */
uint32_t hotp_value(const struct hotp_key *, uint64_t counter);

#endif
