/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks of an organisation: in which zone is an address?
 *
 * The longest prefix wins, so a lecture room lies inside a campus and guests
 * outside of both.  A prefix of IPv6 never holds an IPv4 address, however short
 * it is, and loopback is in no zone: it is ourselves, or a proxy that told
 * nothing.  Immutable once made and counted.
 */
#ifndef POLICY_ZONES_H
#define POLICY_ZONES_H

#include "base/memory.h"
#include "base/str.h"

struct address;
struct buf;
struct zones;

struct zone {
	struct str key; /* policies name it */
	struct str label; /* people read it */
	const struct str *prefixes; /* "10.0.0.0/8", "2001:db8::/32" */
	size_t prefix_count;
	bool skip_ok; /* a policy may ask for no code here */
	bool shared_computers; /* browsers here are nobody's own */
	bool enrol_ok; /* being here is proof enough to set up a factor */
	bool blocked; /* nobody signs in from here */
};

enum {
	ZONE_KEY_LONGEST = 63,
	ZONES_MOST = 1024,
	ZONES_PREFIXES_MOST = 65536 /* of all zones together */
};

/* a-z 0-9 _ and -, beginning with a letter or digit. */
bool zone_key_is_valid(struct str key) MUST_CHECK;

/*
 * Copies all.  NULL and a sentence that names the zone if a prefix is not a
 * network, has host bits set, lies in loopback, or is written twice.
 */
struct zones *zones_new(
    const struct zone *, size_t count, struct buf *why) MUST_CHECK;
struct zones *zones_ref(struct zones *);
void zones_unref(struct zones *);

/* NULL if the address is in none. */
const struct zone *zones_find(const struct zones *, const struct address *);
const struct zone *zones_by_key(const struct zones *, struct str key);

size_t zones_count(const struct zones *);

#endif
