/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forgery token of the sign-in form.
 *
 * The cookie is 43 digits of base62: 16 random bytes and 16 bytes of MAC.  The
 * token is 33 digits: time in microseconds (7 bytes), so that no two are equal,
 * key generation (1) and 16 bytes of MAC over cookie, generation and time.
 */
#include "web/form_token.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"

enum {
	COOKIE_SIZE = 32, /* half random, half MAC */
	COOKIE_DIGITS = 43,
	HALF = COOKIE_SIZE / 2,
	TIME_SIZE = 7,
	TOKEN_SIZE = TIME_SIZE + 1 + HALF,
	TOKEN_DIGITS = 33,
	TOKEN_LIFE = 3600, /* seconds; the page says so when it is over */
};

#define COOKIE_NAME STR("__Host-login")

static struct str
view(const uint8_t *at, size_t len)
{
	return (struct str){ (const char *)at, len };
}

/* The active key signs; any known one is accepted. */
static bool
cookie_is_ours(const struct request *rq, const uint8_t cookie[COOKIE_SIZE])
{
	const struct str parts[] = { STR("cookie"), view(cookie, HALF) };

	for (unsigned id = keys_newest(rq->configuration->keys); id > 0; id--) {
		const struct mac_key *key =
		    keys_mac(rq->configuration->keys, id, MAC_LOGIN_FORM);

		if (key != NULL && mac_matches(key, parts, COUNT_OF(parts),
				       cookie + HALF, HALF))
			return true;
	}
	return false;
}

static bool
cookie_read(const struct request *rq, uint8_t cookie[COOKIE_SIZE])
{
	struct str text = request_cookie(rq, COOKIE_NAME);

	return text.len == COOKIE_DIGITS &&
	       bytes_from_base62(text, cookie, COOKIE_SIZE) &&
	       cookie_is_ours(rq, cookie);
}

/* There is one: forms are shown with a usable snapshot only. */
static const struct mac_key *
active_key(const struct request *rq)
{
	return keys_mac(
	    rq->configuration->keys, rq->active_key, MAC_LOGIN_FORM);
}

static void
cookie_make(struct request *rq, uint8_t cookie[COOKIE_SIZE])
{
	const struct str parts[] = { STR("cookie"), view(cookie, HALF) };
	char digits[COOKIE_DIGITS];
	uint8_t mac[MAC_SIZE];

	random_bytes(cookie, HALF);
	mac_compute(active_key(rq), parts, COUNT_OF(parts), mac);
	memcpy(cookie + HALF, mac, HALF);
	bytes_base62(digits, sizeof(digits), cookie, COOKIE_SIZE);
	request_set_cookie(
	    rq, COOKIE_NAME, (struct str){ digits, sizeof(digits) }, 0);
}

struct str
form_token_new(struct request *rq)
{
	uint8_t cookie[COOKIE_SIZE], token[TOKEN_SIZE], mac[MAC_SIZE];
	const struct str parts[] = { STR("form"), view(cookie, COOKIE_SIZE),
		view(token, TIME_SIZE + 1) };
	char *digits = arena_alloc(&rq->arena, TOKEN_DIGITS);

	/* Other tabs keep working: a cookie that is ours stays. */
	if (!cookie_read(rq, cookie))
		cookie_make(rq, cookie);
	bytes_put_be(token, TIME_SIZE, (uint64_t)rq->now);
	token[TIME_SIZE] = (uint8_t)rq->active_key;
	mac_compute(active_key(rq), parts, COUNT_OF(parts), mac);
	memcpy(token + TIME_SIZE + 1, mac, HALF);
	bytes_base62(digits, TOKEN_DIGITS, token, TOKEN_SIZE);
	return (struct str){ digits, TOKEN_DIGITS };
}

static bool
token_is_good(const struct request *rq, const uint8_t cookie[COOKIE_SIZE],
    const uint8_t token[TOKEN_SIZE])
{
	const struct mac_key *key =
	    keys_mac(rq->configuration->keys, token[TIME_SIZE], MAC_LOGIN_FORM);
	const struct str parts[] = { STR("form"), view(cookie, COOKIE_SIZE),
		view(token, TIME_SIZE + 1) };
	int64_t made = (int64_t)bytes_get_be(token, TIME_SIZE);
	int64_t age = (rq->now - made) / 1000000;

	return key != NULL &&
	       mac_matches(
		   key, parts, COUNT_OF(parts), token + TIME_SIZE + 1, HALF) &&
	       age >= -5 && age <= TOKEN_LIFE;
}

enum form_verdict
form_token_verify(struct request *rq)
{
	uint8_t cookie[COOKIE_SIZE], token[TOKEN_SIZE];
	struct str text;

	if (request_cookie(rq, COOKIE_NAME).len == 0)
		return FORM_NO_COOKIE;
	if (!cookie_read(rq, cookie) ||
	    params_get(&rq->params, STR("execution"), &text) != PARAM_ONCE ||
	    text.len != TOKEN_DIGITS ||
	    !bytes_from_base62(text, token, TOKEN_SIZE) ||
	    !token_is_good(rq, cookie, token))
		return FORM_EXPIRED;
	rq->form_verified = true;
	return FORM_GOOD;
}
