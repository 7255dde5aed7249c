/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generation.
 */
#include "store/generation.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column generation_columns[] = {
	ROW_COLUMN(struct generation, number, ROW_INT),
	ROW_COLUMN(struct generation, restore_epoch, ROW_INT),
	ROW_COLUMN(struct generation, active_key, ROW_INT),
	ROW_COLUMN(struct generation, active_check, ROW_INT),
	ROW_COLUMN(struct generation, throttle_key, ROW_INT),
};

extern const struct row_table generation_row;
const struct row_table generation_row =
    ROW_TABLE(struct generation, generation_columns);

void
generation_read(struct store *store, struct flow *f, struct generation *into)
{
	store_ask(store, f, STATEMENT_GENERATION_READ, NULL, 0, into);
}
