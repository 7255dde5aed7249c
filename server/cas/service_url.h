/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service URLs: one canonical form, used to match, issue, validate and compare.
 *
 * Clients respell their URL between sign-in and validation (cas.md 1.10).  Two
 * spellings are the same service exactly if their canonical forms are equal:
 * unreserved characters decoded, other escapes in upper case, scheme and host
 * in lower case, default port, fragment, ";jsessionid=..." and parameters
 * "ticket" and "SAMLart" dropped, empty path "/", '+' and "%20" alike in the
 * query.
 */
#ifndef CAS_SERVICE_URL_H
#define CAS_SERVICE_URL_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	SERVICE_URL_LONGEST = 4096
}; /* bytes, as received and as canonical */

/*
 * Appends the canonical form.  False (and nothing usable in `out`) if the text
 * is not a URL that a service may have: not http or https, user information,
 * dot segments (also encoded), backslashes, control characters, ...
 */
bool service_url_canonical(struct str url, struct buf *out) MUST_CHECK;

/*
 * The address to send the browser to: `url` as the application gave it, with
 * "ticket=TICKET" as last parameter before the fragment; existing "ticket" and
 * "SAMLart" parameters are taken out.  Only characters 0x21-0x7e: others are
 * percent-encoded.  With STR_NONE as ticket: the URL itself, without any ticket
 * and unchanged but for that encoding.  The URL must have passed
 * service_url_canonical().
 */
void service_url_with_ticket(
    struct str url, struct str ticket, struct buf *out);

/* The same with "SAMLart=TICKET", for applications that validate by SAML. */
void service_url_with_artifact(
    struct str url, struct str ticket, struct buf *out);

/* The same with "logoutRequest=REQUEST", which is percent-encoded already. */
void service_url_with_logout(
    struct str url, struct str request, struct buf *out);

/*
 * The address that a proxy-granting ticket is sent to: `url` with its whole
 * query, and "pgtIou=IOU&pgtId=PGT" behind that, before the fragment.  Encoded
 * as above; the URL must have passed service_url_canonical().
 */
void service_url_with_grant(
    struct str url, struct str iou, struct str pgt, struct buf *out);

/*
 * Patterns of the registry, where (star) is '*':
 *	https://app.example/cb		just this path, any query
 *	https://app.example/app/(star)	/app, /app/ and all below
 *	https://(star).app.example/(star)	one label before, any path
 *	^https://...			an expression, see cas/service_regex.h
 * Appends the canonical pattern, or false and a sentence in `why`.
 */
bool service_pattern_canonical(
    struct str pattern, struct buf *out, struct buf *why) MUST_CHECK;

/* Is a canonical pattern an expression that takes any host? */
bool service_pattern_fits_any_host(struct str pattern);

/* Does a canonical URL belong to a canonical pattern? */
bool service_pattern_matches(struct str pattern, struct str canonical_url);

#endif
