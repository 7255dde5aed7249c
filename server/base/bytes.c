/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and their spellings.
 *
 * Every spelling is read back in one way only: a base64url text whose unused
 * last bits are set is refused, or one token would have several spellings.
 */
#include "base/bytes.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

enum {
	BASE32_BITS = 5,
	BASE64_BITS = 6,
	NO_DIGIT = 64,
	LIMB_BYTES = 4,
	LIMBS_MOST = 16, /* 64 bytes */
	CHUNK_DIGITS = 5,
	CHUNK = 916132832, /* 62 to the 5th, the largest power in 32 bits */
};

bool
bytes_equal_secret(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *left = a;
	const volatile uint8_t *right = b;
	uint8_t difference = 0;

	for (size_t i = 0; i < len; i++)
		difference = (uint8_t)(difference | (left[i] ^ right[i]));
	return difference == 0;
}

void
bytes_wipe(void *at, size_t len)
{
	if (len > 0)
		explicit_bzero(at, len);
}

void
bytes_hex(struct buf *out, const void *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = at;
	char *room = buf_reserve(out, len <= SIZE_MAX / 2 ? len * 2 : SIZE_MAX);

	if (room == NULL)
		return;
	for (size_t i = 0; i < len; i++) {
		*room++ = digits[bytes[i] >> 4];
		*room++ = digits[bytes[i] & 0x0f];
	}
	out->len += len * 2;
}

/* Characters of `width` bits that spell `len` bytes; the last may be short. */
static size_t
digits_for(size_t len, size_t width)
{
	return len / width * 8 + (len % width * 8 + width - 1) / width;
}

/* The first bits first; bits that the last character has too many are 0. */
static void
bytes_spell(
    struct buf *out, struct str bytes, size_t width, const char *letters)
{
	size_t digits;
	char *room;

	digits =
	    bytes.len <= SIZE_MAX / 2 ? digits_for(bytes.len, width) : SIZE_MAX;
	room = buf_reserve(out, digits);
	if (room == NULL)
		return;
	for (size_t i = 0; i < digits; i++) {
		size_t place = i * width / 8;
		unsigned pair = (unsigned)(uint8_t)bytes.at[place] << 8;

		if (place + 1 < bytes.len)
			pair |= (uint8_t)bytes.at[place + 1];
		room[i] = letters[pair >> (16 - width - i * width % 8) &
				  ((1u << width) - 1)];
	}
	out->len += digits;
}

void
bytes_base32(struct buf *out, const void *at, size_t len)
{
	bytes_spell(out, (struct str){ at, len }, BASE32_BITS,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

void
bytes_base64(struct buf *out, const void *at, size_t len)
{
	bytes_spell(out, (struct str){ at, len }, BASE64_BITS,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789+/");
	for (size_t missing = (3 - len % 3) % 3; missing > 0; missing--)
		buf_char(out, '=');
}

void
bytes_base64url(struct buf *out, const void *at, size_t len)
{
	bytes_spell(out, (struct str){ at, len }, BASE64_BITS,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_");
}

static unsigned
base64url_value(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return (unsigned)(letter - 'A');
	if (letter >= 'a' && letter <= 'z')
		return (unsigned)(letter - 'a') + 26;
	if (letter >= '0' && letter <= '9')
		return (unsigned)(letter - '0') + 52;
	if (letter == '-')
		return 62;
	return letter == '_' ? 63 : NO_DIGIT;
}

static bool
base64url_is_canonical(struct str text, size_t len)
{
	unsigned unused = (unsigned)(text.len * 6 % 8);

	if (len > SIZE_MAX / 2 || text.len != digits_for(len, BASE64_BITS))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (base64url_value(text.at[i]) == NO_DIGIT)
			return false;
	}
	return unused == 0 || (base64url_value(text.at[text.len - 1]) &
				  ((1u << unused) - 1)) == 0;
}

bool
bytes_from_base64url(struct str text, void *out, size_t len)
{
	uint8_t *bytes = out;
	unsigned waiting = 0, bits = 0;

	if (!base64url_is_canonical(text, len))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		waiting = (waiting << 6 | base64url_value(text.at[i])) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*bytes++ = (uint8_t)(waiting >> bits);
		}
	}
	return true;
}

/* Limbs of 32 bits, the most significant first. */
static size_t
limbs_from_bytes(uint32_t *limbs, const uint8_t *at, size_t len)
{
	size_t count = (len + LIMB_BYTES - 1) / LIMB_BYTES;
	size_t padding = count * LIMB_BYTES - len;

	memset(limbs, 0, count * sizeof(*limbs));
	for (size_t i = 0; i < len; i++) {
		uint32_t *limb = &limbs[(i + padding) / LIMB_BYTES];

		*limb = *limb << 8 | at[i];
	}
	return count;
}

void
bytes_base62(char *out, size_t digits, const uint8_t *at, size_t len)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	uint32_t limbs[LIMBS_MOST];
	size_t count, top = 0;
	uint64_t rest = 0;

	assert(len <= sizeof(limbs));
	count = limbs_from_bytes(limbs, at, len);
	for (size_t done = 0; done < digits; done++) {
		if (done % CHUNK_DIGITS == 0) {
			rest = 0;
			for (size_t i = top; i < count; i++) {
				rest = rest << 32 | limbs[i];
				limbs[i] = (uint32_t)(rest / CHUNK);
				rest %= CHUNK;
			}
			while (top < count && limbs[top] == 0)
				top++;
		}
		out[digits - 1 - done] = letters[rest % 62];
		rest /= 62;
	}
	assert(top == count && rest == 0); /* else `digits` is too small */
	bytes_wipe(limbs, sizeof(limbs));
}

