/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the two halves of setting up: the work and the pages.
 */
#ifndef WEB_SET_UP_SECRET_H
#define WEB_SET_UP_SECRET_H

#include "factors/totp.h"
#include "web/set_up.h"

/* The one that may be confirmed; NULL: it was replaced in between. */
const struct pending_generator *set_up_current(const struct set_up *);

/* The caller wipes `secret`.  False, and logged: it cannot be opened. */
bool set_up_secret(struct request *, const struct pending_generator *,
    uint8_t secret[static TOTP_SECRET_SIZE]) MUST_CHECK;

#endif
