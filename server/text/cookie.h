/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Cookie header of a request (RFC 6265, section 4.2).
 */
#ifndef TEXT_COOKIE_H
#define TEXT_COOKIE_H

#include "base/str.h"

/*
 * The value of the cookie `name`.  STR_NONE if it is absent, stands twice, or
 * has a character that a cookie value may not have.
 */
struct str cookie_find(struct str header, struct str name);

#endif
