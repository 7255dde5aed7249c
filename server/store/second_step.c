/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What deciding needs to know of a person.
 */
#include "store/second_step.h"

#include "base/memory.h"
#include "model/account.h"
#include "store/accounts.h"
#include "store/row.h"
#include "store/store.h"

#define FACT(name, kind) ROW_COLUMN(struct second_step_facts, name, kind)

static const struct row_column second_step_facts_columns[] = {
	FACT(login, ROW_TEXT),
	FACT(attributes, ROW_TEXT),
	FACT(trust_epoch, ROW_TIME),
	FACT(offered_at, ROW_TIME),
	FACT(skips, ROW_INT),
	FACT(encouraged_at, ROW_TIME),
	FACT(removed_at, ROW_TIME),
	FACT(reset_at, ROW_TIME),
	FACT(generators, ROW_INT),
	FACT(voluntary, ROW_BOOL),
	FACT(generator_used_at, ROW_TIME),
	FACT(recovery_codes, ROW_INT),
	FACT(browser_known, ROW_BOOL),
	FACT(secret_matches, ROW_BOOL),
	FACT(known_at, ROW_TIME),
	FACT(trusted_at, ROW_TIME),
	FACT(verified_at, ROW_TIME),
	FACT(verified_by, ROW_TEXT),
	FACT(last_sign_in_at, ROW_TIME),
	FACT(revoked_at, ROW_TIME),
	FACT(verifier_stays, ROW_BOOL),
	FACT(similar_trusted_at, ROW_TIME),
	FACT(generation, ROW_INT),
};

extern const struct row_table second_step_facts_row;
const struct row_table second_step_facts_row =
    ROW_TABLE(struct second_step_facts, second_step_facts_columns);

static const struct row_column membership_columns[] = {
	ROW_COLUMN(struct membership, tenant, ROW_TEXT),
	ROW_COLUMN(struct membership, type, ROW_TEXT),
	ROW_COLUMN(struct membership, groups, ROW_TEXT),
};

extern const struct row_table membership_row;
const struct row_table membership_row =
    ROW_TABLE(struct membership, membership_columns);

static const struct row_column address_columns[] = {
	ROW_COLUMN(struct address_row, id, ROW_INT),
	ROW_COLUMN(struct address_row, email, ROW_TEXT),
	ROW_COLUMN(struct address_row, kind, ROW_TEXT),
	ROW_COLUMN(struct address_row, source, ROW_TEXT),
	ROW_COLUMN(struct address_row, verified_at, ROW_TIME),
	ROW_COLUMN(struct address_row, changed_at, ROW_TIME),
	ROW_COLUMN(struct address_row, bounced_at, ROW_TIME),
};

extern const struct row_table address_row;
const struct row_table address_row =
    ROW_TABLE(struct address_row, address_columns);

static struct value
mac_or_null(const uint8_t *mac, size_t size)
{
	return mac == NULL ? NULL_VALUE : BYTES_VALUE(mac, size);
}

void
second_step_facts_read(struct store *store, struct flow *f, int64_t account_id,
    const struct browser_presented *browser, struct second_step_facts *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		mac_or_null(browser->id, BROWSER_ID_SIZE),
		mac_or_null(browser->mac, MAC_SIZE),
		TEXT_VALUE(browser->user_agent),
		TIME_VALUE(browser->now),
	};

	store_ask(store, f, STATEMENT_SECOND_STEP_FACTS, values,
	    COUNT_OF(values), into);
}

void
memberships_list(struct store *store, struct flow *f, int64_t account_id,
    struct row_list *into)
{
	const struct value values[] = { INT_VALUE(account_id) };

	store_ask_list(store, f, STATEMENT_MEMBERSHIP_LIST, values,
	    COUNT_OF(values), into);
}

void
addresses_list(struct store *store, struct flow *f, int64_t account_id,
    struct row_list *into)
{
	const struct value values[] = { INT_VALUE(account_id) };

	store_ask_list(
	    store, f, STATEMENT_ADDRESS_LIST, values, COUNT_OF(values), into);
}

void
addresses_put(struct store *store, struct flow *f, struct str login,
    struct str email, struct str kind, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		TEXT_VALUE(email),
		TEXT_VALUE(kind),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_ADDRESS_PUT, values, COUNT_OF(values), into);
}

void
addresses_remove(struct store *store, struct flow *f, struct str login,
    struct str email, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		TEXT_VALUE(email),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_ADDRESS_REMOVE, values, COUNT_OF(values), into);
}
