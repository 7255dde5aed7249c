/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox.
 */
#include "store/outbox.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column outbox_claimed_columns[] = {
	ROW_COLUMN(struct outbox_claimed, id, ROW_INT),
	ROW_COLUMN(struct outbox_claimed, created_at, ROW_TIME),
	ROW_COLUMN(struct outbox_claimed, expires_at, ROW_TIME),
	ROW_COLUMN(struct outbox_claimed, tries, ROW_INT),
	ROW_COLUMN(struct outbox_claimed, key_id, ROW_INT),
	ROW_COLUMN(struct outbox_claimed, payload, ROW_BYTES),
};

extern const struct row_table outbox_claimed_row;
const struct row_table outbox_claimed_row =
    ROW_TABLE(struct outbox_claimed, outbox_claimed_columns);

static const struct row_column outbox_state_columns[] = {
	ROW_COLUMN(struct outbox_state, waiting, ROW_INT),
	ROW_COLUMN(struct outbox_state, oldest_at, ROW_TIME),
	ROW_COLUMN(struct outbox_state, logouts, ROW_INT),
};

extern const struct row_table outbox_state_row;
const struct row_table outbox_state_row =
    ROW_TABLE(struct outbox_state, outbox_state_columns);

static const struct row_column outbox_fate_columns[] = {
	ROW_COLUMN(struct outbox_fate, tries, ROW_INT),
	ROW_COLUMN(struct outbox_fate, due_at, ROW_TIME),
	ROW_COLUMN(struct outbox_fate, delivered_at, ROW_TIME),
	ROW_COLUMN(struct outbox_fate, failed_at, ROW_TIME),
	ROW_COLUMN(struct outbox_fate, last_error, ROW_TEXT),
};

extern const struct row_table outbox_fate_row;
const struct row_table outbox_fate_row =
    ROW_TABLE(struct outbox_fate, outbox_fate_columns);

void
outbox_add(struct store *store, struct flow *f, const struct outbox_item *item)
{
	const struct value values[] = {
		INT_VALUE(item->id),
		item->account_id != 0 ? INT_VALUE(item->account_id)
				      : NULL_VALUE,
		TIME_VALUE(item->now),
		TIME_VALUE(item->expires_at),
		INT_VALUE(item->key_id),
		BYTES_VALUE(item->payload.at, item->payload.len),
	};

	store_ask(
	    store, f, STATEMENT_OUTBOX_ADD, values, COUNT_OF(values), NULL);
}

void
outbox_claim(struct store *store, struct flow *f,
    const struct outbox_claim *claim, struct row_list *into)
{
	const struct value values[] = {
		TIME_VALUE(claim->now),
		TIME_VALUE(claim->until),
		TEXT_VALUE(claim->by),
		INT_VALUE(claim->most),
	};

	store_ask_list(
	    store, f, STATEMENT_OUTBOX_CLAIM, values, COUNT_OF(values), into);
}

void
outbox_settle(
    struct store *store, struct flow *f, const struct outbox_outcome *outcome)
{
	bool again = !outcome->delivered && outcome->again_at != 0;
	const struct value values[] = {
		INT_VALUE(outcome->id),
		TEXT_VALUE(outcome->by),
		TIME_VALUE(outcome->now),
		BOOL_VALUE(outcome->delivered),
		again ? TIME_VALUE(outcome->again_at) : NULL_VALUE,
		TEXT_VALUE(outcome->why),
	};

	store_ask(
	    store, f, STATEMENT_OUTBOX_SETTLE, values, COUNT_OF(values), NULL);
}

void
outbox_look(struct store *store, struct flow *f, struct outbox_state *into)
{
	store_ask(store, f, STATEMENT_OUTBOX_LOOK, NULL, 0, into);
}

void
outbox_follow(
    struct store *store, struct flow *f, int64_t id, struct outbox_fate *into)
{
	const struct value values[] = { INT_VALUE(id) };

	store_ask(
	    store, f, STATEMENT_OUTBOX_FOLLOW, values, COUNT_OF(values), into);
}

void
upkeep_expire_outbox(struct store *store, struct flow *f, int64_t now,
    int64_t most, struct upkeep_swept *into)
{
	const struct value values[] = { TIME_VALUE(now), INT_VALUE(most) };

	store_ask(store, f, STATEMENT_UPKEEP_EXPIRE_OUTBOX, values,
	    COUNT_OF(values), into);
}

void
upkeep_sweep_outbox(struct store *store, struct flow *f, int64_t added_before,
    int64_t most, struct upkeep_swept *into)
{
	const struct value values[] = { TIME_VALUE(added_before),
		INT_VALUE(most) };

	store_ask(store, f, STATEMENT_UPKEEP_SWEEP_OUTBOX, values,
	    COUNT_OF(values), into);
}
