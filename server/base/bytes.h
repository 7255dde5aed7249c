/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and their spellings: hexadecimal, base32 and base64url (RFC 4648,
 * unpadded), base64, base62 numbers, big-endian integers; comparing and wiping
 * secrets.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/str.h"

struct buf;

/* In a time that depends on `len` only; for everything secret. */
bool bytes_equal_secret(const void *a, const void *b, size_t len);

void bytes_wipe(void *at, size_t len);

void bytes_hex(struct buf *out, const void *at, size_t len);
void bytes_base32(struct buf *out, const void *at, size_t len); /* capitals */
void bytes_base64(struct buf *out, const void *at, size_t len); /* padded */
void bytes_base64url(struct buf *out, const void *at, size_t len);

/* True and exactly `len` bytes if the text spells just that many. */
bool bytes_from_base64url(struct str text, void *out, size_t len);

/*
 * The bytes as one big-endian number in base 62 (0-9 A-Z a-z), exactly
 * `digits` characters, leading zeros kept.  `len` is at most 64 and `digits`
 * large enough for every number of that many bytes (44 bytes: 60 digits,
 * 32 bytes: 43).
 */
void bytes_base62(char *out, size_t digits, const uint8_t *at, size_t len);

/* False for another alphabet or a number that does not fit `len` bytes. */
bool bytes_from_base62(struct str text, uint8_t *out, size_t len);

/* Big-endian; `size` is 1 to 8 bytes and `value` fits them. */
void bytes_put_be(uint8_t *out, size_t size, uint64_t value);
uint64_t bytes_get_be(const uint8_t *at, size_t size);

#endif
