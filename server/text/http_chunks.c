/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunked request body.
 *
 * Only what every reader understands in the same way: one to four hex digits,
 * CRLF, content, CRLF; the last chunk is exactly "0" and an empty line.
 */
#include "text/http.h"

enum {
	SIZE_DIGITS_MOST = 4
};

enum chunk_state {
	CHUNK_SIZE, /* zero, the beginning */
	CHUNK_CONTENT,
	CHUNK_CONTENT_END, /* the CRLF behind the content */
	CHUNK_LAST_END, /* the CRLF behind the last chunk */
	CHUNK_DONE,
};

/* Steps of the framing answer 0 or the status; `used` 0 asks for more. */
static unsigned
line_end_read(struct str bytes, size_t *used)
{
	*used = 0;
	if (bytes.len > 0 && bytes.at[0] != '\r')
		return 400;
	if (bytes.len > 1 && bytes.at[1] != '\n')
		return 400;
	if (bytes.len > 1)
		*used = 2;
	return 0;
}

static bool
hex_add(char letter, size_t *value)
{
	size_t digit;

	if (letter >= '0' && letter <= '9')
		digit = (size_t)(letter - '0');
	else if (letter >= 'a' && letter <= 'f')
		digit = (size_t)(letter - 'a') + 10;
	else if (letter >= 'A' && letter <= 'F')
		digit = (size_t)(letter - 'A') + 10;
	else
		return false;
	*value = *value * 16 + digit;
	return true;
}

static unsigned
size_read(struct http_chunks *chunks, struct str bytes, size_t *used)
{
	size_t digits = 0, size = 0;
	unsigned status;

	*used = 0;
	while (digits < bytes.len && digits < SIZE_DIGITS_MOST &&
	       hex_add(bytes.at[digits], &size))
		digits++;
	if (digits == 0)
		return bytes.len > 0 ? 400 : 0;
	status = line_end_read(str_from(bytes, digits), used);
	if (status != 0 || *used == 0)
		return status;
	if (size == 0 && digits > 1)
		return 400;
	if (size > HTTP_BODY_LARGEST - chunks->total)
		return 413;
	*used += digits;
	chunks->left = size;
	chunks->state = size > 0 ? CHUNK_CONTENT : CHUNK_LAST_END;
	return 0;
}

static unsigned
framing_read(struct http_chunks *chunks, struct str bytes, size_t *used)
{
	unsigned status;

	if (chunks->state == CHUNK_SIZE)
		return size_read(chunks, bytes, used);
	status = line_end_read(bytes, used);
	if (*used > 0) {
		chunks->state =
		    chunks->state == CHUNK_LAST_END ? CHUNK_DONE : CHUNK_SIZE;
	}
	return status;
}

static struct str
content_take(struct http_chunks *chunks, struct str bytes)
{
	struct str content = str_first(bytes, chunks->left);

	chunks->left -= content.len;
	chunks->total += content.len;
	if (chunks->left == 0)
		chunks->state = CHUNK_CONTENT_END;
	return content;
}

enum http_outcome
http_chunks_read(struct http_chunks *chunks, struct str bytes, size_t *taken,
    struct str *content, unsigned *status)
{
	size_t used = 1;

	*taken = 0;
	*content = STR_NONE;
	while (used > 0 && chunks->state != CHUNK_DONE) {
		unsigned fault;

		if (chunks->state == CHUNK_CONTENT) {
			*content = content_take(chunks, bytes);
			*taken += content->len;
			return HTTP_MORE;
		}
		fault = framing_read(chunks, bytes, &used);
		if (fault != 0) {
			*status = fault;
			return HTTP_BAD;
		}
		bytes = str_from(bytes, used);
		*taken += used;
	}
	return chunks->state == CHUNK_DONE ? HTTP_READY : HTTP_MORE;
}
