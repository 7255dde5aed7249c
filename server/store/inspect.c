/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements of inspect.sql; all of them wait on the slow lane.
 */
#include "store/inspect.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column account_shown_columns[] = {
	ROW_COLUMN_AS(struct account_shown, "id", account.id, ROW_INT),
	ROW_COLUMN_AS(struct account_shown, "login", account.login, ROW_TEXT),
	ROW_COLUMN_AS(struct account_shown, "display_name",
	    account.display_name, ROW_TEXT),
	ROW_COLUMN_AS(struct account_shown, "state", account.state, ROW_TEXT),
	ROW_COLUMN_AS(
	    struct account_shown, "memberships", account.memberships, ROW_TEXT),
	ROW_COLUMN(struct account_shown, attributes, ROW_TEXT),
	ROW_COLUMN_AS(
	    struct account_shown, "created_at", account.created_at, ROW_TIME),
	ROW_COLUMN_AS(struct account_shown, "has_password",
	    account.has_password, ROW_BOOL),
};

extern const struct row_table account_shown_row;
const struct row_table account_shown_row = { account_shown_columns,
	COUNT_OF(account_shown_columns), sizeof(struct account_shown) };

static const struct row_column tenant_listed_columns[] = {
	ROW_COLUMN(struct tenant_listed, id, ROW_INT),
	ROW_COLUMN(struct tenant_listed, slug, ROW_TEXT),
	ROW_COLUMN(struct tenant_listed, name, ROW_TEXT),
	ROW_COLUMN(struct tenant_listed, accounts, ROW_INT),
	ROW_COLUMN(struct tenant_listed, services, ROW_INT),
};

extern const struct row_table tenant_listed_row;
const struct row_table tenant_listed_row = { tenant_listed_columns,
	COUNT_OF(tenant_listed_columns), sizeof(struct tenant_listed) };

static const struct row_column database_facts_columns[] = {
	ROW_COLUMN(struct database_facts, days_ahead, ROW_INT),
	ROW_COLUMN(struct database_facts, connections_most, ROW_INT),
	ROW_COLUMN(struct database_facts, connections_reserved, ROW_INT),
};

extern const struct row_table database_facts_row;
const struct row_table database_facts_row = { database_facts_columns,
	COUNT_OF(database_facts_columns), sizeof(struct database_facts) };

void
inspect_account(struct store *store, struct flow *flow, struct str login,
    struct account_shown *into)
{
	const struct value values[] = { TEXT_VALUE(login) };

	store_ask(store, flow, STATEMENT_INSPECT_ACCOUNT, values,
	    COUNT_OF(values), into);
}

void
inspect_tenants(struct store *store, struct flow *flow, struct row_list *into)
{
	store_ask_list(store, flow, STATEMENT_INSPECT_TENANTS, NULL, 0, into);
}

void
inspect_database(struct store *store, struct flow *flow, int64_t now,
    struct database_facts *into)
{
	const struct value values[] = { TIME_VALUE(now) };

	store_ask(store, flow, STATEMENT_INSPECT_DATABASE, values,
	    COUNT_OF(values), into);
}
