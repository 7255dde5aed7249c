/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registered services.
 */
#include "store/services.h"

#include "store/row.h"

static const struct row_column service_columns[] = {
	ROW_COLUMN(struct service, id, ROW_INT),
	ROW_COLUMN(struct service, tenant, ROW_TEXT),
	ROW_COLUMN(struct service, name, ROW_TEXT),
	ROW_COLUMN(struct service, pattern, ROW_TEXT),
	ROW_COLUMN(struct service, released, ROW_TEXT),
	ROW_COLUMN(struct service, enabled, ROW_BOOL),
	ROW_COLUMN(struct service, logout_type, ROW_TEXT),
	ROW_COLUMN(struct service, logout_url, ROW_TEXT),
	ROW_COLUMN(struct service, rest, ROW_BOOL),
	ROW_COLUMN(struct service, proxy, ROW_BOOL),
	ROW_COLUMN(struct service, proxy_callback, ROW_TEXT),
	ROW_COLUMN(struct service, proxy_lenient, ROW_BOOL),
	ROW_COLUMN_AS(struct service, "settings", settings_text, ROW_TEXT),
};

extern const struct row_table service_row;
const struct row_table service_row = ROW_TABLE(struct service, service_columns);

static const struct row_column service_changed_columns[] = {
	ROW_COLUMN(struct service_changed, id, ROW_INT),
};

extern const struct row_table service_changed_row;
const struct row_table service_changed_row =
    ROW_TABLE(struct service_changed, service_changed_columns);

static const struct row_column service_imported_columns[] = {
	ROW_COLUMN(struct service_imported, added, ROW_INT),
	ROW_COLUMN(struct service_imported, replaced, ROW_INT),
	ROW_COLUMN(struct service_imported, strange, ROW_INT),
	ROW_COLUMN(struct service_imported, taken, ROW_INT),
};

extern const struct row_table service_imported_row;
const struct row_table service_imported_row =
    ROW_TABLE(struct service_imported, service_imported_columns);

void
services_load(struct store *store, struct flow *f, struct services_loaded *into)
{
	store_ask(
	    store, f, STATEMENT_SERVICE_GENERATION, NULL, 0, &into->generation);
	store_ask_list(store, f, STATEMENT_SERVICE_LIST, NULL, 0, &into->list);
}

void
services_fetch(
    struct store *store, struct flow *f, struct services_fetched *into)
{
	store_ask(
	    store, f, STATEMENT_SERVICE_GENERATION, NULL, 0, &into->generation);
	store_ask_rows(store, f, STATEMENT_SERVICE_LIST, NULL, 0, &into->rows);
}

void
services_add(struct store *store, struct flow *f, const struct service *service,
    const struct audit_origin *origin, struct service_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(service->tenant),
		TEXT_VALUE(service->name),
		TEXT_VALUE(service->pattern),
		TEXT_VALUE(service->released),
		BOOL_VALUE(service->enabled),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
		TEXT_VALUE(service->settings_text),
	};

	store_ask(
	    store, f, STATEMENT_SERVICE_ADD, values, COUNT_OF(values), into);
}

void
services_set_enabled(struct store *store, struct flow *f, int64_t id,
    bool enabled, const struct audit_origin *origin,
    struct service_changed *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		BOOL_VALUE(enabled),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SERVICE_SET_ENABLED, values,
	    COUNT_OF(values), into);
}

void
services_set_logout(struct store *store, struct flow *f, int64_t id,
    const struct service_logout *logout, const struct audit_origin *origin,
    struct service_changed *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		TEXT_VALUE(logout->type),
		TEXT_VALUE(logout->url),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SERVICE_SET_LOGOUT, values,
	    COUNT_OF(values), into);
}

void
services_set_rest(struct store *store, struct flow *f, int64_t id, bool rest,
    const struct audit_origin *origin, struct service_changed *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		BOOL_VALUE(rest),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SERVICE_SET_REST, values,
	    COUNT_OF(values), into);
}

void
services_set_proxy(struct store *store, struct flow *f, int64_t id,
    const struct service_proxy *proxy, const struct audit_origin *origin,
    struct service_changed *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		TEXT_VALUE(proxy->allowed),
		TEXT_VALUE(proxy->callback),
		TEXT_VALUE(proxy->lenient),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SERVICE_SET_PROXY, values,
	    COUNT_OF(values), into);
}

void
services_set_settings(struct store *store, struct flow *f, int64_t id,
    struct str settings, const struct audit_origin *origin,
    struct service_changed *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		TEXT_VALUE(settings),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SERVICE_SET_SETTINGS, values,
	    COUNT_OF(values), into);
}

void
services_import(struct store *store, struct flow *f, struct str records,
    bool replace, const struct audit_origin *origin,
    struct service_imported *into)
{
	const struct value values[] = {
		TEXT_VALUE(records),
		BOOL_VALUE(replace),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_SERVICE_IMPORT, values, COUNT_OF(values), into);
}

void
services_remove(struct store *store, struct flow *f, int64_t id,
    const struct audit_origin *origin, struct service_changed *into)
{
	const struct value values[] = {
		INT_VALUE(id),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_SERVICE_REMOVE, values, COUNT_OF(values), into);
}

void
services_add_tenant(struct store *store, struct flow *f, struct str slug,
    struct str name, const struct audit_origin *origin,
    struct service_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(slug),
		TEXT_VALUE(name),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_TENANT_ADD, values, COUNT_OF(values), into);
}
