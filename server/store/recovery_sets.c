/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of recovery codes of a person.
 */
#include "store/recovery_sets.h"

#include "base/memory.h"
#include "store/enrolments.h"
#include "store/row.h"
#include "store/store.h"

static const struct row_column recovery_set_columns[] = {
	ROW_COLUMN(struct recovery_set, number, ROW_INT),
	ROW_COLUMN(struct recovery_set, codes_left, ROW_INT),
};

extern const struct row_table recovery_set_row;
const struct row_table recovery_set_row =
    ROW_TABLE(struct recovery_set, recovery_set_columns);

static const struct row_column recovery_set_replaced_columns[] = {
	ROW_COLUMN(struct recovery_set_replaced, allowed, ROW_BOOL),
	ROW_COLUMN(struct recovery_set_replaced, replaced, ROW_BOOL),
	ROW_COLUMN(struct recovery_set_replaced, number, ROW_INT),
};

extern const struct row_table recovery_set_replaced_row;
const struct row_table recovery_set_replaced_row =
    ROW_TABLE(struct recovery_set_replaced, recovery_set_replaced_columns);

void
recovery_sets_find(struct store *store, struct flow *f, int64_t account_id,
    struct recovery_set *into)
{
	const struct value values[] = { INT_VALUE(account_id) };

	store_ask(store, f, STATEMENT_RECOVERY_SET_FIND, values,
	    COUNT_OF(values), into);
}

void
recovery_sets_replace(struct store *store, struct flow *f,
    const struct owner *owner, const struct recovery_set_new *set,
    const struct audit_origin *origin, struct recovery_set_replaced *into)
{
	const struct value values[] = {
		INT_VALUE(owner->account_id),
		INT_VALUE(owner->session),
		INT_VALUE(set->instead_of),
		INT_VALUE(set->number),
		TEXT_VALUE(set->codes),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_RECOVERY_SET_REPLACE, values,
	    COUNT_OF(values), into);
}
