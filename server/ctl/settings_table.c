/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting, one line each, and the checks that a single value must pass.
 *
 * The offsets are checked by the compiler: a number that is not an int64_t, or
 * a text that is not a char *, does not build.
 */
#include "ctl/settings_table.h"

#include "base/buf.h"
#include "ctl/plain.h"
#include "ctl/settings.h"
#include "text/address.h"
#include "text/mail_address.h"
#include "text/mail_server.h"
#include "text/url.h"

enum {
	TEXT_LONGEST = 1024,
	PORT_HIGHEST = 65535,
	DAY = 86400, /* seconds */
};

/* Behind the help of a setting: only a start, or an upgrade, can change it. */
#define AT_START true

/* clang-format off */
#define TEXT_AT(member) \
	_Generic(((struct settings *)0)->member, \
	    char *: offsetof(struct settings, member))
#define NUMBER_AT(member) \
	_Generic(((struct settings *)0)->member, \
	    int64_t: offsetof(struct settings, member))

#define TEXT(section, name, member, standard, ...) \
	{ section, name, SETTING_TEXT, TEXT_AT(member), 0, TEXT_LONGEST, \
	    standard, NULL, NULL, __VA_ARGS__ }
#define PATH(section, name, member, standard, ...) \
	{ section, name, SETTING_PATH, TEXT_AT(member), 0, TEXT_LONGEST, \
	    standard, NULL, NULL, __VA_ARGS__ }
#define NUMBER(section, name, member, least, most, standard, unit, ...) \
	{ section, name, SETTING_NUMBER, NUMBER_AT(member), least, most, \
	    standard, unit, NULL, __VA_ARGS__ }
#define SPECIAL(section, name, type, member, standard, ...) \
	{ section, name, type, TEXT_AT(member), 0, TEXT_LONGEST, \
	    standard, NULL, NULL, __VA_ARGS__ }
#define CHOICE(section, name, member, choices, standard, ...) \
	{ section, name, SETTING_CHOICE, TEXT_AT(member), 1, TEXT_LONGEST, \
	    standard, NULL, choices, __VA_ARGS__ }