static unsigned
base62_value(char letter)
{
	if (letter >= '0' && letter <= '9')
		return (unsigned)(letter - '0');
	if (letter >= 'A' && letter <= 'Z')
		return (unsigned)(letter - 'A') + 10;
	if (letter >= 'a' && letter <= 'z')
		return (unsigned)(letter - 'a') + 36;
	return NO_DIGIT;
}

/* Times `factor` plus `carry`; false if the limbs cannot hold it. */
static bool
limbs_add(uint32_t *limbs, size_t count, uint32_t factor, uint32_t addend)
{
	uint64_t carry = addend;

	for (size_t i = count; i-- > 0;) {
		carry += (uint64_t)limbs[i] * factor;
		limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return carry == 0;
}

static bool
limbs_from_base62(uint32_t *limbs, size_t count, struct str text)
{
	uint32_t chunk = 0, factor = 1;

	for (size_t i = 0; i < text.len; i++) {
		unsigned value = base62_value(text.at[i]);

		if (value == NO_DIGIT)
			return false;
		chunk = chunk * 62 + value;
		factor *= 62;
		if (factor < CHUNK && i + 1 < text.len)
			continue;
		if (!limbs_add(limbs, count, factor, chunk))
			return false;
		chunk = 0;
		factor = 1;
	}
	return text.len > 0;
}

bool
bytes_from_base62(struct str text, uint8_t *out, size_t len)
{
	uint32_t limbs[LIMBS_MOST] = { 0 };
	size_t count = (len + LIMB_BYTES - 1) / LIMB_BYTES;
	size_t padding = count * LIMB_BYTES - len;
	bool fits;

	assert(len > 0 && len <= sizeof(limbs));
	fits = limbs_from_base62(limbs, count, text) &&
	       (padding == 0 || limbs[0] >> (32 - 8 * padding) == 0);
	for (size_t i = 0; fits && i < len; i++) {
		size_t place = i + padding;
		size_t shift = 8 * (LIMB_BYTES - 1 - place % LIMB_BYTES);

		out[i] = (uint8_t)(limbs[place / LIMB_BYTES] >> shift);
	}
	bytes_wipe(limbs, sizeof(limbs));
	return fits;
}

void
bytes_put_be(uint8_t *out, size_t size, uint64_t value)
{
	assert(size >= 1 && size <= 8);
	assert(size == 8 || value >> (8 * size) == 0);
	for (size_t i = size; i-- > 0;) {
		out[i] = (uint8_t)value;
		value >>= 8;
	}
}

uint64_t
bytes_get_be(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	assert(size >= 1 && size <= 8);
	for (size_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}
