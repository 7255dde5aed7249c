/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns into struct fields, checked.
 *
 * Each statement that returns rows names a table of these.  At start the table
 * is compared with what the statement returns: number, names and types of the
 * columns must agree, behind the first two: `echo`, the number that the lane
 * gave, and `found`, false for a row that only says that there is none.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "base/memory.h"
#include "base/str.h"

struct arena;
struct pg_result;

enum row_type {
	ROW_INT, /* int64_t; smallint, integer or bigint */
	ROW_BOOL, /* bool */
	ROW_TEXT, /* struct str; text, json or jsonb; NULL gives STR_NONE */
	ROW_BYTES, /* struct str; bytea; NULL gives STR_NONE */
	ROW_TIME, /* int64_t, microseconds since 1970 UTC; NULL gives 0 */
};

struct row_column {
	const char *name;
	enum row_type type;
	size_t offset;
};

struct row_table {
	const struct row_column *columns;
	size_t count;
	size_t size; /* of the struct */
};

/* clang-format off */
#define ROW_COLUMN(type, member, kind) \
	{ #member, (kind), offsetof(type, member) }

/* For a column whose name is not that of the member. */
#define ROW_COLUMN_AS(type, name, member, kind) \
	{ (name), (kind), offsetof(type, member) }
/* clang-format on */

#define ROW_TABLE(type, list) \
	{ \
		.columns = (list), .count = COUNT_OF(list), \
		.size = sizeof(type) \
	}

enum {
	ROW_COLUMNS_AHEAD = 2
};

/* Whether a description is what the table expects; NULL: only the echo. */
bool row_fits(const struct row_table *, const struct pg_result *) MUST_CHECK;

bool row_echoes(const struct pg_result *, int row, int64_t echo) MUST_CHECK;
bool row_found(const struct pg_result *, int row);

struct row_target {
	struct arena *arena; /* where texts are copied */
	void *into; /* the struct */
};

/* False for NULL in a column that has no value for it, or bad bytes. */
bool row_read(const struct row_table *, const struct pg_result *, int row,
    struct row_target) MUST_CHECK;

#endif
