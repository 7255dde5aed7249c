/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an application is told when a session ends (cas.md 1.4, rows D09 to
 * D12, D16, D20): a SAML 2.0 LogoutRequest in the one spelling that all clients
 * read, some of which look for it with regular expressions.
 */
#ifndef CAS_LOGOUT_H
#define CAS_LOGOUT_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	LOGOUT_BODY_LONGEST = 1023 /* bytes; mod_auth_cas reads no more */
};

/* Views into what they were read from. */
struct logout_notice {
	struct str url; /* where it is sent */
	struct str ticket; /* as the application redeemed it */
	struct str user; /* whom the application knows */
};

/* URL, ticket and user with a zero byte between; false if it is not that. */
bool logout_unpack(struct str packed, struct logout_notice *) MUST_CHECK;

/*
 * "logoutRequest=..." as a form.  Number and time belong to the notice and not
 * to the try, so that what is sent twice is the same twice; `ended_at` in
 * microseconds since 1970 UTC.  A name that would make it longer than
 * LOGOUT_BODY_LONGEST is replaced by "@NOT_USED@": clients go by the ticket.
 * A ticket that alone does makes `out` fail.
 */
void logout_body(const struct logout_notice *, int64_t number, int64_t ended_at,
    struct buf *out);

/*
 * The address that a browser asks for instead (front channel): "logoutRequest"
 * is added to the notice's, the request in zlib's format and base64.  The user
 * is "@NOT_USED@" whatever the notice says: addresses stand in logs.  `url`
 * must be one of a service; `out` fails if it has no room.
 */
void logout_front_url(const struct logout_notice *, int64_t number,
    int64_t ended_at, struct buf *out);

#endif
