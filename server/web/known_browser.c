/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers that an account has signed in from before.
 *
 * The cookie is 43 digits of base62: 16 random bytes, the number of the
 * browser, and 16 bytes of MAC.  Each sign-in makes the MAC anew with the
 * active key and keeps the number: a proof lasts until its key is retired, and
 * a browser that is used keeps its counter for ever.
 */
#include "web/known_browser.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"

enum {
	PROOF_SIZE = 32, /* half random, half MAC */
	PROOF_DIGITS = 43,
	HALF = PROOF_SIZE / 2,
	REMEMBER_SECONDS = 400 * 86400, /* as long as browsers allow */
};

#define COOKIE_NAME STR("__Host-browser")

static struct str
number_of(const uint8_t proof[PROOF_SIZE])
{
	return (struct str){ (const char *)proof, HALF };
}

/* Any generation of keys will do: what was proved once stays proved. */
static bool
proof_is_for(
    const struct request *rq, const uint8_t proof[PROOF_SIZE], struct str login)
{
	const struct str parts[] = { STR("proof"), number_of(proof), login };

	for (unsigned id = keys_newest(rq->configuration->keys); id > 0; id--) {
		const struct mac_key *key =
		    keys_mac(rq->configuration->keys, id, MAC_KNOWN_BROWSER);

		if (key != NULL && mac_matches(key, parts, COUNT_OF(parts),
				       proof + HALF, HALF))
			return true;
	}
	return false;
}

static bool
proof_read(
    const struct request *rq, struct str login, uint8_t proof[PROOF_SIZE])
{
	struct str text = request_cookie(rq, COOKIE_NAME);

	return text.len == PROOF_DIGITS &&
	       bytes_from_base62(text, proof, PROOF_SIZE) &&
	       proof_is_for(rq, proof, login);
}

struct str
known_browser_number(struct request *rq, struct str login)
{
	uint8_t proof[PROOF_SIZE];

	if (!proof_read(rq, login, proof))
		return STR_NONE;
	return arena_text(&rq->arena, number_of(proof));
}

static void
proof_sign(
    const struct request *rq, struct str login, uint8_t proof[PROOF_SIZE])
{
	const struct str parts[] = { STR("proof"), number_of(proof), login };
	uint8_t mac[MAC_SIZE];

	mac_compute(keys_mac(rq->configuration->keys, rq->active_key,
			MAC_KNOWN_BROWSER),
	    parts, COUNT_OF(parts), mac);
	memcpy(proof + HALF, mac, HALF);
}

void
known_browser_remember(struct request *rq, struct str login)
{
	uint8_t proof[PROOF_SIZE];
	char digits[PROOF_DIGITS];

	if (!proof_read(rq, login, proof))
		random_bytes(proof, HALF);
	proof_sign(rq, login, proof);
	bytes_base62(digits, sizeof(digits), proof, sizeof(proof));
	request_set_cookie(rq, COOKIE_NAME,
	    (struct str){ digits, sizeof(digits) }, REMEMBER_SECONDS);
}
