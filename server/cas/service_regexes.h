/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expressions of a registry, found by the end of a host.
 *
 * Each is filed under the last two labels of the hosts that it can match, so a
 * URL is only tried with those that could fit it; those that fit any host are
 * tried with every URL that nothing else matches.
 */
#ifndef CAS_SERVICE_REGEXES_H
#define CAS_SERVICE_REGEXES_H

#include <stddef.h>

#include "base/str.h"

struct service;
struct service_regexes;

/*
 * Of `count` services, whose settings were read, those whose patterns are
 * expressions; they stay where they are and have to live as long.  A pattern
 * that is none any more matches nothing.
 */
struct service_regexes *service_regexes_new(
    const struct service *, size_t count);
void service_regexes_free(struct service_regexes *);

/* The first one that matches, by evaluation order and then by number; NULL if
 * none does. */
const struct service *service_regexes_find(
    const struct service_regexes *, struct str canonical_url);

#endif
