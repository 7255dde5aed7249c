/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generations of keys.
 */
#include "store/keys.h"

#include "store/row.h"
#include "store/store.h"

enum {
	SECOND_US = 1000 * 1000
};

static const struct row_column key_used_columns[] = {
	ROW_COLUMN(struct key_used, changed, ROW_BOOL),
};

extern const struct row_table key_used_row;
const struct row_table key_used_row =
    ROW_TABLE(struct key_used, key_used_columns);

static const struct row_column key_retired_columns[] = {
	ROW_COLUMN(struct key_retired, verdict, ROW_TEXT),
	ROW_COLUMN(struct key_retired, sessions, ROW_INT),
	ROW_COLUMN(struct key_retired, seals, ROW_INT),
	ROW_COLUMN(struct key_retired, free_at, ROW_TIME),
};

extern const struct row_table key_retired_row;
const struct row_table key_retired_row =
    ROW_TABLE(struct key_retired, key_retired_columns);

static const struct row_column key_listed_columns[] = {
	ROW_COLUMN(struct key_listed, id, ROW_INT),
	ROW_COLUMN(struct key_listed, active, ROW_BOOL),
	ROW_COLUMN(struct key_listed, names_counters, ROW_BOOL),
	ROW_COLUMN(struct key_listed, active_check, ROW_INT),
	ROW_COLUMN(struct key_listed, last_active_at, ROW_TIME),
	ROW_COLUMN(struct key_listed, sessions, ROW_INT),
};

extern const struct row_table key_listed_row;
const struct row_table key_listed_row =
    ROW_TABLE(struct key_listed, key_listed_columns);

static const struct row_column restored_columns[] = {
	ROW_COLUMN(struct restored, ended, ROW_INT),
};

extern const struct row_table restored_row;
const struct row_table restored_row =
    ROW_TABLE(struct restored, restored_columns);

void
keys_use(struct store *store, struct flow *f, int64_t id, int64_t check,
    const struct audit_origin *origin, struct key_used *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		INT_VALUE(check),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_KEY_USE, values, COUNT_OF(values), into);
}

void
keys_retire(struct store *store, struct flow *f, int64_t id,
    const struct session_limits *limits, const struct audit_origin *origin,
    struct key_retired *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		TIME_VALUE(origin->at - limits->idle_seconds * SECOND_US),
		TIME_VALUE(origin->at - limits->longest_seconds * SECOND_US),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
		TIME_VALUE(origin->at - limits->long_seconds * SECOND_US),
	};

	store_ask(
	    store, f, STATEMENT_KEY_RETIRE, values, COUNT_OF(values), into);
}

void
keys_list(struct store *store, struct flow *f, int64_t now,
    const struct session_limits *limits, struct row_list *into)
{
	const struct value values[] = {
		TIME_VALUE(now - limits->idle_seconds * SECOND_US),
		TIME_VALUE(now - limits->longest_seconds * SECOND_US),
		TIME_VALUE(now - limits->long_seconds * SECOND_US),
	};

	store_ask_list(
	    store, f, STATEMENT_KEY_LIST, values, COUNT_OF(values), into);
}

void
keys_restored(struct store *store, struct flow *f,
    const struct audit_origin *origin, struct restored *into)
{
	const struct value values[] = {
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_RESTORED, values, COUNT_OF(values), into);
}
