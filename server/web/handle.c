/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles: what a browser holds and the database knows only the MAC of.
 */
#include "web/handle.h"

#include <assert.h>

#include "base/bytes.h"
#include "crypto/random.h"
#include "web/configuration.h"
#include "web/request.h"

enum {
	HANDLE_SIZE = 33, /* key generation and 256 random bits */
	HANDLE_DIGITS = 45,
};

static bool
mac_of(const struct request *rq, enum mac_purpose purpose,
    const uint8_t handle[HANDLE_SIZE], uint8_t mac[static MAC_SIZE])
{
	const struct mac_key *key =
	    keys_mac(rq->configuration->keys, handle[0], purpose);
	struct str part = { (const char *)handle, HANDLE_SIZE };

	if (key == NULL)
		return false;
	mac_compute(key, &part, 1, mac);
	return true;
}

struct str
handle_new(struct request *rq, enum mac_purpose purpose, struct str prefix,
    uint8_t mac[static MAC_SIZE])
{
	uint8_t handle[HANDLE_SIZE];
	char digits[HANDLE_DIGITS];
	struct str parts[] = { prefix, { digits, HANDLE_DIGITS } };
	struct str spelled;
	bool made;

	handle[0] = (uint8_t)rq->active_key;
	random_bytes(handle + 1, sizeof(handle) - 1);
	made = mac_of(rq, purpose, handle, mac);
	assert(made); /* gate_ready() has seen the active key */
	bytes_base62(digits, sizeof(digits), handle, HANDLE_SIZE);
	spelled = arena_join(&rq->arena, parts, COUNT_OF(parts));
	bytes_wipe(handle, sizeof(handle));
	bytes_wipe(digits, sizeof(digits));
	return spelled;
}

bool
handle_mac(const struct request *rq, enum mac_purpose purpose,
    struct str prefix, struct str text, uint8_t mac[static MAC_SIZE])
{
	uint8_t handle[HANDLE_SIZE];
	bool known;

	if (text.len != prefix.len + HANDLE_DIGITS ||
	    !str_starts(text, prefix) ||
	    !bytes_from_base62(
		str_from(text, prefix.len), handle, sizeof(handle)))
		return false;
	known = mac_of(rq, purpose, handle, mac);
	bytes_wipe(handle, sizeof(handle));
	return known;
}
