/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions as patterns of services, for those who bring them along.
 *
 *	^https://(www|app)\.uni\.example/cas/.*
 *
 * An expression is cut at the first slash behind its host, and each half is
 * matched, from end to end, with its half of a canonical URL.  So nothing in
 * the half of the host, not even ".*", reaches into the path.  The host is
 * compared without case, the path with it.
 */
#ifndef CAS_SERVICE_REGEX_H
#define CAS_SERVICE_REGEX_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct service_regex;

enum {
	SERVICE_REGEX_LONGEST = 1024 /* bytes */
};

/* Is a pattern of the registry an expression?  It begins with "^" then. */
bool service_regex_is(struct str pattern);

/*
 * Appends the one spelling that is stored: "/" without a backslash, no "$" at
 * the end.  False, with nothing appended and a sentence in `why` that says at
 * which character, if it does not compile or is more than is taken: text in
 * ASCII, "^", one of the schemes http and https, alternatives and "(?:" groups,
 * no back references, look-around or options, a host whose dots are escaped.
 */
bool service_regex_canonical(
    struct str pattern, struct buf *out, struct buf *why) MUST_CHECK;

/* Of a pattern as it is stored; NULL if it is not one.  Never changes, and any
 * number of threads may match with it. */
struct service_regex *service_regex_new(struct str canonical_pattern);
void service_regex_free(struct service_regex *);

/*
 * What hosts end with that can match: "uni.example" above, or the whole host.
 * Empty for an expression that could match whatever host somebody owns.
 */
struct str service_regex_host(const struct service_regex *);

/*
 * Takes no longer than a limit of steps allows, far below a millisecond; an
 * expression that needs more does not match.
 */
bool service_regex_matches(
    const struct service_regex *, struct str canonical_url);

#endif
