/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte is looked at once, against a list of what is allowed; nothing
 * depends on the locale.
 */
#include "text/mail_address.h"

#include "base/buf.h"

enum {
	LABEL_LONGEST = 63, /* RFC 1035, 2.3.4 */
	LABELS_LEAST = 2
};

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool
is_letter_or_digit(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') || is_digit(letter);
}

static bool
local_allowed(struct str local)
{
	struct str marks = STR("_+-'&=~");
	char before = '.'; /* so that none may stand in front */

	if (local.len == 0 || local.len > MAIL_ADDRESS_LOCAL_LONGEST ||
	    local.at[0] == '-' || local.at[local.len - 1] == '.')
		return false;
	for (size_t i = 0; i < local.len; i++) {
		char letter = local.at[i];

		if (letter == '.' ? before == '.'
				  : !is_letter_or_digit(letter) &&
					str_find(marks, letter) == marks.len)
			return false;
		before = letter;
	}
	return true;
}

static bool
label_allowed(struct str label)
{
	if (label.len == 0 || label.len > LABEL_LONGEST || label.at[0] == '-' ||
	    label.at[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		if (!is_letter_or_digit(label.at[i]) && label.at[i] != '-')
			return false;
	}
	return true;
}

static bool
label_is_number(struct str label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (!is_digit(label.at[i]))
			return false;
	}
	return true;
}

static bool
domain_allowed(struct str domain)
{
	struct str label = STR_NONE;
	size_t count = 0;
	bool more;

	do {
		more = str_cut(domain, '.', &label, &domain);
		if (!label_allowed(label))
			return false;
		count++;
	} while (more);
	return count >= LABELS_LEAST && !label_is_number(label);
}

bool
mail_address_canonical(struct str typed, struct buf *out)
{
	struct str address = str_trim(typed), local, domain;
	char lower[MAIL_ADDRESS_LONGEST];

	if (address.len > MAIL_ADDRESS_LONGEST ||
	    !str_cut(address, '@', &local, &domain) || !local_allowed(local) ||
	    !domain_allowed(domain))
		return false;
	for (size_t i = 0; i < address.len; i++) {
		char letter = address.at[i];

		if (i > local.len && letter >= 'A' && letter <= 'Z')
			letter = (char)(letter - 'A' + 'a');
		lower[i] = letter;
	}
	buf_bytes(out, lower, address.len);
	return buf_ok(out);
}

bool
mail_address_is_canonical(struct str address)
{
	CLEANUP(buf_clear) struct buf spelled = BUF_INIT(MAIL_ADDRESS_LONGEST);

	return mail_address_canonical(address, &spelled) &&
	       str_equal(buf_str(&spelled), address);
}
