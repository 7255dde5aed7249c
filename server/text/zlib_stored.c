/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zlib format without compression: a head of two bytes, one stored block
 * (RFC 1951 3.2.4), whose lengths are little-endian, and a checksum, which is
 * not.
 */
#include "text/zlib_stored.h"

#include "base/buf.h"
#include "base/bytes.h"

enum {
	ADLER_BASE = 65521,
	LAST_STORED = 1, /* the block is the last one, and stored */
	CHECKSUM_SIZE = 4
};

/* RFC 1950 8.2 */
static uint32_t
adler32(struct str content)
{
	uint32_t low = 1, high = 0;

	for (size_t i = 0; i < content.len; i++) {
		low = (low + (uint8_t)content.at[i]) % ADLER_BASE;
		high = (high + low) % ADLER_BASE;
	}
	return high << 16 | low;
}

static void
put_length(struct buf *out, unsigned length)
{
	buf_char(out, (char)(length & 0xff));
	buf_char(out, (char)(length >> 8 & 0xff));
}

void
zlib_stored(struct buf *out, struct str content)
{
	uint8_t checksum[CHECKSUM_SIZE];

	if (content.len > ZLIB_STORED_LONGEST) {
		out->failed = true;
		return;
	}
	buf_words(out, "\x78\x01"); /* deflate, 32 KiB, fastest */
	buf_char(out, LAST_STORED);
	put_length(out, (unsigned)content.len);
	put_length(out, ~(unsigned)content.len);
	buf_text(out, content);
	bytes_put_be(checksum, sizeof(checksum), adler32(content));
	buf_bytes(out, checksum, sizeof(checksum));
}
