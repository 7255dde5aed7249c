/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a long list as they came from the database.
 *
 * Reading ten thousand of them takes milliseconds, for which a gate's loop has
 * no time: a row set can be handed to another thread and read there.
 */
#ifndef STORE_ROW_SET_H
#define STORE_ROW_SET_H

#include "store/row.h"

struct arena;
struct row_list;
struct row_set;

/* Takes the result over. */
struct row_set *row_set_new(const struct row_table *, struct pg_result *);
void row_set_free(struct row_set *);

/*
 * The rows that are found, as structs of the statement's row table, all in the
 * arena.  False if one does not fit.
 */
bool row_set_read(
    const struct row_set *, struct arena *, struct row_list *into) MUST_CHECK;

/* The same from a result that stays the caller's. */
bool rows_read(const struct row_table *, const struct pg_result *,
    struct arena *, struct row_list *into) MUST_CHECK;

#endif
