/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zlib format (RFC 1950) without compression, which every reader of it
 * takes: what we send so is short, and an application only insists on the
 * format.
 */
#ifndef TEXT_ZLIB_STORED_H
#define TEXT_ZLIB_STORED_H

#include "base/str.h"

struct buf;

enum {
	ZLIB_STORED_LONGEST = 65535, /* bytes: one block */
	ZLIB_STORED_EXTRA = 11 /* bytes that it adds */
};

/* Appends the stream; `out` fails for more than ZLIB_STORED_LONGEST bytes. */
void zlib_stored(struct buf *out, struct str content);

#endif
