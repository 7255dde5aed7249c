/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The browser that a request comes from.
 */
#include "web/browser.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"

enum {
	SECRET_SIZE = 32,
	KEY_AT = BROWSER_ID_SIZE,
	SECRET_AT = KEY_AT + 1,
	COOKIE_SIZE = SECRET_AT + SECRET_SIZE,
	COOKIE_DIGITS = 66,
	REMEMBER_SECONDS = 400 * 86400, /* as long as browsers allow */
};

#define COOKIE_NAME STR("__Host-trust")
#define COOKIE_PREFIX STR("TB-")

static struct str
view(const uint8_t *at, size_t len)
{
	return (struct str){ (const char *)at, len };
}

/* Of the whole cookie, under the generation that it names. */
static bool
cookie_mac(const struct request *rq, const uint8_t cookie[COOKIE_SIZE],
    struct str what, uint8_t mac[static MAC_SIZE])
{
	const struct mac_key *key = keys_mac(
	    rq->configuration->keys, cookie[KEY_AT], MAC_TRUSTED_BROWSER);
	const struct str parts[] = { what, view(cookie, COOKIE_SIZE) };

	if (key == NULL)
		return false;
	mac_compute(key, parts, COUNT_OF(parts), mac);
	return true;
}

static bool
cookie_read(const struct request *rq, uint8_t cookie[COOKIE_SIZE])
{
	struct str text = request_cookie(rq, COOKIE_NAME);

	return text.len == COOKIE_PREFIX.len + COOKIE_DIGITS &&
	       str_starts(text, COOKIE_PREFIX) &&
	       bytes_from_base62(
		   str_from(text, COOKIE_PREFIX.len), cookie, COOKIE_SIZE);
}

static struct str
cookie_spell(struct request *rq, const uint8_t cookie[COOKIE_SIZE])
{
	char digits[COOKIE_DIGITS];
	const struct str parts[] = { COOKIE_PREFIX,
		{ digits, sizeof(digits) } };
	struct str spelled;

	bytes_base62(digits, sizeof(digits), cookie, COOKIE_SIZE);
	spelled = arena_join(&rq->arena, parts, COUNT_OF(parts));
	bytes_wipe(digits, sizeof(digits));
	return spelled;
}

/* What comes after a cookie, under a generation; false: we lack the key. */
static bool
cookie_follower(const struct request *rq, const uint8_t cookie[COOKIE_SIZE],
    unsigned key_id, uint8_t out[COOKIE_SIZE])
{
	memcpy(out, cookie, BROWSER_ID_SIZE);
	out[KEY_AT] = (uint8_t)key_id;
	return cookie_mac(rq, cookie, STR("follower"), out + SECRET_AT);
}

void
browser_read(struct request *rq, struct browser *browser)
{
	uint8_t cookie[COOKIE_SIZE];

	browser->came = cookie_read(rq, cookie) &&
			cookie_mac(rq, cookie, STR("secret"), browser->mac);
	if (browser->came)
		memcpy(browser->id, cookie, BROWSER_ID_SIZE);
	bytes_wipe(cookie, sizeof(cookie));
}

struct browser_presented
browser_presented(const struct request *rq, const struct browser *browser)
{
	return (struct browser_presented){
		.id = browser->came ? browser->id : NULL,
		.mac = browser->came ? browser->mac : NULL,
		.user_agent = rq->user_agent,
		.now = rq->now,
	};
}

static void
browser_make(struct request *rq, struct flow *f, struct browser_next *next)
{
	uint8_t cookie[COOKIE_SIZE], mac[MAC_SIZE];

	random_bytes(cookie, sizeof(cookie));
	cookie[KEY_AT] = (uint8_t)rq->active_key;
	(void)cookie_mac(rq, cookie, STR("secret"), mac);
	next->fresh = true;
	next->cookie = cookie_spell(rq, cookie);
	memcpy(next->id, cookie, BROWSER_ID_SIZE);
	bytes_wipe(cookie, sizeof(cookie));
	browsers_add(rq->gate->store, f,
	    &(struct browser_secret){ next->id, mac, rq->active_key }, rq->now,
	    rq->user_agent);
}

/* One that was swept away, or whose cookie was made up, gets a new number. */
void
browser_go_on(struct request *rq, struct flow *f, const struct browser *browser,
    bool known, struct browser_next *next)
{
	uint8_t cookie[COOKIE_SIZE], follower[COOKIE_SIZE], mac[MAC_SIZE];

	*next = (struct browser_next){ .fresh = false };
	if (!browser->came || !known || !cookie_read(rq, cookie) ||
	    !cookie_follower(rq, cookie, rq->active_key, follower) ||
	    !cookie_mac(rq, follower, STR("secret"), mac)) {
		browser_make(rq, f, next);
		return;
	}
	memcpy(next->id, browser->id, BROWSER_ID_SIZE);
	browsers_show(rq->gate->store, f, browser->mac,
	    &(struct browser_secret){ next->id, mac, rq->active_key },
	    &(struct browser_presented){
		.user_agent = rq->user_agent, .now = rq->now },
	    &next->shown);
	bytes_wipe(cookie, sizeof(cookie));
	bytes_wipe(follower, sizeof(follower));
}

void
browser_cookie(struct request *rq, const struct browser *browser,
    const struct browser_next *next)
{
	uint8_t cookie[COOKIE_SIZE], follower[COOKIE_SIZE];

	if (next->fresh) {
		request_set_cookie(
		    rq, COOKIE_NAME, next->cookie, REMEMBER_SECONDS);
		return;
	}
	if (browser->came && str_equal(next->shown.verdict, STR("good")) &&
	    cookie_read(rq, cookie) &&
	    cookie_follower(rq, cookie, (unsigned)next->shown.key_id, follower))
		request_set_cookie(rq, COOKIE_NAME, cookie_spell(rq, follower),
		    REMEMBER_SECONDS);
	else
		request_clear_cookie(rq, COOKIE_NAME);
	bytes_wipe(cookie, sizeof(cookie));
	bytes_wipe(follower, sizeof(follower));
}
