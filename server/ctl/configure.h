/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From settings to the configuration of gates: reads keys, templates,
 * translations, static files, certificate and key.
 */
#ifndef CTL_CONFIGURE_H
#define CTL_CONFIGURE_H

#include "store/sessions.h"
#include "web/page.h"

struct configuration;
struct settings;

/*
 * Needs nothing of `settings` afterwards.  NULL and a sentence in `why` if
 * settings do not fit together or a file cannot be used.
 */
struct configuration *configure(const struct settings *, struct buf *why);

struct session_limits configure_session(const struct settings *);

/* Where pages come from; its texts are those of `settings`. */
struct page_sources configure_pages(const struct settings *);

#endif
