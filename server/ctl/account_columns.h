/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People as a table: which column holds what, both ways.
 *
 * A column is a field (login, display_name, password, state), an attribute
 * ("attribute:mail"), or tenant, type or groups.  Several values stand in one
 * cell behind ";" ("\;" is a semicolon, "\\" a backslash), or in columns of
 * the same name; the n-th tenant goes with the n-th type and groups.
 *
 * A spreadsheet computes what begins with = + - @ tab or carriage return, so
 * such cells are written with a "'" in front, and one is taken off when read.
 */
#ifndef CTL_ACCOUNT_COLUMNS_H
#define CTL_ACCOUNT_COLUMNS_H

#include <jansson.h>

#include "base/memory.h"
#include "text/csv.h"

struct account_columns;
struct buf;

/* From the first line of a file; NULL and a sentence. */
struct account_columns *account_columns_read(
    const struct csv_record *header, struct buf *why);
void account_columns_free(struct account_columns *);

/* The person of a line, unchecked; NULL and a sentence.  The caller's. */
json_t *account_columns_person(
    const struct account_columns *, const struct csv_record *, struct buf *why);

struct account_columns_wanted {
	const json_t *attributes; /* a list of names */
	size_t memberships; /* how many each person may have */
	bool passwords;
};

/* For writing; account_columns_header() appends the first line. */
struct account_columns *account_columns_make(
    const struct account_columns_wanted *);
void account_columns_header(const struct account_columns *, struct buf *out);

/* Appends the line of a person with all fields in the form of an export. */
void account_columns_write(
    const struct account_columns *, const json_t *person, struct buf *out);

/* Any text as one cell that no spreadsheet computes. */
void account_columns_cell(struct buf *out, struct str text);

#endif
