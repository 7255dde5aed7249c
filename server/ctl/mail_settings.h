/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the settings of mail to what the courier and the commands make of them.
 */
#ifndef CTL_MAIL_SETTINGS_H
#define CTL_MAIL_SETTINGS_H

#include "base/arena.h"
#include "jobs/mailing.h"

struct buf;
struct settings;

struct mail_settings {
	struct mailing_start start;
	struct arena texts; /* of it; the rest are the settings' own */
};

/* False and a sentence; the address of the server is not asked for. */
bool mail_settings_read(struct mail_settings *, const struct settings *,
    struct buf *why) MUST_CHECK;

/* Wipes: there may be a password. */
void mail_settings_clear(struct mail_settings *);

#endif
