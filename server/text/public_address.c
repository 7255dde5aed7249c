/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses belong to the Internet at large.
 *
 * All of IPv6 that has been given to anybody lies in 2000::/3, so the table
 * for it has only what is special there.
 */
#include "text/public_address.h"

#include <stdlib.h>

#include "base/buf.h"
#include "text/address.h"

#define INSIDE \
	STR("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 " \
	    "172.16.0.0/12 192.0.0.0/24 192.88.99.0/24 192.168.0.0/16 " \
	    "198.18.0.0/15 224.0.0.0/4 240.0.0.0/4 " \
	    "2001::/23 2002::/16 3fff::/20")
#define GIVEN_OUT STR("2000::/3")

static bool
is_one_of(struct str text, const struct address *address)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(256);
	struct networks networks;

	if (!networks_parse(text, &networks, &why))
		abort(); /* the tables above are wrong */
	return networks_have(&networks, address);
}

bool
address_is_public(const struct address *address)
{
	return !is_one_of(INSIDE, address) &&
	       (address_is_ipv4(address) || is_one_of(GIVEN_OUT, address));
}
