/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer of the server, as programs that load it read it.
 *
 * Only what our own server writes is understood: HTTP/1.1, one Content-Length,
 * no chunks.  Anything else is malformed, which is a finding and not a case.
 */
#ifndef LOAD_ANSWER_H
#define LOAD_ANSWER_H

#include "base/memory.h"
#include "base/str.h"

enum {
	ANSWER_LARGEST = 64 * 1024
};

/* Views into the bytes it was read from. */
struct answer {
	unsigned status;
	struct str head; /* the lines, each with its CRLF */
	struct str location;
	struct str body;
	bool closes; /* the connection ends with it */
};

enum answer_state {
	ANSWER_PARTIAL, /* more has to come */
	ANSWER_WHOLE,
	ANSWER_MALFORMED, /* also one that is too large, or followed by bytes */
};

/* Writes `out` when it is whole. */
enum answer_state answer_read(struct str bytes, struct answer *out) MUST_CHECK;

/* What the answer sets a cookie to; STR_NONE if it does not. */
struct str answer_cookie(const struct answer *, struct str name);

#endif
