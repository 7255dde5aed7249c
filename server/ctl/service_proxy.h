/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of `portillon service set` that say whether an application may
 * act for people at others.
 */
#ifndef CTL_SERVICE_PROXY_H
#define CTL_SERVICE_PROXY_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct options;
struct service_proxy;

/* False, and has complained, if one of them is wrong.  The pattern lies in
 * `callback`, the caller's. */
bool service_proxy_read(const struct options *, struct buf *callback,
    struct service_proxy *) MUST_CHECK;

/* Is there anything to set? */
bool service_proxy_given(const struct service_proxy *);

/* clang-format off */
#define SERVICE_PROXY_OPTIONS \
	{ "proxy", OPTION_TEXT, false, "yes|no", \
	    "may it get tickets for other services, in a person's name" }, \
	{ "proxy-callback", OPTION_TEXT, false, "PATTERN", \
	    "where it takes them for that; '': where it is itself" }, \
	{ "proxy-lenient", OPTION_TEXT, false, "yes|no", \
	    "if it cannot be called, is its ticket good without that" }
/* clang-format on */

#endif
