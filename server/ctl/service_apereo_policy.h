/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies inside a service of an Apereo registry; for
 * ctl/service_apereo.c.
 */
#ifndef CTL_SERVICE_APEREO_POLICY_H
#define CTL_SERVICE_APEREO_POLICY_H

#include <jansson.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct service_import_rules;

/* A service while it is read: from `object` into `record`. */
struct apereo {
	const json_t *object;
	const struct service_import_rules *rules;
	json_t *record;
	json_t *settings; /* of the record */
	struct buf *note; /* what became of this field */
	struct buf *wrong; /* why it is refused */
};

/* "ReturnAllAttributeReleasePolicy", behind the dots. */
struct str apereo_class(const json_t *object);

/* The list of ["java.util.ArrayList", [...]], or the value as it is. */
const json_t *apereo_unwrap(const json_t *);

/* Absent, null, false, or an empty text, list or object. */
bool apereo_is_unset(const json_t *);

void apereo_note(struct apereo *, const char *words);
bool apereo_refuse(struct apereo *, const char *sentence); /* false */

/* Each takes one field, and leaves a note or a refusal. */
bool apereo_take_release(struct apereo *, const json_t *);
bool apereo_take_user_name(struct apereo *, const json_t *);
bool apereo_take_proxy(struct apereo *, const json_t *);
bool apereo_take_access(struct apereo *, const json_t *);
bool apereo_take_expiration(struct apereo *, const json_t *);
bool apereo_take_ticket_life(struct apereo *, const json_t *);
bool apereo_take_multifactor(struct apereo *, const json_t *);
bool apereo_take_matching(struct apereo *, const json_t *);

#endif
