/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-256 (RFC 2104) with a key that is set up once.
 */
#ifndef CRYPTO_MAC_H
#define CRYPTO_MAC_H

#include "base/memory.h"
#include "base/str.h"

enum {
	MAC_SIZE = 32
};

/* Even const, it belongs to one thread. */
struct mac_key;

/* Copies the key; aborts if OpenSSL has no memory. */
struct mac_key *mac_key_new(const void *key, size_t len);
void mac_key_free(struct mac_key *);

/* Over the bytes of all parts in turn; parts are not separated by itself. */
void mac_compute(const struct mac_key *, const struct str *parts, size_t count,
    uint8_t out[static MAC_SIZE]);

/* In constant time; `len` 1 to MAC_SIZE: a cut-off MAC compares its start. */
bool mac_matches(const struct mac_key *, const struct str *parts, size_t count,
    const uint8_t *expected, size_t len) MUST_CHECK;

#endif
