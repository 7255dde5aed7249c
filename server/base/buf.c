/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text with a limit.
 */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
	FIRST_CAPACITY = 256,
	LONGEST_NUMBER = 20, /* digits of 2^64 - 1 */
};

static void
buf_wipe(struct buf *buf)
{
	if (buf->at != NULL)
		explicit_bzero(buf->at, buf->capacity);
}

void
buf_clear(struct buf *buf)
{
	buf_wipe(buf);
	free(buf->at);
	*buf = (struct buf)BUF_INIT(buf->limit);
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

/* Not realloc: what is left behind may be secret and has to be wiped. */
static void
buf_grow(struct buf *buf, size_t wanted)
{
	size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_CAPACITY;
	char *larger;

	assert(wanted > 0 && wanted <= PTRDIFF_MAX); /* 0: it wrapped */
	while (capacity < wanted)
		capacity *= 2;
	larger = memory_new(capacity);
	if (buf->len > 0)
		memcpy(larger, buf->at, buf->len);
	buf_wipe(buf);
	free(buf->at);
	buf->at = larger;
	buf->capacity = capacity;
}

char *
buf_reserve(struct buf *buf, size_t extra)
{
	if (buf->failed || extra > buf->limit ||
	    buf->len > buf->limit - extra) {
		buf->failed = true;
		buf->len = 0;
		return NULL;
	}
	if (buf->len + extra + 1 > buf->capacity)
		buf_grow(buf, buf->len + extra + 1);
	return buf->at + buf->len;
}

void
buf_bytes(struct buf *buf, const void *at, size_t len)
{
	char *room = buf_reserve(buf, len);

	if (room == NULL || len == 0)
		return;
	memcpy(room, at, len);
	buf->len += len;
}

void
buf_text(struct buf *buf, struct str text)
{
	buf_bytes(buf, text.at, text.len);
}

void
buf_words(struct buf *buf, const char *text)
{
	buf_bytes(buf, text, strlen(text));
}

void
buf_char(struct buf *buf, char letter)
{
	buf_bytes(buf, &letter, 1);
}

void
buf_number(struct buf *buf, uint64_t value)
{
	char digits[LONGEST_NUMBER];
	size_t place = sizeof(digits);

	do {
		digits[--place] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	buf_bytes(buf, digits + place, sizeof(digits) - place);
}

void
buf_format(struct buf *buf, const char *format, ...)
{
	va_list arguments;
	char *room;
	int len;

	va_start(arguments, format);
	len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (len < 0)
		abort(); /* only a wrong format can do this */
	room = buf_reserve(buf, (size_t)len);
	if (room == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(room, (size_t)len + 1, format, arguments);
	va_end(arguments);
	buf->len += (size_t)len;
}

bool
buf_ok(const struct buf *buf)
{
	return !buf->failed;
}

struct str
buf_str(const struct buf *buf)
{
	return (struct str){ buf->at, buf->len };
}

const char *
buf_cstr(struct buf *buf)
{
	char *end = buf_reserve(buf, 0);

	if (end == NULL)
		return "";
	*end = '\0';
	return buf->at;
}
