/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registered services: loaded as a whole, changed by operators.
 *
 * Every change raises the generation, by a trigger, so that gates reload.
 */
#ifndef STORE_SERVICES_H
#define STORE_SERVICES_H

#include "model/service.h"
#include "store/audit.h"
#include "store/generation.h"
#include "store/store.h"

/*
 * The generation is read before the list: the list is at least as new, never
 * older than the number says.
 */
struct services_loaded {
	struct generation generation;
	struct row_list list; /* of struct service */
};

void services_load(struct store *, struct flow *, struct services_loaded *into);

/* The same, the list to be read on another thread (row_set.h). */
struct services_fetched {
	struct generation generation;
	struct row_set *rows; /* NULL until they came; owned by who asked */
};

void services_fetch(
    struct store *, struct flow *, struct services_fetched *into);

/* id stays 0 if nothing was changed. */
struct service_changed {
	int64_t id;
};

/* The id in `service` does not count.  Nothing is changed if the pattern is
 * taken or the tenant unknown. */
void services_add(struct store *, struct flow *, const struct service *,
    const struct audit_origin *, struct service_changed *into);

void services_set_enabled(struct store *, struct flow *, int64_t id,
    bool enabled, const struct audit_origin *, struct service_changed *into);

/* STR_NONE leaves as it is; an empty `url` is none. */
struct service_logout {
	struct str type;
	struct str url;
};

void services_set_logout(struct store *, struct flow *, int64_t id,
    const struct service_logout *, const struct audit_origin *,
    struct service_changed *into);

/* Whether it gets tickets by REST. */
void services_set_rest(struct store *, struct flow *, int64_t id, bool rest,
    const struct audit_origin *, struct service_changed *into);

/* STR_NONE leaves as it is; else "yes" or "no", and an empty pattern is none.
 */
struct service_proxy {
	struct str allowed;
	struct str callback;
	struct str lenient;
};

void services_set_proxy(struct store *, struct flow *, int64_t id,
    const struct service_proxy *, const struct audit_origin *,
    struct service_changed *into);

/* What cas/service_settings.h reads; user_key 0 gets the active key, or the one
 * that the service had. */
void services_set_settings(struct store *, struct flow *, int64_t id,
    struct str settings, const struct audit_origin *,
    struct service_changed *into);

/* How many; nothing is changed if one of the last two is above 0. */
struct service_imported {
	int64_t added;
	int64_t replaced;
	int64_t strange; /* of an organisation that there is not */
	int64_t
	    taken; /* whose pattern is registered, and may not be replaced */
};

/*
 * All or nothing: a JSON list of objects with tenant, name, pattern (each
 * once), released, enabled, logout, logout_url, rest, proxy, proxy_callback,
 * proxy_lenient and settings.  A service whose
 * pattern is registered keeps its number, and the key of its opaque names.
 */
void services_import(struct store *, struct flow *, struct str records,
    bool replace, const struct audit_origin *, struct service_imported *into);

void services_remove(struct store *, struct flow *, int64_t id,
    const struct audit_origin *, struct service_changed *into);

/* For a tenant that exists already, id is that one's and nothing changes. */
void services_add_tenant(struct store *, struct flow *, struct str slug,
    struct str name, const struct audit_origin *, struct service_changed *into);

#endif
