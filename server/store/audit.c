/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audit rows.
 */
#include "store/audit.h"

#include "store/store.h"

static struct value
number_or_null(int64_t number)
{
	return number == 0 ? NULL_VALUE : INT_VALUE(number);
}

void
audit_append(struct store *store, struct flow *f, const struct audit_row *row,
    const struct audit_origin *origin)
{
	const struct value values[] = {
		TIME_VALUE(origin->at),
		TEXT_VALUE(row->kind),
		number_or_null(row->account_id),
		number_or_null(row->service_id),
		number_or_null(row->session),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
		TEXT_VALUE(row->detail),
	};

	store_ask(
	    store, f, STATEMENT_AUDIT_APPEND, values, COUNT_OF(values), NULL);
}
