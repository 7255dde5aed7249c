/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxy-granting tickets: who may ask for tickets in somebody's name.
 *
 * A grant is good as long as its session is alive (store/sessions.h), for as
 * many proxy tickets as the application likes; those are spent as all tickets
 * are, by tickets_redeem().
 */
#ifndef STORE_PROXY_GRANTS_H
#define STORE_PROXY_GRANTS_H

#include "crypto/mac.h"
#include "model/session.h"
#include "store/sessions.h"

struct flow;
struct store;

struct proxy_grant {
	const uint8_t *mac; /* MAC_SIZE bytes */
	int64_t key_id; /* that it was made with */
	int64_t session;
	int64_t service_id; /* whom it was given to */
	struct str proxies; /* as in cas/proxy_chain.h */
	int64_t now;
	struct session_limits limits;
};

struct proxy_grant_added {
	bool alive; /* false: the session has ended, and nothing was added */
};

void proxy_grants_add(struct store *, struct flow *, const struct proxy_grant *,
    struct proxy_grant_added *into);

struct proxy_grant_found {
	int64_t number; /* 0: there is none */
	int64_t service_id;
	/* Of the session, what decides; its number is 0 if it has ended. */
	struct session session;
	struct str client_address; /* where it was opened */
	struct str browser_id; /* and in which browser; may be none */
	int64_t generation; /* always set */
};

void proxy_grants_find(struct store *, struct flow *, const uint8_t *mac,
    int64_t now, const struct session_limits *, struct proxy_grant_found *into);

#endif
