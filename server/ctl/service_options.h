/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `portillon service add` and `set` take to set for one application alone.
 */
#ifndef CTL_SERVICE_OPTIONS_H
#define CTL_SERVICE_OPTIONS_H

#include <jansson.h>

#include "base/memory.h"
#include "base/str.h"
#include "ctl/options.h"

struct buf;
struct service;
struct service_settings;
struct settings;

/* clang-format off */
#define SERVICE_SETTINGS_OPTIONS \
	{ "description", OPTION_TEXT, false, "TEXT", "for administrators" }, \
	{ "contact", OPTION_TEXT, false, "TEXT", \
	    "whom people ask about it; on the sign-in page" }, \
	{ "order", OPTION_TEXT, false, "NUMBER", \
	    "of expressions that match, the lowest counts; else 0" }, \
	{ "valid-from", OPTION_TEXT, false, "MOMENT", \
	    "2026-09-01 or 2026-09-01T08:00:00Z: no tickets before" }, \
	{ "valid-until", OPTION_TEXT, false, "MOMENT", \
	    "no tickets from then on" }, \
	{ "for-type", OPTION_LIST, false, "TYPE", \
	    "only for people of this type, or of another one given" }, \
	{ "for-group", OPTION_LIST, false, "GROUP", \
	    "only for people in this group, or in another one given" }, \
	{ "for-attribute", OPTION_LIST, false, "NAME=VALUE", \
	    "only for people with this value, or another one given" }, \
	{ "rename", OPTION_LIST, false, "NAME=NEW", \
	    "release an attribute under another name, or several" }, \
	{ "user-name", OPTION_TEXT, false, "KIND", \
	    "login; opaque: a name that no other application knows;\n" \
	    "                             or attribute:NAME, its one value" }, \
	{ "fresh", OPTION_TEXT, false, "YES", \
	    "yes: the password for every ticket; no" }, \
	{ "ticket-life", OPTION_TEXT, false, "SECONDS", \
	    "if it is shorter than for all" }
/* clang-format on */

/* Was any of them given? */
bool service_options_given(const struct options *);

/*
 * Puts what was given into the object of settings, '' taking it out, and
 * complains if it does not hold.  Opaque names, newly asked for, have user_key
 * 0 then (store/services.h).
 */
bool service_options_apply(
    const struct settings *, const struct options *, json_t *object) MUST_CHECK;

/* Would gates read it?  "MEMBER: sentence" if not. */
bool service_settings_hold(const json_t *object, struct buf *why) MUST_CHECK;

/* The object, as a value for the database, and checked by the reader of the
 * registry; complains about `whose` if it does not hold. */
bool service_settings_write(
    const json_t *object, const char *whose, struct buf *out) MUST_CHECK;

#endif
