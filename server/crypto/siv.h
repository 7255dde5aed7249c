/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-128-SIV (RFC 5297): deterministic authenticated encryption.
 *
 * For short texts that must be unforgeable and unreadable without room for a
 * nonce.  The key has 32 bytes, the tag 16.
 */
#ifndef CRYPTO_SIV_H
#define CRYPTO_SIV_H

#include "base/memory.h"
#include "base/str.h"

enum {
	SIV_KEY_SIZE = 32,
	SIV_TAG_SIZE = 16
};

/* Even const, it belongs to one thread. */
struct siv_key;

struct siv_key *siv_key_new(const uint8_t key[static SIV_KEY_SIZE]);
void siv_key_free(struct siv_key *);

/* Writes `len` bytes of sealed text and the tag.  Text and associated data have
 * at least one byte each. */
void siv_seal(const struct siv_key *, struct str associated,
    const uint8_t *clear, size_t len, uint8_t *sealed,
    uint8_t tag[static SIV_TAG_SIZE]);

/* False, and `clear` wiped, unless text, tag and associated data belong. */
bool siv_open(const struct siv_key *, struct str associated,
    const uint8_t *sealed, size_t len, const uint8_t tag[static SIV_TAG_SIZE],
    uint8_t *clear) MUST_CHECK;

#endif
