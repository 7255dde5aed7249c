/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registered services, compiled for look-up: the cost of finding a service
 * does not grow with their number.
 *
 * Where several patterns match, the most specific wins, whatever their order:
 * a named host before a wildcard, an exact path before a prefix, a longer
 * prefix before a shorter; an expression (cas/service_regex.h) only where
 * nothing else matches, by evaluation order and then by number.  Immutable once
 * made and counted, so that a request keeps the registry it started with.
 */
#ifndef CAS_REGISTRY_H
#define CAS_REGISTRY_H

#include "base/str.h"

struct registry;
struct service;

/* Copies the services and reads their settings, so those found have some; where
 * these cannot be read, the service counts as disabled.  Disabled ones are kept
 * and found (and refused by the caller), so that a narrower pattern switched
 * off does not fall back to a wider one. */
struct registry *registry_new(
    const struct service *, size_t count, int64_t generation);
struct registry *registry_ref(struct registry *);
void registry_unref(struct registry *);

/* The generation of the database that it was read from. */
int64_t registry_generation(const struct registry *);

/* How many services it has, disabled ones included. */
size_t registry_count(const struct registry *);

/* The service of a number; NULL if there is none. */
const struct service *registry_service(const struct registry *, int64_t id);

/* NULL if no pattern matches. */
const struct service *registry_find(
    const struct registry *, struct str canonical_url);

#endif
