/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses belong to the Internet at large, and which to the inside of
 * somebody's network (row T182, after the registries of RFC 6890).
 *
 * What leads to IPv4 by way of IPv6 (NAT64, 6to4, Teredo) counts as inside:
 * what it ends at cannot be seen from here.
 */
#ifndef TEXT_PUBLIC_ADDRESS_H
#define TEXT_PUBLIC_ADDRESS_H

#include <stdbool.h>

struct address;

/* Not private, loopback, link-local, shared, multicast, reserved or mapped. */
bool address_is_public(const struct address *);

#endif
