/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table-free check: every byte is looked at once, and nothing depends on the
 * locale.
 */
#include "text/login_name.h"

#include "base/buf.h"

static char
login_name_lower(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return (char)(letter - 'A' + 'a');
	return letter;
}

static bool
login_name_letter(char letter)
{
	struct str marks = STR("._@+-");

	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= '0' && letter <= '9') ||
	       str_find(marks, letter) < marks.len;
}

bool
login_name_canonical(struct str typed, struct buf *out)
{
	struct str name = str_trim(typed);
	char canonical[LOGIN_NAME_LONGEST];

	if (name.len == 0 || name.len > LOGIN_NAME_LONGEST)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		canonical[i] = login_name_lower(name.at[i]);
		if (!login_name_letter(canonical[i]))
			return false;
	}
	buf_bytes(out, canonical, name.len);
	return buf_ok(out);
}
