/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that opens sessions and issues tickets.
 */
#include "web/grant.h"

#include <assert.h>

#include "cas/service_url.h"
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
#define COOKIE_PREFIX STR("TGT-")

bool
session_cookie_mac(const struct request *rq, uint8_t mac[static MAC_SIZE])
{
	return handle_mac(rq, MAC_SESSION_COOKIE, COOKIE_PREFIX,
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

void
grant_session(struct request *rq, struct flow *f,
    const uint8_t sign_in_mac[static MAC_SIZE], const uint8_t *browser_id,
    struct session_grant *grant)
{
	uint8_t mac[MAC_SIZE], old_mac[MAC_SIZE];
	struct audit_origin origin = request_origin(rq);

	assert_may_grant(rq);
	grant->cookie = handle_new(rq, MAC_SESSION_COOKIE, COOKIE_PREFIX, mac);
	sessions_open(rq->gate->store, f,
	    &(struct session_opening){
		.sign_in_mac = sign_in_mac,
		.old_mac = session_cookie_mac(rq, old_mac) ? old_mac : NULL,
		.mac = mac,
		.key_id = rq->active_key,
		.browser_id = browser_id,
		.limits = rq->configuration->settings.session,
		.user_agent = rq->user_agent,
	    },
	    &origin, &grant->opened);
}

void
grant_session_cookie(struct request *rq, const struct session_grant *grant)
{
	assert_may_grant(rq);
	assert(grant->opened.number > 0);
	request_set_cookie(rq, COOKIE_NAME, grant->cookie, 0);
}

struct str
grant_ticket(struct request *rq, int64_t session_number, bool from_new_login,
    const struct destination *to)
{
	struct gate *gate = rq->gate;
	unsigned key_id = rq->active_key;
	CLEANUP(buf_clear)
	struct buf location = BUF_INIT(
	    3 * SERVICE_URL_LONGEST + TICKET_LENGTH + sizeof("?SAMLart="));
	char text[TICKET_LENGTH + 1];
	struct ticket ticket = {
		.session = session_number,
		.issued_at = rq->now / 1000000,
		.flags = from_new_login ? TICKET_FROM_NEW_LOGIN : 0,
	};

	assert_may_grant(rq);
	random_bytes(ticket.random, sizeof(ticket.random));
	ticket_service_mac(
	    rq->configuration->keys, key_id, to->canonical, ticket.service);
	ticket_seal(rq->configuration->keys, key_id,
	    gate->generation.restore_epoch, &ticket, text);
	scoreboard_count(SCORE_TICKETS);
	rq->outcome = STR("Ticket issued.");
	rq->service = destination_for_log(to);
	rq->session = session_number;
	if (to->saml)
		service_url_with_artifact(to->url, str_of(text), &location);
	else
		service_url_with_ticket(to->url, str_of(text), &location);
	return arena_text(&rq->arena, buf_str(&location));
}
