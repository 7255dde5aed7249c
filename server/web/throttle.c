/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which counters a try to sign in is counted under.
 *
 * A crowded network has counters apart from its neighbours', so that a crowd
 * does not fill those of the few beside it.
 */
#include "web/throttle.h"

#include "crypto/keys.h"
#include "store/accounts.h"
#include "web/configuration.h"
#include "web/known_browser.h"
#include "web/request.h"

/* All nodes make names with one generation, and `keys use` does not change it:
 * else every change of keys would forget all failures. */
static const struct mac_key *
throttle_key(const struct request *rq)
{
	return keys_mac(
	    rq->configuration->keys, rq->throttle_key, MAC_THROTTLE);
}

static struct str
place_text(struct request *rq, const char *kind, const struct address *first,
    const char *length)
{
	char text[ADDRESS_TEXT_SIZE];

	address_text(first, text);
	return arena_format(&rq->arena, "%s %s%s", kind, text, length);
}

static void
throttle_places(struct request *rq, struct sign_in_counters *out)
{
	const struct throttle_settings *t =
	    &rq->configuration->settings.throttle;
	struct address client, near, network;
	bool crowded, ipv4;

	if (!address_parse(str_of(rq->client), &client))
		abort(); /* it was written by address_text() */
	near = address_neighbourhood(&client);
	network = address_surroundings(&client);
	ipv4 = address_is_ipv4(&client);
	crowded = networks_have(&t->crowded, &client);
	out->address = place_text(rq, "address", &near, ipv4 ? "" : "/64");
	out->network = place_text(
	    rq, crowded ? "crowd" : "network", &network, ipv4 ? "/24" : "/48");
	out->address_most = t->address_most * (crowded ? t->crowded_times : 1);
	out->network_most = t->network_most * (crowded ? t->crowded_times : 1);
}

void
throttle_counters(
    struct request *rq, struct str login, struct sign_in_counters *out)
{
	struct str browser = known_browser_number(rq, login);
	bool known = browser.len > 0;
	const struct str parts[] = { known ? STR("known") : STR("world"),
		browser, login };

	*out = (struct sign_in_counters){ .address = STR_NONE };
	mac_compute(throttle_key(rq), parts, COUNT_OF(parts), out->name);
	if (!known)
		throttle_places(rq, out);
}

void
throttle_second_step(
    const struct request *rq, struct str login, uint8_t name[static MAC_SIZE])
{
	const struct str parts[] = { STR("second step"), login };

	mac_compute(throttle_key(rq), parts, COUNT_OF(parts), name);
}
