/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that opens sessions and issues tickets.
 */
#include "web/grant.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "cas/service_url.h"
#include "cas/ticket.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "loop/scoreboard.h"
#include "model/account.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/routes.h"

enum {
	HANDLE_SIZE = 33, /* key generation and 256 random bits */
	HANDLE_DIGITS = 45,
};

#define COOKIE_NAME STR("__Host-TGC")
#define COOKIE_PREFIX STR("TGT-")

static bool
handle_mac(const struct keys *keys, const uint8_t handle[HANDLE_SIZE],
    uint8_t mac[static MAC_SIZE])
{
	const struct mac_key *key =
	    keys_mac(keys, handle[0], MAC_SESSION_COOKIE);
	struct str part = { (const char *)handle, HANDLE_SIZE };

	if (key == NULL)
		return false;
	mac_compute(key, &part, 1, mac);
	return true;
}

bool
session_cookie_mac(const struct request *rq, uint8_t mac[static MAC_SIZE])
{
	struct str cookie = request_cookie(rq, COOKIE_NAME);
	uint8_t handle[HANDLE_SIZE];
	bool known;

	if (cookie.len != COOKIE_PREFIX.len + HANDLE_DIGITS ||
	    !str_starts(cookie, COOKIE_PREFIX) ||
	    !bytes_from_base62(
		str_from(cookie, COOKIE_PREFIX.len), handle, sizeof(handle)))
		return false;
	known = handle_mac(rq->configuration->keys, handle, mac);
	bytes_wipe(handle, sizeof(handle));
	return known;
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

static struct str
cookie_spell(struct request *rq, const uint8_t handle[HANDLE_SIZE])
{
	char digits[HANDLE_DIGITS];
	struct str cookie;

	bytes_base62(digits, sizeof(digits), handle, HANDLE_SIZE);
	cookie = arena_format(&rq->arena, "TGT-%.*s", HANDLE_DIGITS, digits);
	bytes_wipe(digits, sizeof(digits));
	return cookie;
}

void
grant_session(struct request *rq, struct flow *f, const struct account *account,
    const struct sign_in_counters *counters, struct session_grant *grant)
{
	struct gate *gate = rq->gate;
	uint8_t handle[HANDLE_SIZE], mac[MAC_SIZE], old_mac[MAC_SIZE];
	struct audit_origin origin = request_origin(rq);
	bool made;

	assert_may_grant(rq);
	handle[0] = (uint8_t)rq->active_key;
	random_bytes(handle + 1, sizeof(handle) - 1);
	made = handle_mac(rq->configuration->keys, handle, mac);
	assert(made); /* gate_ready() has seen the active key */
	grant->cookie = cookie_spell(rq, handle);
	bytes_wipe(handle, sizeof(handle));
	sessions_open(gate->store, f,
	    &(struct session_opening){
		.account_id = account->id,
		.account_epoch = account->epoch,
		.old_mac = session_cookie_mac(rq, old_mac) ? old_mac : NULL,
		.mac = mac,
		.key_id = rq->active_key,
		.counters = counters,
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
    struct str service_url, struct str canonical_url)
{
	struct gate *gate = rq->gate;
	unsigned key_id = rq->active_key;
	CLEANUP(buf_clear)
	struct buf location = BUF_INIT(
	    3 * SERVICE_URL_LONGEST + TICKET_LENGTH + sizeof("?ticket="));
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
	service_url_with_ticket(service_url, str_of(text), &location);
	return arena_text(&rq->arena, buf_str(&location));
}
