/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that opens sessions and issues tickets.
 */
#include "web/grant.h"

#include <assert.h>

#include "base/bytes.h"
#include "cas/ticket.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "loop/scoreboard.h"
#include "web/configuration.h"
#include "web/destination.h"
#include "web/gate.h"
#include "web/handle.h"
#include "web/request.h"
#include "web/routes.h"

#define COOKIE_NAME STR("__Host-TGC")
#define HANDLE_PREFIX STR("TGT-")
#define GRANT_PREFIX STR("PGT-")
#define IOU_PREFIX STR("PGTIOU-")

enum {
	IOU_SIZE = 32, /* random bytes */
	IOU_DIGITS = 43,
};

bool
session_cookie_mac(const struct request *rq, uint8_t mac[static MAC_SIZE])
{
	return handle_mac(rq, MAC_SESSION_COOKIE, HANDLE_PREFIX,
	    request_cookie(rq, COOKIE_NAME), mac);
}

void
session_cookie_clear(struct request *rq)
{
	request_clear_cookie(rq, COOKIE_NAME);
}

static void
assert_may_grant(const struct request *rq)
{
	assert(rq->route->flags & ROUTE_GRANTS);
	assert(!(rq->route->flags & ROUTE_FORM) || rq->form_verified);
}

static void
session_open(struct request *rq, struct flow *f,
    const uint8_t sign_in_mac[static MAC_SIZE], struct session_opening opening,
    struct session_grant *grant)
{
	struct audit_origin origin = request_origin(rq);

	opening.sign_in_mac = sign_in_mac;
	opening.key_id = rq->active_key;
	opening.limits = rq->configuration->settings.session;
	opening.user_agent = rq->user_agent;
	sessions_open(rq->gate->store, f, &opening, &origin, &grant->opened);
}

void
grant_session(struct request *rq, struct flow *f,
    const uint8_t sign_in_mac[static MAC_SIZE], const uint8_t *browser_id,
    struct session_grant *grant)
{
	uint8_t mac[MAC_SIZE], old_mac[MAC_SIZE];

	assert_may_grant(rq);
	grant->handle = handle_new(rq, MAC_SESSION_COOKIE, HANDLE_PREFIX, mac);
	session_open(rq, f, sign_in_mac,
	    (struct session_opening){
		.old_mac = session_cookie_mac(rq, old_mac) ? old_mac : NULL,
		.mac = mac,
		.browser_id = browser_id,
	    },
	    grant);
}

bool
rest_handle_mac(
    const struct request *rq, struct str text, uint8_t mac[static MAC_SIZE])
{
	return handle_mac(rq, MAC_REST_TICKET, HANDLE_PREFIX, text, mac);
}

void
grant_rest_session(struct request *rq, struct flow *f,
    const uint8_t sign_in_mac[static MAC_SIZE], struct session_grant *grant)
{
	uint8_t mac[MAC_SIZE];

	assert_may_grant(rq);
	grant->handle = handle_new(rq, MAC_REST_TICKET, HANDLE_PREFIX, mac);
	session_open(
	    rq, f, sign_in_mac, (struct session_opening){ .mac = mac }, grant);
}

/* As long as the session has left; 0: until the browser closes. */
static int64_t
cookie_life(const struct request *rq, const struct session_opened *opened)
{
	int64_t age = (rq->now - opened->created_at) / 1000000;

	return opened->long_term
		   ? rq->configuration->settings.session.long_seconds - age
		   : 0;
}

void
grant_session_cookie(struct request *rq, const struct session_grant *grant)
{
	assert_may_grant(rq);
	assert(grant->opened.number > 0);
	request_set_cookie(
	    rq, COOKIE_NAME, grant->handle, cookie_life(rq, &grant->opened));
}

struct str
grant_ticket(struct request *rq, int64_t session_number, bool from_new_login,
    struct str canonical_url)
{
	struct gate *gate = rq->gate;
	unsigned key_id = rq->active_key;
	char text[TICKET_LENGTH + 1];
	struct ticket ticket = {
		.session = session_number,
		.issued_at = rq->now / 1000000,
		.flags = from_new_login ? TICKET_FROM_NEW_LOGIN : 0,
	};

	assert_may_grant(rq);
	random_bytes(ticket.random, sizeof(ticket.random));
	ticket_service_mac(
	    rq->configuration->keys, key_id, canonical_url, ticket.service);
	ticket_seal(rq->configuration->keys, key_id,
	    gate->generation.restore_epoch, &ticket, text);
	scoreboard_count(SCORE_TICKETS);
	return arena_text(&rq->arena, str_of(text));
}

static void
assert_may_proxy(const struct request *rq)
{
	assert(rq->route->flags & ROUTE_PROXIES);
	(void)rq;
}

void
grant_proxy_granting(struct request *rq, struct proxy_granting *made)
{
	uint8_t bytes[IOU_SIZE];
	char digits[IOU_DIGITS];
	const struct str parts[] = { IOU_PREFIX, { digits, IOU_DIGITS } };

	assert_may_proxy(rq);
	made->ticket = handle_new(rq, MAC_PROXY_GRANT, GRANT_PREFIX, made->mac);
	random_bytes(bytes, sizeof(bytes));
	bytes_base62(digits, sizeof(digits), bytes, sizeof(bytes));
	made->iou = arena_join(&rq->arena, parts, COUNT_OF(parts));
}

bool
proxy_granting_mac(
    const struct request *rq, struct str ticket, uint8_t mac[static MAC_SIZE])
{
	return handle_mac(rq, MAC_PROXY_GRANT, GRANT_PREFIX, ticket, mac);
}

struct str
grant_proxy_ticket(
    struct request *rq, int64_t grant_number, const struct destination *to)
{
	const struct keys *keys = rq->configuration->keys;
	char text[TICKET_LENGTH + 1];
	struct ticket ticket = {
		.kind = TICKET_PROXY,
		.grant = grant_number,
		.issued_at = rq->now / 1000000,
	};

	assert_may_proxy(rq);
	assert(to->service != NULL);
	random_bytes(ticket.random, sizeof(ticket.random));
	ticket_service_mac(keys, rq->active_key, to->canonical, ticket.service);
	ticket_seal(keys, rq->active_key, rq->gate->generation.restore_epoch,
	    &ticket, text);
	scoreboard_count(SCORE_PROXY_TICKETS);
	return arena_text(&rq->arena, str_of(text));
}
