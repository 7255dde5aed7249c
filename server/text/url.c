/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Absolute URLs, taken apart strictly.
 *
 * A browser and we must see the same host in every URL that is let through:
 * spellings that browsers repair or reinterpret (backslashes, 0x7f.1 for an
 * address, escapes in a host, an empty port) are refused, never repaired.
 */
#include "text/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"

enum {
	URL_LONGEST = 4096,
	HOST_LONGEST = 253,
	LABEL_LONGEST = 63,
	PORT_DIGITS = 5,
};

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool
is_hex(char letter)
{
	return is_digit(letter) || (letter >= 'a' && letter <= 'f') ||
	       (letter >= 'A' && letter <= 'F');
}

static bool
is_label_letter(char letter)
{
	return is_digit(letter) || (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') || letter == '-' ||
	       letter == '_';
}

/* An escape of two hex digits that does not stand for NUL. */
static bool
escape_is_good(struct str text)
{
	return text.len >= 3 && is_hex(text.at[1]) && is_hex(text.at[2]) &&
	       !(text.at[1] == '0' && text.at[2] == '0');
}

/* Controls above ASCII and the line ends of Unicode. */
static bool
is_control(uint32_t code)
{
	return (code >= 0x80 && code <= 0x9f) || code == 0x2028 ||
	       code == 0x2029;
}

/* What may stand anywhere in a URL; each part is looked at again. */
static bool
letters_are_good(struct str text)
{
	while (text.len > 0) {
		char letter = text.at[0];
		uint32_t code = 0;
		size_t len = str_utf8_first(text, &code);

		if (len == 0 || code <= 0x20 || code == 0x7f || letter == '\\')
			return false;
		if (is_control(code) ||
		    (letter == '%' && !escape_is_good(text)))
			return false;
		text = str_from(text, len);
	}
	return true;
}

static bool
scheme_read(struct str *text, struct url *url)
{
	size_t len = str_find(*text, ':');

	url->scheme = str_first(*text, len);
	if (!str_equal_nocase(url->scheme, STR("http")) &&
	    !str_equal_nocase(url->scheme, STR("https")))
		return false;
	*text = str_from(*text, len);
	if (!str_starts(*text, STR("://")))
		return false;
	*text = str_from(*text, 3);
	return true;
}

static bool
ipv6_is_good(struct str host)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr address;

	if (host.len < 2 || host.len - 2 >= sizeof(text) ||
	    host.at[host.len - 1] != ']')
		return false;
	memcpy(text, host.at + 1, host.len - 2);
	return inet_pton(AF_INET6, text, &address) == 1;
}

/* Would a browser take a host that ends in this label for an IPv4 address? */
static bool
label_is_numeric(struct str label)
{
	bool hex = label.len >= 2 && label.at[0] == '0' &&
		   (label.at[1] == 'x' || label.at[1] == 'X');

	for (size_t i = hex ? 2 : 0; i < label.len; i++) {
		if (!(hex ? is_hex(label.at[i]) : is_digit(label.at[i])))
			return false;
	}
	return true;
}

/* inet_pton takes four decimal numbers only, without leading zeros. */
static bool
ipv4_is_good(struct str host)
{
	char text[INET_ADDRSTRLEN] = "";
	struct in_addr address;

	if (host.len >= sizeof(text))
		return false;
	memcpy(text, host.at, host.len);
	return inet_pton(AF_INET, text, &address) == 1;
}

static bool
name_is_good(struct str host)
{
	struct str rest = host, label = STR_NONE;

	if (host.len == 0 || host.len > HOST_LONGEST)
		return false;
	while (rest.at != NULL) {
		str_cut(rest, '.', &label, &rest);
		if (label.len == 0 || label.len > LABEL_LONGEST)
			return false;
		for (size_t i = 0; i < label.len; i++) {
			if (!is_label_letter(label.at[i]))
				return false;
		}
	}
	return !label_is_numeric(label) || ipv4_is_good(host);
}

static bool
port_is_good(struct str port)
{
	uint64_t value;

	return port.len <= PORT_DIGITS && str_number(port, 65535, &value) &&
	       port.at[0] != '0';
}

static bool
authority_read(struct str authority, struct url *url)
{
	bool is_ipv6 = authority.len > 0 && authority.at[0] == '[';
	size_t skipped = is_ipv6 ? str_find(authority, ']') : 0;
	size_t colon = skipped + str_find(str_from(authority, skipped), ':');

	url->host = str_first(authority, colon);
	url->port = STR_NONE;
	if (!(is_ipv6 ? ipv6_is_good(url->host) : name_is_good(url->host)))
		return false;
	if (colon == authority.len)
		return true;
	url->port = str_from(authority, colon + 1);
	return port_is_good(url->port);
}

/* Path, query and fragment; the text starts with '/', '?' or '#', or ends. */
static bool
tail_read(struct str text, struct url *url)
{
	struct str before;

	str_cut(text, '#', &before, &url->fragment);
	str_cut(before, '?', &url->path, &url->query);
	return str_find(url->fragment, '#') == url->fragment.len;
}

static size_t
authority_length(struct str text)
{
	size_t len = str_find(text, '/');

	len = str_find(str_first(text, len), '?');
	return str_find(str_first(text, len), '#');
}

bool
url_parse(struct str text, struct url *url)
{
	struct url parts;
	size_t len;

	if (text.len > URL_LONGEST || !letters_are_good(text) ||
	    !scheme_read(&text, &parts))
		return false;
	len = authority_length(text);
	if (!authority_read(str_first(text, len), &parts) ||
	    !tail_read(str_from(text, len), &parts))
		return false;
	*url = parts;
	return true;
}

void
url_put_origin(struct buf *out, const struct url *url)
{
	buf_text(out, url->scheme);
	buf_words(out, "://");
	buf_text(out, url->host);
	if (url->port.len > 0) {
		buf_char(out, ':');
		buf_text(out, url->port);
	}
}