const struct setting settings_table[] = {
	SPECIAL("server", "url", SETTING_URL, url, "",
	    "Where browsers find this server, such as "
	    "https://sso.example.org/cas; without it nothing is served. "
	    "http:// only with localhost, 127.0.0.1 or [::1]."),
	SPECIAL("server", "listen", SETTING_LISTEN, listen, "127.0.0.1:8443",
	    "Address and port to listen on, IPv6 in brackets: [::]:443. "
	    "Without a certificate only loopback addresses.", AT_START),
	SPECIAL("server", "status_listen", SETTING_LISTEN_OR_NONE,
	    status_listen, "",
	    "Address and port of /ready and /metrics, plain HTTP: a loopback "
	    "or private address, such as 127.0.0.1:8440. Empty: none.",
	    AT_START),
	PATH("server", "tls_certificate", tls_certificate, "",
	    "Certificate chain, PEM. Empty: plain HTTP on loopback, "
	    "for a proxy in front."),
	PATH("server", "tls_key", tls_key, "",
	    "Private key of the certificate, PEM."),
	SPECIAL("server", "trusted_proxies", SETTING_NETWORKS,
	    trusted_proxies, "",
	    "Addresses and networks of proxies in front, separated by "
	    "blanks; only from these X-Forwarded-For is believed."),
	NUMBER("server", "gates", gates, 0, 32, "0", "processes",
	    "Processes that serve; 0: one a core, at most 4.", AT_START),
	NUMBER("server", "connections", connections, 10, 1000000, "10000",
	    NULL, "Connections that one gate holds at the same time."),
	NUMBER("server", "connections_per_address", connections_per_address,
	    1, 1000000, "200", NULL,
	    "Connections of one client address that one gate holds at the "
	    "same time."),
	SPECIAL("server", "crowded_networks", SETTING_NETWORKS,
	    crowded_networks, "",
	    "Networks where many people share an address, such as a campus "
	    "behind NAT, separated by blanks."),
	NUMBER("server", "connections_per_crowded_address",
	    connections_per_crowded_address, 1, 1000000, "5000", NULL,
	    "As connections_per_address, for addresses of these networks."),
	NUMBER("server", "handshakes", handshakes, 1, 100000, "256", NULL,
	    "TLS handshakes that one gate does at the same time; more "
	    "clients wait for their turn."),
	TEXT("server", "user", user, "",
	    "User to become after listening, when started as root. "
	    "Empty: stay who it is.", AT_START),
	TEXT("database", "app", app, "dbname=portillon user=portillon_app",
	    "libpq connection string of the role that serves.  Several hosts "
	    "(host=a,b) are tried in turn until one takes writes; names are "
	    "resolved at the start.",
	    AT_START),
	TEXT("database", "migrator", migrator,
	    "dbname=portillon user=portillon_migrator",
	    "libpq connection string of the role that owns the tables; "
	    "only for \"portillon migrate\" and \"portillon check\"."),
	PATH("keys", "file", keys_file, "/etc/portillon/keys",
	    "The secret keys, made by \"portillon keys generate\"; the same "
	    "on all nodes, readable by their owner only."),
	NUMBER("ticket", "life", ticket_life, 5, 300, "30", "seconds",
	    "How long a service ticket can be redeemed."),
	NUMBER("session", "idle", session_idle, 60, 30 * DAY, "3600",
	    "seconds", "A sign-on session ends when unused for so long."),
	NUMBER("session", "max", session_max, 60, 365 * DAY, "36000",
	    "seconds", "A sign-on session ends so long after it began."),
	NUMBER("session", "long_term", session_long_term, 0, 90 * DAY, "0",
	    "seconds", "People may tick at sign-in to stay signed in in this "
	    "browser for so long, also when it is closed; at most three "
	    "months. 0: nobody is asked."),
	CHOICE("session", "warn_box", warn_box, "shown hidden", "hidden",
	    "Whether the sign-in form has a box with which people ask for a "
	    "click before each further application; the parameter \"warn\" "
	    "does the same in any case."),
	CHOICE("rest", "endpoints", rest, "on off", "off",
	    "Whether /v1/tickets and /v1/users answer, for programs that take "
	    "names and passwords themselves; each application needs "
	    "\"portillon service set ID --rest yes\" besides."),
	NUMBER("password", "memory", password_memory, 8192, 1048576, "19456",
	    "KiB", "Memory that one password check takes (Argon2id)."),
	NUMBER("password", "passes", password_passes, 1, 20, "2", NULL,
	    "Passes over that memory."),
	NUMBER("password", "lanes", password_lanes, 1, 8, "1", NULL,
	    "Lanes that it is divided into."),
	NUMBER("password", "queue", password_queue, 1, 10000, "256", NULL,
	    "Password checks that may wait in one gate; one more is told "
	    "to try again later."),
	NUMBER("throttle", "address", throttle_address, 10, 1000000, "300",
	    "failures an hour",
	    "Failed sign-ins from one address (IPv6: one /64) in browsers "
	    "that the account has not used before."),
	NUMBER("throttle", "network", throttle_network, 10, 1000000, "1500",
	    "failures an hour",
	    "The same of one network, /24 (IPv6: /48)."),
	SPECIAL("throttle", "crowded", SETTING_NETWORKS, throttle_crowded, "",
	    "Addresses and networks where very many people share few "
	    "addresses, such as a campus, separated by blanks."),
	NUMBER("throttle", "crowded_times", throttle_crowded_times, 1, 1000,
	    "10", NULL, "There the two limits are so many times as high."),
	TEXT("pages", "institution", institution, "Portillon",
	    "Who runs this sign-in, shown on every page."),
	TEXT("pages", "language", language, "en",
	    "Language for browsers that want none of those that there are, as "
	    "their files in the folder messages are called: en, fr, nl."),
	PATH("pages", "templates", templates,
	    "/usr/share/portillon/templates",
	    "Folder of the page templates and translations."),
	PATH("pages", "templates_override", templates_override, "",
	    "Folder of your own templates, which go before the others. "
	    "Empty: none."),
	PATH("pages", "static", static_files, "/usr/share/portillon/static",
	    "Folder of style sheets and images."),
	SPECIAL("pages", "help_url", SETTING_LINK, help_url, "",
	    "Address of your help desk, linked on every page. "
	    "Empty: the help pages of this server are."),
	TEXT("pages", "contact", contact, "",
	    "How to reach your help desk, such as \"help@example.org, "
	    "phone 555 0100\"; shown on help and error pages. Empty: nothing."),
	CHOICE("log", "level", log_level, "debug info warning error", "info",
	    "What is logged: this and what is graver."),
	NUMBER("log", "slow", log_slow, 0, 60000, "500", "milliseconds",
	    "A request that takes longer leaves a line that names its "
	    "slowest step; 0: none does."),
	SPECIAL("mail", "server", SETTING_MAIL_SERVER, mail_server, "",
	    "Where mails are handed over: smtp://relay.example.org:587, or "
	    "smtps:// where TLS begins with the first byte. Empty: no mails "
	    "are sent, and what asks for one waits in vain.", AT_START),
	SPECIAL("mail", "from", SETTING_MAIL_ADDRESS, mail_from, "",
	    "Address that mails come from; their sender's name is "
	    "pages.institution.", AT_START),
	SPECIAL("mail", "bounces", SETTING_MAIL_ADDRESS, mail_bounces, "",
	    "Mailbox that hears of mails that could not be delivered "
	    "(envelope sender). Empty: nobody does.", AT_START),
	TEXT("mail", "user", mail_user, "",
	    "User name at the mail server. Empty: it asks for none.",
	    AT_START),
	PATH("mail", "password_file", mail_password_file, "",
	    "File with that user's password, readable by its owner only.",
	    AT_START),
	CHOICE("mail", "starttls", mail_starttls, "required none", "required",
	    "TLS towards an smtp:// server: codes to sign in with are in "
	    "the mails. \"none\" is for a relay on this machine.", AT_START),
	PATH("mail", "ca", mail_ca, "",
	    "Authorities that may vouch for the mail server, PEM. Empty: "
	    "those of the system.", AT_START),
	NUMBER("mail", "timeout", mail_timeout, 2, 600, "60", "seconds",
	    "How long handing over one mail may take.", AT_START),
	SPECIAL("outbound", "networks", SETTING_NETWORKS, outbound_networks, "",
	    "Networks that are not public and in which applications may be "
	    "called all the same, such as 10.0.0.0/8, separated by blanks.",
	    AT_START),
	PATH("outbound", "ca", outbound_ca, "",
	    "Authorities that may vouch for applications that are called, "
	    "PEM. Empty: those of the system.", AT_START),
	CHOICE("logout", "on_expiry", logout_on_expiry, "yes no", "no",
	    "Whether applications are told too when a session runs out."),
	NUMBER("courier", "keep_sessions", keep_sessions, 2, 3650, "30",
	    "days", "How long ended sessions are kept."),
};
/* clang-format on */

