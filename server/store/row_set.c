/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a long list as they came from the database.
 *
 * Nothing here belongs to a connection: libpq's results may be read and freed
 * on any thread, by one at a time.
 */
#include "store/row_set.h"

#include <libpq-fe.h>
#include <stdlib.h>

#include "base/arena.h"
#include "store/store.h"

struct row_set {
	const struct row_table *table;
	PGresult *result;
};

struct row_set *
row_set_new(const struct row_table *table, PGresult *result)
{
	struct row_set *set = memory_new(sizeof(*set));

	*set = (struct row_set){ table, result };
	return set;
}

void
row_set_free(struct row_set *set)
{
	if (set == NULL)
		return;
	PQclear(set->result);
	free(set);
}

bool
rows_read(const struct row_table *table, const PGresult *result,
    struct arena *arena, struct row_list *into)
{
	size_t rows = (size_t)PQntuples(result);
	char *items = arena_alloc(arena, rows * table->size);
	size_t count = 0;

	for (size_t row = 0; row < rows; row++) {
		struct row_target target = { arena,
			items + count * table->size };

		if (!row_found(result, (int)row))
			continue;
		if (!row_read(table, result, (int)row, target))
			return false;
		count++;
	}
	*into = (struct row_list){ items, count };
	return true;
}

bool
row_set_read(
    const struct row_set *set, struct arena *arena, struct row_list *into)
{
	return rows_read(set->table, set->result, arena, into);
}
