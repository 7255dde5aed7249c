/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people see of the browsers they trust, and trusting them no more.
 */
#include "store/owner_browsers.h"

#include "base/memory.h"
#include "store/browsers.h"
#include "store/row.h"
#include "store/store.h"

static const struct row_column owner_browser_columns[] = {
	ROW_COLUMN(struct owner_browser, id, ROW_TEXT),
	ROW_COLUMN(struct owner_browser, name, ROW_TEXT),
	ROW_COLUMN(struct owner_browser, user_agent, ROW_TEXT),
	ROW_COLUMN(struct owner_browser, trusted_at, ROW_TIME),
	ROW_COLUMN(struct owner_browser, verified_at, ROW_TIME),
	ROW_COLUMN(struct owner_browser, last_sign_in_at, ROW_TIME),
	ROW_COLUMN(struct owner_browser, current, ROW_BOOL),
};

extern const struct row_table owner_browser_row;
const struct row_table owner_browser_row =
    ROW_TABLE(struct owner_browser, owner_browser_columns);

static const struct row_column owner_browsers_forgotten_columns[] = {
	ROW_COLUMN(struct owner_browsers_forgotten, allowed, ROW_BOOL),
	ROW_COLUMN(struct owner_browsers_forgotten, meant, ROW_INT),
	ROW_COLUMN(struct owner_browsers_forgotten, forgotten, ROW_INT),
};

extern const struct row_table owner_browsers_forgotten_row;
const struct row_table owner_browsers_forgotten_row = ROW_TABLE(
    struct owner_browsers_forgotten, owner_browsers_forgotten_columns);

static const struct row_column owner_browser_named_columns[] = {
	ROW_COLUMN(struct owner_browser_named, allowed, ROW_BOOL),
	ROW_COLUMN(struct owner_browser_named, named, ROW_INT),
};

extern const struct row_table owner_browser_named_row;
const struct row_table owner_browser_named_row =
    ROW_TABLE(struct owner_browser_named, owner_browser_named_columns);

void
owner_browsers_list(struct store *store, struct flow *f, int64_t account_id,
    const uint8_t *browser, struct row_list *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		browser == NULL ? NULL_VALUE
				: BYTES_VALUE(browser, BROWSER_ID_SIZE),
	};

	store_ask_list(store, f, STATEMENT_OWNER_BROWSER_LIST, values,
	    COUNT_OF(values), into);
}

void
owner_browsers_forget(struct store *store, struct flow *f, int64_t account_id,
    int64_t session, struct str id, const struct audit_origin *origin,
    struct owner_browsers_forgotten *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		INT_VALUE(session),
		TEXT_VALUE(id),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_OWNER_BROWSER_FORGET, values,
	    COUNT_OF(values), into);
}

void
owner_browsers_name(struct store *store, struct flow *f,
    const struct owner_browser_name *given, const struct audit_origin *origin,
    struct owner_browser_named *into)
{
	const struct value values[] = {
		INT_VALUE(given->account_id),
		INT_VALUE(given->session),
		TEXT_VALUE(given->id),
		TEXT_VALUE(given->name),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_OWNER_BROWSER_NAME, values,
	    COUNT_OF(values), into);
}