const size_t settings_count = COUNT_OF(settings_table);

const struct setting *
setting_find(struct str section, struct str name)
{
	for (size_t i = 0; i < settings_count; i++)
		if (str_equal(str_of(settings_table[i].section), section) &&
		    str_equal(str_of(settings_table[i].name), name))
			return &settings_table[i];
	return NULL;
}

char **
setting_text(const struct setting *s, struct settings *settings)
{
	void *member = (char *)settings + s->offset;

	return member;
}

int64_t *
setting_number(const struct setting *s, struct settings *settings)
{
	void *member = (char *)settings + s->offset;

	return member;
}

void
setting_variable(
    const struct setting *s, char out[static SETTING_VARIABLE_SIZE])
{
	snprintf(
	    out, SETTING_VARIABLE_SIZE, "PORTILLON_%s_%s", s->section, s->name);
	for (char *at = out; *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
}

void
setting_range(const struct setting *s, struct buf *out)
{
	switch (s->type) {
	case SETTING_TEXT:
		buf_words(out, "text");
		break;
	case SETTING_PATH:
		buf_words(out, "a path");
		break;
	case SETTING_NUMBER:
		buf_format(out, "a whole number from %lld to %lld",
		    (long long)s->least, (long long)s->most);
		if (s->unit != NULL)
			buf_format(out, " (%s)", s->unit);
		break;
	case SETTING_CHOICE:
		buf_format(out, "one of: %s", s->choices);
		break;
	case SETTING_URL:
		buf_words(out, "an address in lower case, https://name/path");
		break;
	case SETTING_LISTEN:
		buf_words(out, "an address and a port, "
			       "127.0.0.1:8443 or [::1]:8443");
		break;
	case SETTING_LISTEN_OR_NONE:
		buf_words(out, "empty, or an address and a port, "
			       "127.0.0.1:8440 or [::1]:8440");
		break;
	case SETTING_LINK:
		buf_words(out, "an address that starts with https://, "
			       "http://, mailto: or tel:");
		break;
	case SETTING_MAIL_SERVER:
		buf_words(out, "empty, smtp://name:port or smtps://name:port");
		break;
	case SETTING_MAIL_ADDRESS:
		buf_words(out, "empty, or a mail address");
		break;
	case SETTING_NETWORKS:
		buf_words(out, "addresses and networks separated by blanks");
		break;
	}
}

bool
setting_listen_parse(struct str text, struct str *address, uint64_t *port)
{
	struct address parsed;
	struct str host;
	uint64_t number;
	size_t colon = text.len;
	bool brackets;

	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon < 2 ||
	    !str_number(str_from(text, colon), PORT_HIGHEST, &number) ||
	    number == 0)
		return false;
	host = str_first(text, colon - 1);
	brackets = str_starts(host, STR("[")) && str_ends(host, STR("]"));
	if (brackets)
		host = str_first(str_from(host, 1), host.len - 2);
	if (!address_parse(host, &parsed) ||
	    brackets != (str_find(host, ':') < host.len))
		return false;
	*address = host;
	*port = number;
	return true;
}

