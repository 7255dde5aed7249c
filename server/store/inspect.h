/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators look at and gates never need; changes nothing.
 */
#ifndef STORE_INSPECT_H
#define STORE_INSPECT_H

#include "base/str.h"
#include "store/accounts.h"

struct flow;
struct row_list;
struct store;

struct account_shown {
	struct account_listed account; /* id 0: no such account */
	struct str attributes; /* a JSON object: name to list of texts */
};

void inspect_account(struct store *, struct flow *, struct str login,
    struct account_shown *into);

struct tenant_listed {
	int64_t id;
	struct str slug;
	struct str name;
	int64_t accounts;
	int64_t services;
};

/* `struct tenant_listed`, by slug. */
void inspect_tenants(struct store *, struct flow *, struct row_list *into);

struct database_facts {
	int64_t days_ahead; /* from tomorrow on that have a partition */
	int64_t connections_most;
	int64_t connections_reserved; /* of these, for superusers */
};

void inspect_database(
    struct store *, struct flow *, int64_t now, struct database_facts *into);

#endif
