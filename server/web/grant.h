/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that opens sessions and issues tickets, and the cookie that
 * stands for a session.
 *
 * The cookie is "TGT-" and a handle (web/handle.h).  Every function here that
 * grants asserts that the request's route may (ROUTE_GRANTS), and that a form
 * was ours.
 */
#ifndef WEB_GRANT_H
#define WEB_GRANT_H

#include "base/memory.h"
#include "crypto/mac.h"
#include "store/sessions.h"

struct destination;
struct flow;
struct request;

/* The MAC of the session cookie that came; false if none worth looking up. */
bool session_cookie_mac(const struct request *, uint8_t mac[static MAC_SIZE]);

void session_cookie_clear(struct request *);

/* A session on its way: asked for in one step, given in a later one. */
struct session_grant {
	struct session_opened opened;
	struct str handle; /* the cookie, or what a program names it by */
};

/* Nothing is missing in this sign-in: opens or goes on with a session. */
void grant_session(struct request *, struct flow *,
    const uint8_t sign_in_mac[static MAC_SIZE], const uint8_t *browser_id,
    struct session_grant *);

/*
 * The same for a program that speaks REST, which has no browser: a session with
 * a handle of another kind, which is no cookie, as no cookie is such a handle.
 */
void grant_rest_session(struct request *, struct flow *,
    const uint8_t sign_in_mac[static MAC_SIZE], struct session_grant *);

/* The MAC of such a handle; false if it is none worth looking up. */
bool rest_handle_mac(
    const struct request *, struct str text, uint8_t mac[static MAC_SIZE]);

/* Puts the new cookie into the answer; opened.number must not be 0. */
void grant_session_cookie(struct request *, const struct session_grant *);

/*
 * A new proxy-granting ticket, "PGT-" and a handle, and what stands for it in
 * answers: nothing of one can be told from the other.
 */
struct proxy_granting {
	struct str ticket;
	struct str iou;
	uint8_t mac[MAC_SIZE];
};

void grant_proxy_granting(struct request *, struct proxy_granting *);

/* The MAC of one that came; false if none worth looking up. */
bool proxy_granting_mac(const struct request *, struct str ticket,
    uint8_t mac[static MAC_SIZE]) MUST_CHECK;

/* A new proxy ticket of this grant, for a service that is registered. */
struct str grant_proxy_ticket(
    struct request *, int64_t grant_number, const struct destination *);

/* The text of a new ticket, for this session and canonical URL. */
struct str grant_ticket(struct request *, int64_t session_number,
    bool from_new_login, struct str canonical_url);

#endif
