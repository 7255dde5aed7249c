/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internet addresses and networks, and who is behind a proxy.
 *
 * IPv4 addresses inside IPv6 (::ffff:a.b.c.d) are the IPv4 address.
 */
#ifndef TEXT_ADDRESS_H
#define TEXT_ADDRESS_H

#include <netinet/in.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;

/* 16 bytes in network order; IPv4 as ::ffff:a.b.c.d. */
struct address {
	uint8_t bytes[16];
};

struct address_network {
	struct address first;
	unsigned bits; /* 0 to 128, counted in the 16 bytes */
};

enum {
	NETWORKS_MOST = 32,
	ADDRESS_TEXT_SIZE = INET6_ADDRSTRLEN
};

struct networks {
	struct address_network list[NETWORKS_MOST];
	size_t count;
};

bool address_parse(struct str text, struct address *) MUST_CHECK;
bool address_from_socket(const struct sockaddr *, struct address *) MUST_CHECK;
void address_text(const struct address *, char out[static ADDRESS_TEXT_SIZE]);

/* Clears all but what tells networks apart: IPv4 whole, IPv6 its /64. */
struct address address_neighbourhood(const struct address *);

/* The network around it, what one customer is given: IPv4 /24, IPv6 /48. */
struct address address_surroundings(const struct address *);

bool address_is_ipv4(const struct address *);

/*
 * One address or network, "10.0.0.0/8".  False and a sentence if it is neither
 * or has host bits set.
 */
bool network_parse(
    struct str word, struct address_network *, struct buf *why) MUST_CHECK;

/*
 * "10.0.0.0/8 ::1 192.0.2.1", separated by blanks.  False and a sentence if a
 * word is not a network, has host bits set, or there are too many.
 */
bool networks_parse(
    struct str text, struct networks *, struct buf *why) MUST_CHECK;
bool networks_have(const struct networks *, const struct address *);

/*
 * The client as told by X-Forwarded-For when the peer is a trusted proxy: the
 * rightmost address that is not one of the proxies.  Anything that cannot be
 * read ends the search there: the last good hop is taken.
 */
struct address address_forwarded(const struct networks *proxies,
    struct address peer, struct str forwarded_for);

#endif
