/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Cookie header of a request.
 *
 * A cookie that stands twice is no cookie: one of the two was planted, by a
 * sibling host or on another path, and nothing tells which.
 */
#include "text/cookie.h"

/* cookie-octet of RFC 6265, 4.1.1: no quote, comma, semicolon, backslash. */
static bool
is_cookie_letter(char letter)
{
	return letter > 0x20 && letter < 0x7f && letter != '"' &&
	       letter != ',' && letter != ';' && letter != '\\';
}

static bool
is_cookie_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (!is_cookie_letter(value.at[i]))
			return false;
	}
	return true;
}

struct str
cookie_find(struct str header, struct str name)
{
	struct str found = STR_NONE;

	while (header.len > 0) {
		struct str pair, pair_name, value;

		str_cut(header, ';', &pair, &header);
		if (!str_cut(str_trim(pair), '=', &pair_name, &value) ||
		    !str_equal(pair_name, name))
			continue;
		if (found.at != NULL || !is_cookie_value(value))
			return STR_NONE;
		found = value;
	}
	return found;
}
