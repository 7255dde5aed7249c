/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that a request looks at and that a reload may replace, as one
 * immutable whole.
 *
 * A request takes a reference when it begins and looks at nothing else, so it
 * never sees half of one configuration and half of another, whatever is
 * reloaded meanwhile.  The keys are of one thread, even const: a configuration
 * never leaves its process.
 */
#ifndef WEB_CONFIGURATION_H
#define WEB_CONFIGURATION_H

#include "base/arena.h"
#include "crypto/password.h"
#include "http/server.h"
#include "store/sessions.h"
#include "web/throttle.h"

struct asset_set;
struct keys;
struct page_set;

struct gate_settings {
	struct str origin; /* "https://sso.example.org:8443" */
	struct str host; /* "sso.example.org", lower case */
	struct str port; /* "8443"; the scheme's own where none is written */
	struct str prefix; /* "/cas", or empty */
	struct str institution;
	struct str help_url; /* empty: our own help pages */
	struct str contact; /* of the help desk; empty: not known */
	bool offers_warning; /* the sign-in form has a box for it */
	bool rest; /* the REST endpoints answer */
	int64_t slow_us; /* a request that takes longer is logged; 0: none */
	int64_t ticket_life; /* seconds */
	struct session_limits session;
	struct password_cost password;
	struct throttle_settings throttle;
};

/* All that it points to is its own; texts lie in its arena. */
struct configuration {
	unsigned references;
	struct arena texts;
	struct gate_settings settings;
	struct http_server_settings http;
	size_t hashing_queue; /* password checks that may wait */
	struct keys *keys;
	struct page_set *pages;
	struct asset_set *assets;
};

/* Empty, with one reference; who makes it fills it in and shows it then. */
struct configuration *configuration_new(void);

struct configuration *configuration_ref(struct configuration *);
void configuration_unref(struct configuration *);
void configuration_end(struct configuration **); /* for CLEANUP */

#endif
