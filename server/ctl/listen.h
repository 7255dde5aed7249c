/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening sockets: one a gate, all on the same address (SO_REUSEPORT).
 *
 * The master opens and keeps them, so that a gate that dies leaves its queue of
 * connections to its successor.
 */
#ifndef CTL_LISTEN_H
#define CTL_LISTEN_H

#include <stddef.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;

/* `address` is "127.0.0.1:8443" or "[::1]:8443".  False and a sentence. */
bool listen_open(
    struct str address, int *sockets, size_t count, struct buf *why) MUST_CHECK;

/* Is it a listening socket at that address? For one that was handed over. */
bool listen_is_at(int socket, struct str address) MUST_CHECK;

#endif
