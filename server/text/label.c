/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people call things of their own.
 *
 * Escaping is not done here but where a label is shown, as with all text.
 */
#include "text/label.h"

static bool
acts(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || /* control */
	       code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || /* lines, direction */
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

bool
label_read(struct str typed, struct str *label)
{
	struct str rest = str_trim(typed);
	size_t characters = 0;

	*label = rest;
	while (rest.len > 0) {
		uint32_t code;
		size_t size = str_utf8_first(rest, &code);

		if (size == 0 || acts(code) || ++characters > LABEL_LONGEST)
			return false;
		rest = str_from(rest, size);
	}
	return true;
}
