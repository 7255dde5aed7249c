/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles: what a browser holds and the database knows only the MAC of.
 *
 * A handle is the number of a generation of keys and 256 random bits, spelled
 * as 45 digits of base62 behind a prefix.  Who reads the database cannot make
 * one, and who writes it without the key neither.
 */
#ifndef WEB_HANDLE_H
#define WEB_HANDLE_H

#include "base/str.h"
#include "crypto/keys.h"
#include "crypto/mac.h"

struct request;

/* A new one under the active key; spelled in the request's arena. */
struct str handle_new(struct request *, enum mac_purpose, struct str prefix,
    uint8_t mac[static MAC_SIZE]);

/* The MAC of one that came; false if it is none, or its key is unknown. */
bool handle_mac(const struct request *, enum mac_purpose, struct str prefix,
    struct str text, uint8_t mac[static MAC_SIZE]) MUST_CHECK;

#endif