/* Only letters that need no escape and mean the same to everybody. */
static bool
setting_path_is_plain(struct str path)
{
	struct str letters = STR("abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789/_-");

	for (size_t i = 0; i < path.len; i++)
		if (str_find(letters, path.at[i]) == letters.len ||
		    (path.at[i] == '/' && i + 1 < path.len &&
			path.at[i + 1] == '/'))
			return false;
	return !str_ends(path, STR("/"));
}

static bool
setting_url_is_lower(struct str text, struct str path)
{
	for (size_t i = 0; i < text.len - path.len; i++)
		if (text.at[i] >= 'A' && text.at[i] <= 'Z')
			return false;
	return true;
}

static bool
setting_check_url(struct str value, struct buf *why)
{
	struct url url;

	if (value.len == 0)
		return true;
	if (!url_parse(value, &url) || url.query.at != NULL ||
	    url.fragment.at != NULL) {
		buf_words(why, "must be an address such as "
			       "https://sso.example.org/cas");
		return false;
	}
	if (!setting_url_is_lower(value, url.path) ||
	    !setting_path_is_plain(url.path)) {
		buf_words(why,
		    "must have its name in lower case, a path of letters, "
		    "digits, \"-\", \"_\" and single \"/\", and no \"/\" "
		    "at the end");
		return false;
	}
	if (str_equal(url.scheme, STR("https")) ||
	    str_equal(url.host, STR("localhost")) ||
	    str_equal(url.host, STR("127.0.0.1")) ||
	    str_equal(url.host, STR("[::1]")))
		return true;
	buf_words(why, "must start with https:// (http:// is for localhost, "
		       "127.0.0.1 and [::1] only)");
	return false;
}

static bool
setting_check_choice(const struct setting *s, struct str value)
{
	struct str left = str_of(s->choices), choice;

	while (left.len > 0) {
		str_cut(left, ' ', &choice, &left);
		if (str_equal(choice, value))
			return true;
	}
	return false;
}

static bool
setting_check_link(struct str value)
{
	return value.len == 0 || str_starts(value, STR("https://")) ||
	       str_starts(value, STR("http://")) ||
	       str_starts(value, STR("mailto:")) ||
	       str_starts(value, STR("tel:"));
}

static bool
setting_check_networks(struct str value, struct buf *why)
{
	struct networks networks;
	CLEANUP(buf_clear) struct buf sentence = BUF_INIT(1024);

	if (networks_parse(value, &networks, &sentence))
		return true;
	buf_format(why, "is wrong: %s", buf_cstr(&sentence));
	return false;
}

static bool
setting_check_listen(const struct setting *s, struct str value)
{
	struct str address;
	uint64_t port;

	return (s->type == SETTING_LISTEN_OR_NONE && value.len == 0) ||
	       setting_listen_parse(value, &address, &port);
}

static bool
setting_check_mail(const struct setting *s, struct str value)
{
	struct mail_server server;

	if (value.len == 0)
		return true;
	return s->type == SETTING_MAIL_SERVER
		   ? mail_server_parse(value, &server)
		   : mail_address_is_canonical(value);
}

static bool
setting_check(const struct setting *s, struct str value, struct buf *why)
{
	bool listens =
	    s->type == SETTING_LISTEN || s->type == SETTING_LISTEN_OR_NONE;
	bool mails =
	    s->type == SETTING_MAIL_SERVER || s->type == SETTING_MAIL_ADDRESS;

	if (s->type == SETTING_URL)
		return setting_check_url(value, why);
	if (s->type == SETTING_NETWORKS)
		return setting_check_networks(value, why);
	if ((listens && !setting_check_listen(s, value)) ||
	    (mails && !setting_check_mail(s, value)) ||
	    (s->type == SETTING_LINK && !setting_check_link(value)) ||
	    (s->type == SETTING_CHOICE && !setting_check_choice(s, value))) {
		buf_words(why, "must be ");
		setting_range(s, why);
		return false;
	}
	return true;
}

static bool
setting_put_number(const struct setting *s, struct settings *settings,
    struct str value, struct buf *why)
{
	uint64_t number;

	if (!str_number(value, (uint64_t)s->most, &number) ||
	    number < (uint64_t)s->least) {
		buf_words(why, "must be ");
		setting_range(s, why);
		return false;
	}
	*setting_number(s, settings) = (int64_t)number;
	return true;
}

bool
setting_put(const struct setting *s, struct settings *settings,
    struct str value, struct buf *why)
{
	char **text;

	if (s->type == SETTING_NUMBER)
		return setting_put_number(s, settings, value, why);
	if (!plain_text_allowed(value, TEXT_LONGEST)) {
		buf_format(why,
		    "must be at most %d bytes of UTF-8 without control "
		    "characters",
		    TEXT_LONGEST);
		return false;
	}
	if (!setting_check(s, value, why))
		return false;
	text = setting_text(s, settings);
	free(*text);
	*text = memory_text(value.len > 0 ? value.at : "", value.len);
	return true;
}
