/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 from bytes to one request head, strictly (RFC 9112).
 *
 * Pure: it is given bytes and says what they mean.  Anything that two readers
 * could understand in two ways is refused and the connection closed.  Views
 * point into the bytes given; nothing is allocated.
 */
#ifndef TEXT_HTTP_H
#define TEXT_HTTP_H

#include "base/memory.h"
#include "base/str.h"

enum {
	HTTP_HEAD_LARGEST = 16384, /* bytes, request line and fields */
	HTTP_BODY_LARGEST = 65536,
	HTTP_TARGET_LONGEST = 8192,
	HTTP_FIELDS_MOST = 64,
};

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_DELETE,
};

struct http_field {
	struct str name;
	struct str value; /* blanks around it taken off */
};

struct http_head {
	enum http_method method;
	struct str target; /* origin-form: starts with '/', no fragment */
	struct str path; /* up to the first '?', as sent, not decoded */
	struct str query; /* behind the first '?', STR_NONE without one */
	unsigned minor_version; /* HTTP/1.0 or HTTP/1.1 */

	/* Single fields that the server itself reads; STR_NONE if absent. */
	struct str host; /* present for HTTP/1.1, at most once */
	struct str cookie; /* at most once */
	struct str content_type; /* at most once */

	bool keep_alive;
	bool expect_continue;
	bool chunked;
	size_t content_length; /* 0 when chunked or absent */

	struct http_field fields[HTTP_FIELDS_MOST];
	size_t field_count;
	size_t size; /* bytes of the head, its empty line included */
};

enum http_outcome {
	HTTP_MORE, /* not whole yet, and nothing wrong so far */
	HTTP_READY,
	HTTP_BAD, /* answer with the status given, then close */
};

/*
 * Reads one head from the start of `bytes`.  For HTTP_BAD `status` is 400,
 * 405, 413, 414, 417, 431, 501 or 505.  Called again with more bytes it may
 * start where the last call stopped looking: `*looked` is 0 at first and kept
 * between calls.
 */
enum http_outcome http_head_read(struct http_head *, struct str bytes,
    size_t *looked, unsigned *status) MUST_CHECK;

/*
 * The value of the one field `name` (case ignored); STR_NONE if it is absent
 * or stands more than once.
 */
struct str http_field(const struct http_head *, struct str name);

/* It stands there, once or more often. */
bool http_has_field(const struct http_head *, struct str name);

/* A chunked body in its strictest form: 1-4 hex digits, no extension, no
 * trailer (architecture D1). */
struct http_chunks {
	int state; /* zero to begin with */
	size_t left; /* bytes of the current chunk still to come */
	size_t total; /* content bytes seen so far */
};

/*
 * Takes bytes from the front of `bytes`: `*taken` says how many were used,
 * `*content` is the view of body content among them (may be empty).  Call
 * again with the rest.  HTTP_READY after the last chunk's empty line; HTTP_MORE
 * with `*taken` 0 means that more bytes have to arrive.
 */
enum http_outcome http_chunks_read(struct http_chunks *, struct str bytes,
    size_t *taken, struct str *content, unsigned *status) MUST_CHECK;

/* "Bad Request" for 400 and so on; "Unknown" for numbers we do not send. */
const char *http_reason(unsigned status);

#endif
