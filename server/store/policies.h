/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and networks: read as a whole by gates, changed by operators.
 *
 * Every change raises the generation, by a trigger, so that gates reload.
 */
#ifndef STORE_POLICIES_H
#define STORE_POLICIES_H

#include "store/audit.h"

struct flow;
struct row_list;
struct store;

/* A policy in force. */
struct policy_version {
	struct str tenant; /* slug */
	int64_t number;
	struct str document; /* JSON, see policy/policy.h */
	int64_t activated_at;
};

/* `struct policy_version`: one of each organisation that has any. */
void policies_list(struct store *, struct flow *, struct row_list *into);

struct zone_row {
	struct str tenant; /* slug */
	struct str key;
	struct str label;
	struct str prefixes; /* a JSON list of texts */
	bool skip_ok;
	bool shared_computers;
	bool enrol_ok;
	bool blocked;
};

/* `struct zone_row`, those of one organisation together. */
void zones_list(struct store *, struct flow *, struct row_list *into);

struct policy_added {
	int64_t number; /* 0: there is no such organisation */
};

void policies_add(struct store *, struct flow *, struct str tenant,
    struct str document, struct str comment, const struct audit_origin *,
    struct policy_added *into);

struct zone_changed {
	int64_t id; /* 0: nothing was changed */
};

void zones_put(struct store *, struct flow *, const struct zone_row *,
    const struct audit_origin *, struct zone_changed *into);

void zones_remove(struct store *, struct flow *, struct str tenant,
    struct str key, const struct audit_origin *, struct zone_changed *into);

#endif
