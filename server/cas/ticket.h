/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service and proxy tickets: sealed, not stored (architecture D4).
 *
 * "ST-" or "PT-" and 60 characters of base62 = 44 bytes: key generation (1,
 * clear), AES-SIV tag (16) and sealed text: number of the session, or of the
 * grant that a proxy ticket comes from (6), issue time (4), random (6), start
 * of the service URL's MAC (10), flags (1).  A ticket is its opened fields,
 * never its text. The kinds have keys of their own, so that none opens as the
 * other.
 */
#ifndef CAS_TICKET_H
#define CAS_TICKET_H

#include "base/memory.h"
#include "base/str.h"

struct keys;

enum {
	TICKET_LENGTH = 63, /* characters, prefix included */
	TICKET_RANDOM_SIZE = 6,
	TICKET_SERVICE_SIZE = 10,
};

enum ticket_flag {
	TICKET_FROM_NEW_LOGIN = 1, /* the password was given for this ticket */
};

enum ticket_kind {
	TICKET_SERVICE,
	TICKET_PROXY,
};

struct ticket {
	enum ticket_kind kind;
	int64_t session; /* number of the session row, below 2^48 */
	int64_t grant; /* instead, of a proxy ticket: of its proxy_grant row */
	int64_t issued_at; /* seconds since 1970 UTC, below 2^32 */
	uint8_t random[TICKET_RANDOM_SIZE];
	uint8_t service[TICKET_SERVICE_SIZE];
	uint8_t flags;
};

/* The keyed hash of a canonical service URL that a ticket carries. */
void ticket_service_mac(const struct keys *, unsigned key_id,
    struct str canonical_url, uint8_t out[static TICKET_SERVICE_SIZE]);

/* `out` gets TICKET_LENGTH characters and a NUL. */
void ticket_seal(const struct keys *, unsigned key_id, int64_t restore_epoch,
    const struct ticket *, char out[static TICKET_LENGTH + 1]);

/*
 * False for anything that was not sealed by one of our keys in this restore
 * epoch.  `key_id` tells which, for ticket_service_matches().
 */
bool ticket_open(const struct keys *, int64_t restore_epoch, struct str text,
    struct ticket *, unsigned *key_id) MUST_CHECK;

bool ticket_service_matches(const struct keys *, unsigned key_id,
    const struct ticket *, struct str canonical_url) MUST_CHECK;

#endif
