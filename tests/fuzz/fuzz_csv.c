/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV reader under any bytes, cut anywhere.
 *
 * The first byte is the size of the steps in which the rest arrives (a capital
 * letter in the corpus); whatever the step, records and refusal are those of
 * one piece.  Records that were read, written and read again are the same.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/csv.h"

enum {
	WRITTEN_MOST = 1 << 20
};

/* Every field behind its length, so that no two lists of records look alike. */
struct taken {
	struct buf *fields;
	struct buf *written; /* as CSV */
	uint64_t line;
};

static bool
take(void *state, const struct csv_record *record)
{
	struct taken *taken = state;

	demand(record->count >= 1 && record->count <= CSV_FIELDS_MOST);
	demand(record->line > taken->line);
	taken->line = record->line;
	buf_format(taken->fields, "record of %zu:", record->count);
	for (size_t i = 0; i < record->count; i++) {
		struct str field = record->fields[i];

		demand(field.len == 0 ||
		       memchr(field.at, '\0', field.len) == NULL);
		buf_format(taken->fields, " %zu:", field.len);
		buf_text(taken->fields, field);
		if (i > 0)
			buf_char(taken->written, ',');
		csv_write(taken->written, field);
	}
	csv_write_end(taken->written);
	return true;
}

/* Reads in steps; were there no mistakes? */
static bool
read_in_steps(
    struct str bytes, size_t step, struct taken *taken, struct buf *why)
{
	struct csv_reader *reader = csv_reader_new(take, taken, why);
	bool good = true;

	while (good && bytes.len > 0) {
		struct str piece = str_first(bytes, step);

		good = csv_feed(reader, piece);
		bytes = str_from(bytes, piece.len);
	}
	good = good && csv_end(reader);
	demand(good == (why->len == 0));
	demand(good || str_starts(buf_str(why), STR("line ")));
	csv_reader_free(reader);
	return good;
}

static void
demand_same_again(const struct taken *before)
{
	CLEANUP(buf_clear) struct buf fields = BUF_INIT(WRITTEN_MOST);
	CLEANUP(buf_clear) struct buf written = BUF_INIT(WRITTEN_MOST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct taken taken = { .fields = &fields, .written = &written };

	demand(read_in_steps(buf_str(before->written), SIZE_MAX, &taken, &why));
	demand(str_equal(buf_str(&fields), buf_str(before->fields)));
	demand(str_equal(buf_str(&written), buf_str(before->written)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf fields = BUF_INIT(WRITTEN_MOST);
	CLEANUP(buf_clear) struct buf written = BUF_INIT(WRITTEN_MOST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf other_fields = BUF_INIT(WRITTEN_MOST);
	CLEANUP(buf_clear) struct buf other_written = BUF_INIT(WRITTEN_MOST);
	CLEANUP(buf_clear) struct buf other_why = BUF_INIT(4096);
	struct taken whole = { .fields = &fields, .written = &written };
	struct taken parts = { .fields = &other_fields,
		.written = &other_written };
	size_t step = size > 0 && input[0] > 0x40 ? input[0] - 0x40u : 1;
	struct str bytes;
	bool good;

	if (size == 0)
		return 0;
	bytes = (struct str){ (const char *)input + 1, size - 1 };
	good = read_in_steps(bytes, SIZE_MAX, &whole, &why);
	demand(read_in_steps(bytes, step, &parts, &other_why) == good);
	demand(str_equal(buf_str(&why), buf_str(&other_why)));
	demand(str_equal(buf_str(&fields), buf_str(&other_fields)));
	if (good && buf_ok(&fields) && buf_ok(&written))
		demand_same_again(&whole);
	return 0;
}
