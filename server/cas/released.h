/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which attributes an application receives, for every format of answers.
 *
 * An attribute without any value is not one: it is never visited.
 */
#ifndef CAS_RELEASED_H
#define CAS_RELEASED_H

#include "base/str.h"

struct answer_success;
struct buf;

struct released {
	struct str name; /* answer_attribute_name_allowed() said yes */
	const struct str *values; /* numbers and the like as their JSON text */
	size_t count; /* at least 1 */
};

/* As a member of a JSON object: "name":["value",...], always a list. */
void released_json(struct buf *, const struct released *);

/* What is visited is gone when the visitor returns. */
typedef void released_visitor(void *context, const struct released *);

/*
 * In the order of `attributes`, and renamed as the answer says; what has
 * another attribute's new name as its own is left out.  Names that are reserved
 * or are not an XML NCName are left out; nothing is visited if `attributes` or
 * `released` is not the JSON that it should be.
 */
void released_visit(
    const struct answer_success *, released_visitor *, void *context);

#endif
