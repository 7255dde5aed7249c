/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as the registry of an Apereo CAS server has them in JSON files.
 *
 * Every member of such a file is spoken of: what it becomes, that it has no
 * meaning here, or that it cannot be honoured, and then the service is refused.
 */
#ifndef CTL_SERVICE_APEREO_H
#define CTL_SERVICE_APEREO_H

#include <jansson.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct service_import_rules;

/* Has the object "@class", as all of theirs do? */
bool service_apereo_is(const json_t *object);

/*
 * A record for service_record_settle(), and a line "FIELD: what became of it"
 * for each field in `notes`; NULL, and a line a field in `why`, if something
 * cannot be honoured.
 */
json_t *service_apereo_read(const json_t *object,
    const struct service_import_rules *, struct buf *notes, struct buf *why);

/*
 * The simplest pattern that means what an expression over whole URLs means, or
 * less; what is less is said in `notes`, a clause each.  False and a sentence
 * if there is none.
 */
bool service_apereo_pattern(struct str id, const struct service_import_rules *,
    struct buf *out, struct buf *notes, struct buf *why) MUST_CHECK;

#endif
