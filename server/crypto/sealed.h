/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D), bound to their place.
 *
 * A sealed text is nonce, cipher text and tag in one piece, SEALED_EXTRA bytes
 * longer than the clear one.  It opens only for the table, column and row that
 * it was sealed for, so moving it to another row of the database is no use.
 * The nonce is drawn anew for each sealing: sealing the same again gives other
 * bytes.  A key is good for 2^32 texts (random nonces of 96 bits).
 */
#ifndef CRYPTO_SEALED_H
#define CRYPTO_SEALED_H

#include "base/memory.h"
#include "base/str.h"

enum {
	SEALED_KEY_SIZE = 32,
	SEALED_NONCE_SIZE = 12,
	SEALED_TAG_SIZE = 16,
	SEALED_EXTRA = SEALED_NONCE_SIZE + SEALED_TAG_SIZE,
	SEALED_NAME_LONGEST = 63 /* bytes, PostgreSQL's limit for names */
};

/* Where the sealed text stands; names of 1 to SEALED_NAME_LONGEST bytes. */
struct sealed_place {
	struct str table;
	struct str column;
	int64_t row;
};

/* Even const, it belongs to one thread.  keys_sealed() has those in use. */
struct sealed_key;

struct sealed_key *sealed_key_new(const uint8_t key[static SEALED_KEY_SIZE]);
void sealed_key_free(struct sealed_key *);

/*
 * Writes len + SEALED_EXTRA bytes to `sealed`; `len` is at least 1.  The caller
 * wipes `clear` (bytes_wipe) as soon as it can.
 */
void sealed_make(const struct sealed_key *, const struct sealed_place *,
    const uint8_t *clear, size_t len, uint8_t *sealed);

/*
 * Writes len - SEALED_EXTRA bytes to `clear`, which the caller wipes after use.
 * False, and nothing of the text in `clear`, unless key, place and every bit
 * belong together; also for a `len` that no sealed text has.
 */
bool sealed_open(const struct sealed_key *, const struct sealed_place *,
    const uint8_t *sealed, size_t len, uint8_t *clear) MUST_CHECK;

#endif
