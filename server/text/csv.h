/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV (RFC 4180): a reader that is given bytes in pieces, and a writer.
 *
 * The reader is strict where guessing would move values into other fields: a
 * quote stands only around a whole field or doubled inside of one, lines end
 * with LF or CRLF.  After a mistake nobody knows where a line begins, so
 * reading is over.  A byte order mark at the start and blank lines are skipped.
 */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct csv_reader;

enum {
	CSV_FIELDS_MOST = 1024,
	CSV_RECORD_LONGEST = 256 * 1024, /* bytes of all fields together */
};

struct csv_record {
	const struct str *fields; /* any bytes but NUL */
	size_t count; /* at least 1 */
	uint64_t line; /* where it begins, from 1 */
};

/* Views, good during the call.  False stops the reader. */
typedef bool csv_take(void *state, const struct csv_record *);

/* `why` gets "line 3, column 7: ..."; columns count characters from 1. */
struct csv_reader *csv_reader_new(csv_take *, void *state, struct buf *why);
void csv_reader_free(struct csv_reader *); /* wipes */

/*
 * Takes the next bytes, cut anywhere.  False, and for all later calls too,
 * after a mistake or when the taker stopped; then `why` is left alone.
 */
bool csv_feed(struct csv_reader *, struct str bytes) MUST_CHECK;

/* There are no more bytes: the last line may lack its end. */
bool csv_end(struct csv_reader *) MUST_CHECK;

/* One field, quoted if it must be; commas and csv_write_end() between. */
void csv_write(struct buf *out, struct str field);
/* The end of a line, whose start is that of the buffer or behind another. */
void csv_write_end(struct buf *out);

#endif
