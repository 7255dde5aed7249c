/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text with a limit and one error to check at the end.
 *
 * Adding past the limit sets `failed` and drops what was built; every later
 * addition does nothing.  So build first and ask buf_ok() once.  The content
 * is not NUL-terminated; buf_cstr() makes it so.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
	char *at;
	size_t len;
	size_t capacity;
	size_t limit;
	bool failed;
};

/* An empty buffer of at most `limit` bytes; owns memory until buf_clear. */
#define BUF_INIT(most) \
	{ \
		.limit = (most) \
	}

/* Wipes and frees; the limit stays and the buffer can be used again. */
void buf_clear(struct buf *);

/* Forgets the content and the failure, and keeps the memory. */
void buf_reset(struct buf *);

/* Room for `extra` more bytes: where to write them, NULL past the limit. */
char *buf_reserve(struct buf *, size_t extra);

void buf_bytes(struct buf *, const void *at, size_t len);
void buf_text(struct buf *, struct str text);
void buf_words(struct buf *, const char *text); /* NUL-terminated */
void buf_char(struct buf *, char letter);
void buf_number(struct buf *, uint64_t value);
void buf_format(struct buf *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool buf_ok(const struct buf *);

/* A view of the content, good until the next change. */
struct str buf_str(const struct buf *);

/* The content with a NUL behind it; "" for a failed buffer. */
const char *buf_cstr(struct buf *);

#endif
