/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns into struct fields, checked.  All results are binary.
 */
#include "store/row.h"

#include <libpq-fe.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"

/* Type numbers, fixed in every PostgreSQL (pg_type.dat). */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_JSON = 114,
	OID_TIMESTAMPTZ = 1184,
	OID_JSONB = 3802,
};

enum {
	JSONB_VERSION = 1
};

/* PostgreSQL counts from 2000, we from 1970. */
#define ROW_EPOCH_US (INT64_C(946684800) * 1000000)

static bool
row_type_fits(enum row_type type, Oid oid)
{
	switch (type) {
	case ROW_INT:
		return oid == OID_INT2 || oid == OID_INT4 || oid == OID_INT8;
	case ROW_BOOL:
		return oid == OID_BOOL;
	case ROW_TEXT:
		return oid == OID_TEXT || oid == OID_JSON || oid == OID_JSONB;
	case ROW_BYTES:
		return oid == OID_BYTEA;
	case ROW_TIME:
		return oid == OID_TIMESTAMPTZ;
	}
	return false;
}

static bool
row_column_is(const PGresult *result, int at, const char *name, Oid oid)
{
	return PQnfields(result) > at && PQftype(result, at) == oid &&
	       strcmp(PQfname(result, at), name) == 0;
}

bool
row_fits(const struct row_table *table, const PGresult *result)
{
	if (!row_column_is(result, 0, "echo", OID_INT8))
		return false;
	if (table == NULL)
		return true;
	if (!row_column_is(result, 1, "found", OID_BOOL) ||
	    (size_t)PQnfields(result) != table->count + ROW_COLUMNS_AHEAD)
		return false;
	for (size_t i = 0; i < table->count; i++) {
		int at = (int)i + ROW_COLUMNS_AHEAD;

		if (!row_type_fits(
			table->columns[i].type, PQftype(result, at)) ||
		    strcmp(PQfname(result, at), table->columns[i].name) != 0)
			return false;
	}
	return true;
}

static struct str
row_value(const PGresult *result, int row, int column)
{
	return (struct str){ PQgetvalue(result, row, column),
		(size_t)PQgetlength(result, row, column) };
}

bool
row_echoes(const PGresult *result, int row, int64_t echo)
{
	struct str value;

	if (PQnfields(result) < 1 || PQgetisnull(result, row, 0))
		return false;
	value = row_value(result, row, 0);
	return value.len == sizeof(echo) &&
	       bytes_get_be((const uint8_t *)value.at, sizeof(echo)) ==
		   (uint64_t)echo;
}

/* Sign-extends what came as 2, 4 or 8 bytes. */
static bool
row_read_int(struct str value, int64_t *out)
{
	uint64_t bits;

	if (value.len != 2 && value.len != 4 && value.len != 8)
		return false;
	bits = bytes_get_be((const uint8_t *)value.at, value.len);
	if (value.len < 8 && bits >> (value.len * 8 - 1) != 0)
		bits |= UINT64_MAX << (value.len * 8);
	*out = (int64_t)bits;
	return true;
}

static bool
row_read_time(struct str value, int64_t *out)
{
	int64_t time;

	if (value.len != sizeof(time) || !row_read_int(value, &time))
		return false;
	/* infinity is no time that this server ever writes */
	return !__builtin_add_overflow(time, ROW_EPOCH_US, out);
}

static bool
row_read_text(struct str value, Oid oid, struct arena *arena, struct str *out)
{
	if (oid == OID_JSONB) {
		if (value.len < 1 || value.at[0] != JSONB_VERSION)
			return false;
		value = str_from(value, 1);
	}
	*out = arena_text(arena, value);
	return true;
}

/* NULL: the struct was zeroed, which is STR_NONE and 0. */
static bool
row_read_null(enum row_type type, void *field)
{
	bool is_text = type == ROW_TEXT || type == ROW_BYTES;

	if (is_text)
		*(struct str *)field = STR_NONE;
	else if (type == ROW_TIME)
		*(int64_t *)field = 0;
	return is_text || type == ROW_TIME;
}

static bool
row_read_column(const PGresult *result, int row, int at,
    const struct row_column *column, struct row_target target)
{
	void *field = (char *)target.into + column->offset;
	struct str value = row_value(result, row, at);

	if (PQgetisnull(result, row, at))
		return row_read_null(column->type, field);
	switch (column->type) {
	case ROW_INT:
		return row_read_int(value, field);
	case ROW_BOOL:
		if (value.len != 1)
			return false;
		*(bool *)field = value.at[0] != 0;
		return true;
	case ROW_TEXT:
	case ROW_BYTES:
		return row_read_text(
		    value, PQftype(result, at), target.arena, field);
	case ROW_TIME:
		return row_read_time(value, field);
	}
	return false;
}

bool
row_found(const PGresult *result, int row)
{
	struct str value = row_value(result, row, 1);

	return !PQgetisnull(result, row, 1) && value.len == 1 &&
	       value.at[0] != 0;
}

bool
row_read(const struct row_table *table, const PGresult *result, int row,
    struct row_target target)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!row_read_column(result, row, (int)i + ROW_COLUMNS_AHEAD,
			&table->columns[i], target))
			return false;
	}
	return true;
}
