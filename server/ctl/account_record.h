/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of a person that operators give: what each may be, and one JSON
 * object with all of them.
 *
 * `account add` and both forms of file come through here, so that there is one
 * rule for each field.  None of the sentences repeats a password.
 */
#ifndef CTL_ACCOUNT_RECORD_H
#define CTL_ACCOUNT_RECORD_H

#include <jansson.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	DISPLAY_NAME_LONGEST = 256, /* bytes, as all of these */
	TYPE_LONGEST = 64,
	GROUP_LONGEST = 128,
	VALUE_LONGEST = 1024,
	ATTRIBUTES_LONGEST = 64 * 1024, /* all of them as JSON; groups too */
	HASH_LONGEST = 512,
};

/* The name of an attribute, and one value; false and a sentence. */
bool account_attribute_allowed(
    struct str name, struct str value, struct buf *why) MUST_CHECK;

/* A hash that can be checked at a bearable cost; false and a sentence. */
bool account_hash_allowed(struct str hash, struct buf *why) MUST_CHECK;

/*
 * Checks a person as a file gives it, and brings it into the form that
 * people_put() takes: login canonical; null and empty passwords left out;
 * tenant, type and groups of one membership moved into `memberships`.  False
 * and a sentence for what is not allowed.
 */
bool account_record_check(json_t *person, struct buf *why) MUST_CHECK;

/* Appends the name of a known field close to `name`, or nothing. */
void account_record_suggest(struct str name, struct buf *out);

/* Is there such a field? */
bool account_record_has(struct str name);

/* The text of a JSON string; STR_NONE if it is something else. */
struct str account_record_text(const json_t *);

#endif
