/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where mails are handed over.
 */
#include "text/mail_server.h"

#include "text/address.h"

enum {
	HOST_LONGEST = 253,
	PORT_HIGHEST = 65535,
	PORT_OF_SMTP = 25,
	PORT_OF_SMTPS = 465,
};

/* Letters that a URL takes as they are, and that need no care in a log. */
static bool
name_allowed(struct str name)
{
	struct str letters = STR("abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	for (size_t i = 0; i < name.len; i++) {
		if (str_find(letters, name.at[i]) == letters.len)
			return false;
	}
	return name.len > 0 && name.len <= HOST_LONGEST && name.at[0] != '-' &&
	       name.at[0] != '.';
}

static bool
take_scheme(struct str *text, struct mail_server *server)
{
	server->tls = str_starts(*text, STR("smtps://"));
	if (!server->tls && !str_starts(*text, STR("smtp://")))
		return false;
	*text = str_from(
	    *text, server->tls ? STR("smtps://").len : STR("smtp://").len);
	server->port = server->tls ? PORT_OF_SMTPS : PORT_OF_SMTP;
	return true;
}

static bool
take_host(struct str *text, struct mail_server *server)
{
	struct address address;
	size_t end;

	if (!str_starts(*text, STR("["))) {
		end = str_find(*text, ':');
		server->host = str_first(*text, end);
		*text = str_from(*text, end);
		return name_allowed(server->host);
	}
	end = str_find(*text, ']');
	if (end == text->len)
		return false;
	server->host = str_first(str_from(*text, 1), end - 1);
	*text = str_from(*text, end + 1);
	return address_parse(server->host, &address) &&
	       str_find(server->host, ':') < server->host.len;
}

bool
mail_server_parse(struct str text, struct mail_server *server)
{
	uint64_t port;

	if (!take_scheme(&text, server) || !take_host(&text, server))
		return false;
	if (text.len == 0)
		return true;
	if (text.at[0] != ':' ||
	    !str_number(str_from(text, 1), PORT_HIGHEST, &port) || port == 0)
		return false;
	server->port = (uint16_t)port;
	return true;
}

bool
mail_server_is_local(const struct mail_server *server)
{
	return str_starts(server->host, STR("127.")) ||
	       str_equal(server->host, STR("::1")) ||
	       str_equal_nocase(server->host, STR("localhost"));
}
