/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and networks.
 */
#include "store/policies.h"

#include "base/memory.h"
#include "store/row.h"
#include "store/store.h"

static const struct row_column policy_version_columns[] = {
	ROW_COLUMN(struct policy_version, tenant, ROW_TEXT),
	ROW_COLUMN(struct policy_version, number, ROW_INT),
	ROW_COLUMN(struct policy_version, document, ROW_TEXT),
	ROW_COLUMN(struct policy_version, activated_at, ROW_TIME),
};

extern const struct row_table policy_version_row;
const struct row_table policy_version_row =
    ROW_TABLE(struct policy_version, policy_version_columns);

static const struct row_column zone_columns[] = {
	ROW_COLUMN(struct zone_row, tenant, ROW_TEXT),
	ROW_COLUMN(struct zone_row, key, ROW_TEXT),
	ROW_COLUMN(struct zone_row, label, ROW_TEXT),
	ROW_COLUMN(struct zone_row, prefixes, ROW_TEXT),
	ROW_COLUMN(struct zone_row, skip_ok, ROW_BOOL),
	ROW_COLUMN(struct zone_row, shared_computers, ROW_BOOL),
	ROW_COLUMN(struct zone_row, enrol_ok, ROW_BOOL),
	ROW_COLUMN(struct zone_row, blocked, ROW_BOOL),
};

extern const struct row_table zone_row;
const struct row_table zone_row = ROW_TABLE(struct zone_row, zone_columns);

static const struct row_column policy_added_columns[] = {
	ROW_COLUMN(struct policy_added, number, ROW_INT),
};

extern const struct row_table policy_added_row;
const struct row_table policy_added_row =
    ROW_TABLE(struct policy_added, policy_added_columns);

static const struct row_column zone_changed_columns[] = {
	ROW_COLUMN(struct zone_changed, id, ROW_INT),
};

extern const struct row_table zone_changed_row;
const struct row_table zone_changed_row =
    ROW_TABLE(struct zone_changed, zone_changed_columns);

void
policies_list(struct store *store, struct flow *f, struct row_list *into)
{
	store_ask_list(store, f, STATEMENT_POLICY_LIST, NULL, 0, into);
}

void
zones_list(struct store *store, struct flow *f, struct row_list *into)
{
	store_ask_list(store, f, STATEMENT_ZONE_LIST, NULL, 0, into);
}

void
policies_add(struct store *store, struct flow *f, struct str tenant,
    struct str document, struct str comment, const struct audit_origin *origin,
    struct policy_added *into)
{
	const struct value values[] = {
		TEXT_VALUE(tenant),
		TEXT_VALUE(document),
		TEXT_VALUE(comment),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_POLICY_ADD, values, COUNT_OF(values), into);
}

void
zones_put(struct store *store, struct flow *f, const struct zone_row *zone,
    const struct audit_origin *origin, struct zone_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(zone->tenant),
		TEXT_VALUE(zone->key),
		TEXT_VALUE(zone->label),
		TEXT_VALUE(zone->prefixes),
		BOOL_VALUE(zone->skip_ok),
		BOOL_VALUE(zone->shared_computers),
		BOOL_VALUE(zone->enrol_ok),
		BOOL_VALUE(zone->blocked),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_ZONE_PUT, values, COUNT_OF(values), into);
}

void
zones_remove(struct store *store, struct flow *f, struct str tenant,
    struct str key, const struct audit_origin *origin,
    struct zone_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(tenant),
		TEXT_VALUE(key),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_ZONE_REMOVE, values, COUNT_OF(values), into);
}
