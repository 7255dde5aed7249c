/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an application calls a person, for whoever answers it: the login is not
 * what it is told where it has names of its own.
 */
#ifndef WEB_CAS_USER_NAME_H
#define WEB_CAS_USER_NAME_H

#include "base/memory.h"
#include "base/str.h"

struct request;
struct service;
struct service_person;

/* As service_user_name() of cas/service_person.h; false, and logged, if the
 * person has no name there. */
bool user_name_make(struct request *, const struct service *,
    const struct service_person *, struct str *name) MUST_CHECK;

#endif
