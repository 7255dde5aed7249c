/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting of an installation: one table gives name, type, range, default
 * and help; `portillon --help-settings` and the sample file derive from it.
 *
 * A file has sections: "[server]" and "url = ..." make the setting
 * "server.url", which the environment variable PORTILLON_SERVER_URL overrides.
 * Modules below never see this struct: they declare what they need, and
 * ctl/serve.c fills it in.
 */
#ifndef CTL_SETTINGS_H
#define CTL_SETTINGS_H

#include <stdio.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;

struct settings {
	char *file; /* that they were read from; NULL: none */

	/* [server] */
	char *url; /* what browsers see: https://sso.example.org/cas */
	char *listen; /* 127.0.0.1:8443 or [::1]:8443 */
	char *status_listen; /* the same; empty: no status listener */
	char *tls_certificate; /* PEM chain; empty: plain HTTP on loopback */
	char *tls_key; /* PEM */
	char *trusted_proxies; /* addresses or CIDRs, separated by blanks */
	int64_t gates; /* 0: min(cores, 4) */
	int64_t connections; /* in all, a gate */
	int64_t connections_per_address; /* a gate */
	char *crowded_networks; /* as trusted_proxies */
	int64_t connections_per_crowded_address; /* a gate */
	int64_t handshakes; /* a gate */
	char *user; /* name to become when started as root; empty: stay */

	/* [database] */
	char *app; /* libpq connection strings of the two roles */
	char *migrator;

	/* [keys], [ticket] */
	char *keys_file;
	int64_t ticket_life; /* seconds */

	/* [session] */
	int64_t session_idle; /* seconds */
	int64_t session_max; /* seconds */
	int64_t session_long_term; /* seconds; 0: nobody may stay */
	char *warn_box; /* "shown" or "hidden" */
	char *rest; /* of [rest] endpoints: "on" or "off" */

	/* [password] */
	int64_t password_memory; /* KiB */
	int64_t password_passes;
	int64_t password_lanes;
	int64_t password_queue; /* checks waiting, a gate */

	/* [throttle] */
	int64_t throttle_address; /* failed sign-ins an hour */
	int64_t throttle_network;
	char *throttle_crowded; /* networks, separated by blanks */
	int64_t throttle_crowded_times;

	/* [pages] */
	char *institution;
	char *language; /* default, "en" */
	char *templates; /* folder */
	char *templates_override; /* folder of the operator's; empty: none */
	char *static_files; /* folder; setting "pages.static" */
	char *help_url; /* empty: our own help pages */
	char *contact; /* of the help desk; empty: not shown */

	/* [log] */
	char *log_level; /* debug, info, warning, error */
	int64_t log_slow; /* milliseconds; 0: off */

	/* [mail] */
	char *mail_server; /* smtp://name:587; empty: no mails */
	char *mail_from; /* addresses */
	char *mail_bounces; /* empty: nobody hears of failures */
	char *mail_user; /* empty: no password is asked for */
	char *mail_password_file;
	char *mail_starttls; /* required, none */
	char *mail_ca; /* PEM; empty: the system's */
	int64_t mail_timeout; /* seconds */

	/* [outbound], [logout], [courier] */
	char *outbound_networks; /* separated by blanks */
	char *outbound_ca; /* PEM; empty: the system's */
	char *logout_on_expiry; /* yes, no */
	int64_t keep_sessions; /* days that ended sessions are kept */
};

/*
 * Defaults, then the file, then the environment.  False and a sentence naming
 * file and line, or the variable, in `why`.  Checks each value alone; whether
 * they fit together is asked by settings_check().
 */
bool settings_load(
    struct settings *, const char *file, struct buf *why) MUST_CHECK;
void settings_clear(struct settings *);

/*
 * Puts the values of `running` in place of those that only a start can change,
 * and adds the names of what differed to `names`, behind a blank each.
 */
void settings_keep_running(
    struct settings *, const struct settings *running, struct buf *names);

/* Do they fit together and do the files exist?  A sentence a finding. */
bool settings_check(const struct settings *, struct buf *findings) MUST_CHECK;

/* The table as text for people, and as a commented sample file. */
void settings_help(FILE *);
void settings_sample(FILE *);

#endif
