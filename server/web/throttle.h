/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which counters a try to sign in is counted under.
 *
 * From a known browser: the account's and that browser's, and no other; so
 * neither strangers who guess at the name nor neighbours who guess at anything
 * keep a person out of a browser of their own.  From everywhere else: the
 * account's and the world's, the address and the network.
 */
#ifndef WEB_THROTTLE_H
#define WEB_THROTTLE_H

#include "base/str.h"
#include "crypto/mac.h"
#include "text/address.h"

struct request;
struct sign_in_counters;

struct throttle_settings {
	int64_t address_most; /* failures an hour; IPv6: of a /64 */
	int64_t network_most; /* of a /24; IPv6: of a /48 */
	struct networks crowded; /* where many people share few addresses */
	int64_t crowded_times; /* so many times the limits above, there */
};

/* Texts live as long as the request. */
void throttle_counters(
    struct request *, struct str login, struct sign_in_counters *out);

/* The name under which a person's failures at second steps are counted. */
void throttle_second_step(
    const struct request *, struct str login, uint8_t name[static MAC_SIZE]);

#endif
