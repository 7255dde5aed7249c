/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proxies between a person and an application: the addresses that their
 * proxy-granting tickets were sent to, as they were given, a line each and the
 * latest first (row F15).
 *
 * An address has no line feed in it: it has passed service_url_canonical().
 */
#ifndef CAS_PROXY_CHAIN_H
#define CAS_PROXY_CHAIN_H

#include <stdbool.h>

#include "base/str.h"

struct buf;

enum {
	PROXY_CHAIN_MOST = 5, /* row T072 */
	PROXY_CHAIN_LONGEST = 32 * 1024, /* bytes */
};

/* Takes the latest off; false if none was left. */
bool proxy_chain_next(struct str *chain, struct str *proxy);

size_t proxy_chain_length(struct str chain);

/* The chain with one more. */
void proxy_chain_add(struct buf *, struct str proxy, struct str chain);

#endif
