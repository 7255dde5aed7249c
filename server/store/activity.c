/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to an account, as its owner may read it.
 */
#include "store/activity.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column activity_columns[] = {
	ROW_COLUMN(struct activity, id, ROW_INT),
	ROW_COLUMN(struct activity, at, ROW_TIME),
	ROW_COLUMN(struct activity, kind, ROW_TEXT),
	ROW_COLUMN(struct activity, client_address, ROW_TEXT),
	ROW_COLUMN(struct activity, user_agent, ROW_TEXT),
};

extern const struct row_table activity_row;
const struct row_table activity_row =
    ROW_TABLE(struct activity, activity_columns);

void
activity_list(struct store *store, struct flow *f,
    const struct activity_range *range, struct row_list *into)
{
	const struct value values[] = {
		INT_VALUE(range->account_id),
		INT_VALUE(range->below),
		TIME_VALUE(range->since),
		INT_VALUE(range->most),
	};

	store_ask_list(
	    store, f, STATEMENT_ACTIVITY_LIST, values, COUNT_OF(values), into);
}

void
activity_sign_in_before(struct store *store, struct flow *f, int64_t account_id,
    int64_t session, int64_t since, struct activity *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		INT_VALUE(session),
		TIME_VALUE(since),
	};

	store_ask(store, f, STATEMENT_ACTIVITY_SIGN_IN_BEFORE, values,
	    COUNT_OF(values), into);
}
