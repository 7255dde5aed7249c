/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions, kept.
 */
#include "store/decisions.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column decision_named_columns[] = {
	ROW_COLUMN(struct decision_named, code, ROW_TEXT),
};

extern const struct row_table decision_named_row;
const struct row_table decision_named_row =
    ROW_TABLE(struct decision_named, decision_named_columns);

static const struct row_column decision_shown_columns[] = {
	ROW_COLUMN(struct decision_shown, id, ROW_INT),
	ROW_COLUMN(struct decision_shown, code, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, at, ROW_TIME),
	ROW_COLUMN(struct decision_shown, login, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, display_name, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, service, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, tenant, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, policy_number, ROW_INT),
	ROW_COLUMN(struct decision_shown, profile, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, rule, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, outcome, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, floors, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, reasons, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, facts, ROW_TEXT),
	ROW_COLUMN(struct decision_shown, sign_in, ROW_INT),
	ROW_COLUMN(struct decision_shown, session, ROW_INT),
};

extern const struct row_table decision_shown_row;
const struct row_table decision_shown_row =
    ROW_TABLE(struct decision_shown, decision_shown_columns);

void
decisions_add(
    struct store *store, struct flow *f, const struct decision_kept *kept)
{
	const struct value values[] = {
		TEXT_VALUE(kept->code),
		TIME_VALUE(kept->at),
		INT_VALUE(kept->account_id),
		kept->service_id == 0 ? NULL_VALUE
				      : INT_VALUE(kept->service_id),
		kept->sign_in_mac == NULL
		    ? NULL_VALUE
		    : BYTES_VALUE(kept->sign_in_mac, MAC_SIZE),
		TEXT_VALUE(kept->tenant),
		INT_VALUE(kept->policy_number),
		TEXT_VALUE(kept->profile),
		TEXT_VALUE(kept->rule),
		TEXT_VALUE(kept->outcome),
		TEXT_VALUE(kept->floors),
		TEXT_VALUE(kept->reasons),
		TEXT_VALUE(kept->facts),
	};

	store_ask(
	    store, f, STATEMENT_DECISION_ADD, values, COUNT_OF(values), NULL);
}

void
decisions_code(struct store *store, struct flow *f, int64_t account_id,
    int64_t sign_in, struct decision_named *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		INT_VALUE(sign_in),
	};

	store_ask(
	    store, f, STATEMENT_DECISION_CODE, values, COUNT_OF(values), into);
}

void
decisions_list(
    struct store *store, struct flow *f, struct str code, struct row_list *into)
{
	const struct value values[] = {
		TEXT_VALUE(code),
		INT_VALUE(DECISIONS_SHOWN_MOST),
	};

	store_ask_list(
	    store, f, STATEMENT_DECISION_LIST, values, COUNT_OF(values), into);
}
