/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxy-granting tickets.
 */
#include "store/proxy_grants.h"

#include "store/row.h"
#include "store/store.h"

enum {
	SECOND_US = 1000 * 1000
};

static const struct row_column proxy_grant_added_columns[] = {
	ROW_COLUMN(struct proxy_grant_added, alive, ROW_BOOL),
};

extern const struct row_table proxy_grant_added_row;
const struct row_table proxy_grant_added_row =
    ROW_TABLE(struct proxy_grant_added, proxy_grant_added_columns);

#define SESSION(name, member, kind) \
	ROW_COLUMN_AS(struct proxy_grant_found, name, session.member, kind)

static const struct row_column proxy_grant_found_columns[] = {
	ROW_COLUMN(struct proxy_grant_found, number, ROW_INT),
	ROW_COLUMN(struct proxy_grant_found, service_id, ROW_INT),
	SESSION("session", number, ROW_INT),
	SESSION("account_id", account_id, ROW_INT),
	SESSION("last_used_at", last_used_at, ROW_TIME),
	SESSION("password_at", password_at, ROW_TIME),
	SESSION("verified_at", verified_at, ROW_TIME),
	SESSION("verified_by", verified_by, ROW_TEXT),
	SESSION("skipped", skipped, ROW_TEXT),
	SESSION("long_term", long_term, ROW_BOOL),
	ROW_COLUMN(struct proxy_grant_found, client_address, ROW_TEXT),
	ROW_COLUMN(struct proxy_grant_found, browser_id, ROW_BYTES),
	ROW_COLUMN(struct proxy_grant_found, generation, ROW_INT),
};

extern const struct row_table proxy_grant_found_row;
const struct row_table proxy_grant_found_row =
    ROW_TABLE(struct proxy_grant_found, proxy_grant_found_columns);

void
proxy_grants_add(struct store *store, struct flow *f,
    const struct proxy_grant *grant, struct proxy_grant_added *into)
{
	const struct session_limits *limits = &grant->limits;
	const struct value values[] = {
		BYTES_VALUE(grant->mac, MAC_SIZE),
		INT_VALUE(grant->key_id),
		INT_VALUE(grant->session),
		INT_VALUE(grant->service_id),
		TEXT_VALUE(grant->proxies),
		TIME_VALUE(grant->now),
		TIME_VALUE(grant->now - limits->idle_seconds * SECOND_US),
		TIME_VALUE(grant->now - limits->longest_seconds * SECOND_US),
		TIME_VALUE(grant->now - limits->long_seconds * SECOND_US),
	};

	store_ask(store, f, STATEMENT_PROXY_GRANT_ADD, values, COUNT_OF(values),
	    into);
}

void
proxy_grants_find(struct store *store, struct flow *f, const uint8_t *mac,
    int64_t now, const struct session_limits *limits,
    struct proxy_grant_found *into)
{
	const struct value values[] = {
		BYTES_VALUE(mac, MAC_SIZE),
		TIME_VALUE(now - limits->idle_seconds * SECOND_US),
		TIME_VALUE(now - limits->longest_seconds * SECOND_US),
		TIME_VALUE(now - limits->long_seconds * SECOND_US),
	};

	store_ask(store, f, STATEMENT_PROXY_GRANT_FIND, values,
	    COUNT_OF(values), into);
}
