/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unguessable bytes.
 */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/*
 * From OpenSSL's private generator.  If it cannot deliver, the process ends:
 * there is no safe way to go on with predictable secrets.
 */
void random_bytes(void *out, size_t len);

/* Above 0; so unlikely to be taken that nobody need look. */
int64_t random_id(void);

#endif
