/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the settings fit together, and are the files there?
 *
 * All findings are told, not just the first: whoever sets up a server wants to
 * mend them in one go.
 */
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/settings.h"
#include "ctl/settings_table.h"
#include "text/address.h"
#include "text/mail_server.h"

static bool
settings_is_set(const char *text)
{
	return text[0] != '\0';
}

static void __attribute__((format(printf, 2, 3)))
settings_find(struct buf *findings, const char *format, ...)
{
	va_list arguments;
	char sentence[1024];

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	buf_format(findings, "%s\n", sentence);
}

static void
settings_check_file(const char *name, const char *path, struct buf *findings)
{
	struct stat facts;

	if (stat(path, &facts) != 0)
		settings_find(
		    findings, "%s: %s: %s", name, path, strerror(errno));
	else if (!S_ISREG(facts.st_mode))
		settings_find(findings, "%s: %s is not a file", name, path);
	else if (access(path, R_OK) != 0)
		settings_find(findings, "%s: %s cannot be read", name, path);
}

static void
settings_check_folder(const char *name, const char *path, struct buf *findings)
{
	struct stat facts;

	if (stat(path, &facts) != 0)
		settings_find(
		    findings, "%s: %s: %s", name, path, strerror(errno));
	else if (!S_ISDIR(facts.st_mode))
		settings_find(findings, "%s: %s is not a folder", name, path);
	else if (access(path, R_OK | X_OK) != 0)
		settings_find(findings, "%s: %s cannot be read", name, path);
}

#define LOOPBACK STR("127.0.0.0/8 ::1")
#define LOOPBACK_OR_PRIVATE \
	STR("127.0.0.0/8 ::1 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 " \
	    "fc00::/7")

static bool
settings_listens_within(const char *listen, struct str networks)
{
	struct str text;
	struct address address;
	struct networks list;
	uint64_t port;
	CLEANUP(buf_clear) struct buf why = BUF_INIT(256);

	return setting_listen_parse(str_of(listen), &text, &port) &&
	       address_parse(text, &address) &&
	       networks_parse(networks, &list, &why) &&
	       networks_have(&list, &address);
}

static void
settings_check_tls(const struct settings *settings, struct buf *findings)
{
	bool certificate = settings_is_set(settings->tls_certificate);
	bool key = settings_is_set(settings->tls_key);

	if (certificate != key)
		settings_find(findings,
		    "server.tls_certificate and server.tls_key: "
		    "one is set without the other");
	if (certificate)
		settings_check_file("server.tls_certificate",
		    settings->tls_certificate, findings);
	if (key)
		settings_check_file(
		    "server.tls_key", settings->tls_key, findings);
	if (!certificate &&
	    !settings_listens_within(settings->listen, LOOPBACK))
		settings_find(findings,
		    "server.listen: %s would serve plain HTTP to the network; "
		    "set server.tls_certificate, or listen on a loopback "
		    "address behind a proxy",
		    settings->listen);
}

static void
settings_check_server(const struct settings *settings, struct buf *findings)
{
	if (!settings_is_set(settings->url))
		settings_find(findings, "server.url is not set");
	else if (settings_is_set(settings->tls_certificate) &&
		 !str_starts(str_of(settings->url), STR("https://")))
		settings_find(findings,
		    "server.url must start with https:// where "
		    "server.tls_certificate is set");
	if (settings_is_set(settings->status_listen) &&
	    !settings_listens_within(
		settings->status_listen, LOOPBACK_OR_PRIVATE))
		settings_find(findings,
		    "server.status_listen: %s would show the node's metrics "
		    "to the network; listen on a loopback or private address",
		    settings->status_listen);
	if (settings->connections_per_address > settings->connections)
		settings_find(findings,
		    "server.connections_per_address is more than "
		    "server.connections");
	if (settings_is_set(settings->crowded_networks) &&
	    settings->connections_per_crowded_address > settings->connections)
		settings_find(findings,
		    "server.connections_per_crowded_address is more than "
		    "server.connections");
	if (settings_is_set(settings->user) && getpwnam(settings->user) == NULL)
		settings_find(findings, "server.user: there is no user %s",
		    settings->user);
}

static void
settings_check_password(const struct settings *settings, struct buf *findings)
{
	if (settings->password_memory < 8 * settings->password_lanes)
		settings_find(
		    findings, "password.memory must be at least 8 KiB a lane");
}

static void
settings_check_mail(const struct settings *settings, struct buf *findings)
{
	struct mail_server server;
	bool user = settings_is_set(settings->mail_user);

	if (!mail_server_parse(str_of(settings->mail_server), &server))
		return; /* none is set */
	if (!settings_is_set(settings->mail_from))
		settings_find(
		    findings, "mail.from is not set, but mail.server is");
	if (user != settings_is_set(settings->mail_password_file))
		settings_find(findings,
		    "mail.user and mail.password_file belong together");
	if (!server.tls && !mail_server_is_local(&server) &&
	    str_equal(str_of(settings->mail_starttls), STR("none")))
		settings_find(findings,
		    "mail.starttls is none, but %s is not on this machine: "
		    "codes would cross the network for everybody to read",
		    settings->mail_server);
	if (settings_is_set(settings->mail_ca))
		settings_check_file("mail.ca", settings->mail_ca, findings);
}

static void
settings_check_outbound(const struct settings *settings, struct buf *findings)
{
	if (settings_is_set(settings->outbound_ca))
		settings_check_file(
		    "outbound.ca", settings->outbound_ca, findings);
}

bool
settings_check(const struct settings *settings, struct buf *findings)
{
	size_t before = findings->len;

	settings_check_server(settings, findings);
	settings_check_tls(settings, findings);
	settings_check_password(settings, findings);
	settings_check_mail(settings, findings);
	settings_check_outbound(settings, findings);
	if (settings->session_idle > settings->session_max)
		settings_find(
		    findings, "session.idle is longer than session.max");
	if (settings->session_long_term > 0 &&
	    settings->session_long_term < settings->session_max)
		settings_find(
		    findings, "session.long_term is shorter than session.max");
	if (!settings_is_set(settings->app))
		settings_find(findings, "database.app is not set");
	if (!settings_is_set(settings->keys_file))
		settings_find(findings, "keys.file is not set");
	settings_check_folder("pages.templates", settings->templates, findings);
	settings_check_folder("pages.static", settings->static_files, findings);
	if (settings_is_set(settings->templates_override))
		settings_check_folder("pages.templates_override",
		    settings->templates_override, findings);
	return buf_ok(findings) && findings->len == before;
}
