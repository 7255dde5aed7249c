/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is set for one application alone; zero is what holds for all.
 */
#ifndef MODEL_SERVICE_SETTINGS_H
#define MODEL_SERVICE_SETTINGS_H

#include "base/str.h"

struct service_texts {
	const struct str *items;
	size_t count;
};

/* An attribute and values of it, or an attribute and its new names. */
struct service_pair {
	struct str name;
	struct service_texts texts;
};

struct service_pairs {
	const struct service_pair *items;
	size_t count;
};

struct service_settings {
	struct str description; /* for administrators */
	struct str contact; /* for people, as text */
	int64_t order; /* of expressions: the lowest that matches counts */
	bool any_host; /* an expression that fits any host was accepted */
	int64_t valid_from; /* microseconds since 1970 UTC; 0: always was */
	int64_t valid_until; /* the first moment at which it is not; 0: never */

	/* Who may use it: one of each list that is not empty, and of each
	 * attribute one of its values. */
	struct service_texts types;
	struct service_texts groups;
	struct service_pairs attributes;

	struct service_pairs renamed; /* attributes as they are released */
	struct str user_attribute; /* names the person; empty: the login does */
	int64_t user_key; /* above 0: an opaque name, by this key generation */
	bool fresh; /* the password for every ticket, as with "renew" */
	int64_t ticket_life; /* seconds, if less than that of all; 0 */
};

#endif
