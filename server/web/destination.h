/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a sign-in leads: the service that a request names, read and matched in
 * one way for all endpoints.
 */
#ifndef WEB_DESTINATION_H
#define WEB_DESTINATION_H

#include "base/memory.h"
#include "base/str.h"

struct request;
struct service;

struct destination {
	struct str url; /* as the application gave it; empty: none */
	struct str canonical; /* empty: no URL that a service may have */
	const struct service *service; /* NULL: not registered, or disabled */
	bool saml; /* named by TARGET: the ticket goes back as SAMLart */
	struct str method; /* how the ticket goes there: "POST", "HEADER";
			    * STR_NONE: in the address */
};

/*
 * Reads the parameters `service`, or `TARGET`, as applications that validate by
 * SAML call it (an empty one counts as absent), and `method` (a word that the
 * protocol does not know, too).  False if one of them stands twice, or there
 * are `service` and `TARGET`.  Neither makes it canonical nor looks it up.
 */
bool destination_read(struct request *, struct destination *) MUST_CHECK;

/* The address as the row of a sign-in keeps it, which has the method in a
 * column of its own; and from there again. */
struct str destination_keep(struct request *, const struct destination *);
void destination_recall(
    struct destination *, struct str kept, struct str method);

void destination_make_canonical(struct request *, struct destination *);

/* The canonical address up to its query, which may carry what is secret. */
struct str destination_for_log(const struct destination *);

/* Looks it up in the request's registry. */
void destination_find(const struct request *, struct destination *);

/* Does the service want the password for every ticket, as with "renew"? */
bool destination_wants_fresh(const struct destination *);

/* A parameter like "renew" or "gateway": there, and not one of the words for
 * no (false, 0, no, off). */
bool parameter_is_set(const struct request *, struct str name);

#endif
