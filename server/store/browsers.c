/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers.
 */
#include "store/browsers.h"

#include "base/memory.h"
#include "store/row.h"
#include "store/store.h"

static const struct row_column browser_shown_columns[] = {
	ROW_COLUMN(struct browser_shown, verdict, ROW_TEXT),
	ROW_COLUMN(struct browser_shown, key_id, ROW_INT),
};

extern const struct row_table browser_shown_row;
const struct row_table browser_shown_row =
    ROW_TABLE(struct browser_shown, browser_shown_columns);

void
browsers_add(struct store *store, struct flow *f,
    const struct browser_secret *secret, int64_t now, struct str user_agent)
{
	const struct value values[] = {
		BYTES_VALUE(secret->id, BROWSER_ID_SIZE),
		BYTES_VALUE(secret->mac, MAC_SIZE),
		INT_VALUE(secret->key_id),
		TIME_VALUE(now),
		TEXT_VALUE(user_agent),
	};

	store_ask(
	    store, f, STATEMENT_BROWSER_ADD, values, COUNT_OF(values), NULL);
}

void
browsers_show(struct store *store, struct flow *f, const uint8_t *shown,
    const struct browser_secret *follower,
    const struct browser_presented *browser, struct browser_shown *into)
{
	const struct value values[] = {
		BYTES_VALUE(follower->id, BROWSER_ID_SIZE),
		BYTES_VALUE(shown, MAC_SIZE),
		BYTES_VALUE(follower->mac, MAC_SIZE),
		INT_VALUE(follower->key_id),
		TIME_VALUE(browser->now),
		TEXT_VALUE(browser->user_agent),
	};

	store_ask(
	    store, f, STATEMENT_BROWSER_SHOW, values, COUNT_OF(values), into);
}

void
browsers_use(struct store *store, struct flow *f, const struct browser_use *use)
{
	bool verified = use->verified_at > 0;
	const struct value values[] = {
		INT_VALUE(use->account_id),
		BYTES_VALUE(use->id, BROWSER_ID_SIZE),
		TIME_VALUE(use->now),
		BOOL_VALUE(use->trust && verified),
		verified ? TIME_VALUE(use->verified_at) : NULL_VALUE,
		TEXT_VALUE(use->verified_by),
		use->generator > 0 ? INT_VALUE(use->generator) : NULL_VALUE,
		TEXT_VALUE(use->name),
	};

	store_ask(
	    store, f, STATEMENT_BROWSER_USE, values, COUNT_OF(values), NULL);
}
