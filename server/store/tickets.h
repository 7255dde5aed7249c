/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service and proxy tickets: spent exactly once (architecture D4).
 *
 * Redeeming is one unconditional INSERT.  A ticket is spent whatever becomes
 * of it, also for the wrong service; a second try of the same request finds
 * its own row and stays fresh, one of another request does not.
 */
#ifndef STORE_TICKETS_H
#define STORE_TICKETS_H

#include "base/str.h"
#include "store/sessions.h"

enum {
	TICKETS_REQUEST_SIZE = 16
};

struct ticket_redemption {
	int64_t session; /* the three fields that are the ticket */
	int64_t grant; /* instead, of a proxy ticket: its proxy_grant row */
	int64_t issued_at; /* seconds; the caller has checked its age */
	const uint8_t *random; /* TICKET_RANDOM_SIZE bytes */
	const uint8_t *request; /* TICKETS_REQUEST_SIZE random bytes */
	int64_t service_id; /* 0: not for the service that presents it */
	struct str ticket; /* its text, kept for single logout */
	struct str service_url; /* told then; STR_NONE: as service_id 0 */
	int64_t now;
	struct session_limits limits;
};

struct ticket_redeemed {
	bool fresh; /* this request is the one that spent the ticket */
	bool alive; /* session and account are; if not, the rest is empty */
	int64_t account_id;
	struct str login;
	struct str display_name;
	struct str attributes; /* a JSON object: name to list of texts */
	int64_t created_at; /* of the session, as the next two */
	int64_t last_used_at;
	int64_t password_at;
	bool long_term; /* its owner asked to stay signed in */
	int64_t generation; /* this and restore_epoch are always set */
	int64_t restore_epoch;
	int64_t session; /* of a proxy ticket; 0: its grant is gone */
	struct str proxies; /* the same; as in cas/proxy_chain.h */
};

void tickets_redeem(struct store *, struct flow *,
    const struct ticket_redemption *, struct ticket_redeemed *into);

#endif
