/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is set for one application alone, as the registry keeps it: a JSON
 *object with any of these members.
 *
 *	description, contact	texts
 *	order			a number; of expressions the lowest counts
 *	any_host, fresh		true or false
 *	valid_from, valid_until	"2026-09-01" or "2026-09-01T08:00:00Z"
 *	types, groups		lists of texts
 *	attributes		{"affiliation": ["staff", "faculty"]}
 *	renamed			{"mail": ["email"]}
 *	user_attribute		the attribute that names the person
 *	user_key		a generation of keys: an opaque name instead
 *	ticket_life		seconds
 */
#ifndef CAS_SERVICE_SETTINGS_H
#define CAS_SERVICE_SETTINGS_H

#include "base/memory.h"
#include "model/service_settings.h"

struct arena;
struct buf;

enum {
	SERVICE_SETTINGS_LONGEST = 64 * 1024, /* bytes of the JSON text */
	SERVICE_TICKET_LIFE_MOST = 600, /* seconds */
};

/*
 * Texts go to the arena.  An empty text is no settings at all.  False and a
 * sentence that begins with the member's name for anything that is not one of
 * the above, also for a member that it does not know: what an administrator
 * meant to forbid is not allowed by misspelling it.
 */
bool service_settings_read(struct str json, struct arena *,
    struct service_settings *, struct buf *why) MUST_CHECK;

/* May tickets be issued and redeemed at this moment, as far as dates go? */
bool service_settings_valid_at(const struct service_settings *, int64_t now);

/* "2026-09-01" or "2026-09-01T08:00:00Z", as microseconds since 1970 UTC. */
bool service_moment_read(struct str text, int64_t *at) MUST_CHECK;

#endif
