/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What protects people, as a gate knows it: the policy of each organisation,
 * compiled, and its networks.  Part of the snapshot (web/snapshot.h).
 *
 * Immutable once made and counted, so that a request keeps the one it began
 * with.  An organisation without a policy has the second step switched off.
 */
#ifndef WEB_PROTECTION_H
#define WEB_PROTECTION_H

#include "base/memory.h"
#include "base/str.h"

struct address;
struct buf;
struct policy;
struct protection;
struct row_list;
struct zone;

struct organisation {
	struct str slug;
	int64_t number; /* of the version of the policy; 0: there is none */
	struct policy *policy; /* NULL: the second step is switched off */
	struct zones *zones; /* NULL: there are none */
};

/*
 * From rows of store/policies.h.  NULL and a sentence that names the
 * organisation if one of them does not hold: who keeps the old one is safe.
 */
struct protection *protection_new(const struct row_list *policies,
    const struct row_list *zones, struct buf *why) MUST_CHECK;
struct protection *protection_ref(struct protection *);
void protection_unref(struct protection *);

/* Never NULL; one that has neither policy nor networks is as good as any. */
const struct organisation *protection_of(
    const struct protection *, struct str slug);

/*
 * The network of an address, as the first of these organisations that has one
 * there names it; NULL if none has.  `memberships`: of struct membership.
 */
const struct zone *protection_zone(const struct protection *,
    const struct row_list *memberships, struct str address);

/* Does any organisation say that computers there are nobody's own? */
bool protection_shared_computer(const struct protection *, struct str address);

/* Has any organisation a policy? */
bool protection_has_any(const struct protection *);

#endif
