/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text into a sink, escaped for what reads it.
 */
#ifndef TEXT_ESCAPE_H
#define TEXT_ESCAPE_H

#include "base/str.h"

struct buf;

/* & < > " ' as references; for HTML text and quoted attributes. */
void escape_html(struct buf *, struct str text);

/*
 * ASCII only: non-ASCII characters as numeric references, control characters
 * and code points XML 1.0 forbids are dropped, malformed UTF-8 as U+FFFD.
 */
void escape_xml(struct buf *, struct str text);

/* A JSON string with its quotes (RFC 8259), ASCII only (\u escapes). */
void escape_json(struct buf *, struct str text);

/*
 * For mails in plain text: one line of well-formed UTF-8.  Control characters,
 * line separators and marks that turn the direction of writing become blanks,
 * malformed UTF-8 becomes U+FFFD.
 */
void escape_plain(struct buf *, struct str text);

/* Percent-encoded but for the unreserved characters of RFC 3986. */
void escape_url(struct buf *, struct str text);

#endif
