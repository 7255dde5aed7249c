/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Absolute URLs, taken apart strictly (RFC 3986, http and https and opaque
 * schemes refused): every part or nothing.
 */
#ifndef TEXT_URL_H
#define TEXT_URL_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

struct url {
	struct str scheme;
	struct str host; /* a name, IPv4, or [IPv6] with its brackets */
	struct str port; /* digits, STR_NONE if absent */
	struct str path; /* starts with '/', or empty */
	struct str query; /* behind '?', STR_NONE if absent */
	struct str fragment; /* behind '#', STR_NONE if absent */
};

/*
 * False for anything else than scheme://host[:port][/path][?query][#fragment]
 * with http or https (any case): user information, blanks, control
 * characters, backslashes, bad escapes, empty or over-long host, port outside
 * 1-65535, non-ASCII host, more than 4096 bytes.  Non-ASCII UTF-8 in path,
 * query and fragment is let through.
 */
bool url_parse(struct str text, struct url *) MUST_CHECK;

/* Appends scheme, host and port, as a content security policy spells them. */
void url_put_origin(struct buf *out, const struct url *);

#endif
