/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person as one application meets them: may they use it, and what are they
 * called there?
 */
#ifndef CAS_SERVICE_PERSON_H
#define CAS_SERVICE_PERSON_H

#include "base/memory.h"
#include "base/str.h"

struct arena;
struct mac_key;
struct service;
struct service_settings;

struct service_person {
	int64_t account_id;
	struct str login;
	struct str type; /* in the organisation of the application */
	struct str groups; /* a JSON list of texts, there too */
	struct str attributes; /* a JSON object: name to list of texts */
};

/* Does it ask who somebody is before they get a ticket? */
bool service_is_choosy(const struct service_settings *);

/*
 * One of the types, one of the groups, of each attribute one of its values, to
 * the letter; and the attribute that names them, where one does.  What cannot
 * be read admits nobody.
 */
bool service_admits(
    const struct service_settings *, const struct service_person *);

/*
 * What the application is told as user: the login; or the one value of an
 * attribute; or 27 letters and digits that are always the same for the same
 * person and service, and say nothing of either without the key, which is that
 * of settings.user_key for opaque names.  False if there is no such name.
 */
bool service_user_name(const struct service *, const struct service_person *,
    const struct mac_key *, struct arena *, struct str *name) MUST_CHECK;

#endif
