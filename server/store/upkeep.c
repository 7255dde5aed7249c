/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Upkeep of the tables.
 */
#include "store/upkeep.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column upkeep_partitions_columns[] = {
	ROW_COLUMN(struct upkeep_partitions, made, ROW_INT),
	ROW_COLUMN(struct upkeep_partitions, dropped, ROW_INT),
	ROW_COLUMN(struct upkeep_partitions, ahead, ROW_INT),
};

extern const struct row_table upkeep_partitions_row;
const struct row_table upkeep_partitions_row =
    ROW_TABLE(struct upkeep_partitions, upkeep_partitions_columns);

static const struct row_column upkeep_swept_columns[] = {
	ROW_COLUMN(struct upkeep_swept, count, ROW_INT),
};

extern const struct row_table upkeep_swept_row;
const struct row_table upkeep_swept_row =
    ROW_TABLE(struct upkeep_swept, upkeep_swept_columns);

void
upkeep_partitions(struct store *store, struct flow *f, int64_t now,
    int64_t keep_days, struct upkeep_partitions *into)
{
	const struct value values[] = { TIME_VALUE(now), INT_VALUE(keep_days) };

	store_ask(store, f, STATEMENT_UPKEEP_PARTITIONS, values,
	    COUNT_OF(values), into);
}

void
upkeep_sweep_sessions(struct store *store, struct flow *f,
    const struct upkeep_session_sweep *sweep, struct upkeep_swept *into)
{
	const struct value values[] = {
		TIME_VALUE(sweep->ended_before),
		TIME_VALUE(sweep->opened_before),
		INT_VALUE(sweep->most),
	};

	store_ask(store, f, STATEMENT_UPKEEP_SWEEP_SESSIONS, values,
	    COUNT_OF(values), into);
}

static void
sweep(struct store *store, struct flow *f, enum statement statement,
    int64_t before, int64_t most, struct upkeep_swept *into)
{
	const struct value values[] = { TIME_VALUE(before), INT_VALUE(most) };

	store_ask(store, f, statement, values, COUNT_OF(values), into);
}

void
upkeep_sweep_throttle(struct store *store, struct flow *f, int64_t now,
    int64_t most, struct upkeep_swept *into)
{
	sweep(store, f, STATEMENT_UPKEEP_SWEEP_THROTTLE, now, most, into);
}

void
upkeep_sweep_places(struct store *store, struct flow *f, int64_t now,
    int64_t most, struct upkeep_swept *into)
{
	sweep(store, f, STATEMENT_UPKEEP_SWEEP_PLACES, now, most, into);
}

void
upkeep_sweep_decisions(struct store *store, struct flow *f, int64_t before,
    int64_t most, struct upkeep_swept *into)
{
	sweep(store, f, STATEMENT_UPKEEP_SWEEP_DECISIONS, before, most, into);
}

void
upkeep_sweep_sign_ins(struct store *store, struct flow *f, int64_t before,
    int64_t most, struct upkeep_swept *into)
{
	sweep(store, f, STATEMENT_UPKEEP_SWEEP_SIGN_INS, before, most, into);
}

void
upkeep_sweep_pending(struct store *store, struct flow *f, int64_t before,
    int64_t most, struct upkeep_swept *into)
{
	sweep(store, f, STATEMENT_UPKEEP_SWEEP_PENDING, before, most, into);
}

void
upkeep_sweep_browsers(struct store *store, struct flow *f, int64_t before,
    int64_t most, struct upkeep_swept *into)
{
	sweep(store, f, STATEMENT_UPKEEP_SWEEP_BROWSERS, before, most, into);
}
