/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: profiles, the rules that choose one, and floors on top.
 *
 * Made from a JSON document (deploy/policies/README.md has the language) and
 * immutable from then on; counted, so that a request keeps the one it began
 * with.  Zones, groups and types are known here by name only: a name that
 * exists nowhere matches nobody.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct policy;

enum {
	POLICY_DOCUMENT_LONGEST = 256 * 1024 /* bytes */
};

/*
 * NULL and a sentence that begins with the place ("/profiles/x/trust.idle: ")
 * if the document is not strictly what it may be.  Owned: policy_unref().
 */
struct policy *policy_read(struct str document, struct buf *why) MUST_CHECK;
struct policy *policy_ref(struct policy *);
void policy_unref(struct policy *);

/* Each zone that the document names has a bit; false past the last. */
bool policy_zone_key(const struct policy *, unsigned bit, struct str *key);

/*
 * The documents that come with the program: "university", "school", "console",
 * "association", "company".
 * STR_NONE for another name.
 */
struct str policy_template(struct str name);

#endif
