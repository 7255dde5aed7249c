/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes sent by mail.
 *
 * 32 random bits hold 42 rounds of all codes and a part of one; what falls into
 * that part is thrown away, or the low codes would be likelier.
 */
#include "factors/email_code.h"

#include "base/buf.h"
#include "base/bytes.h"

enum {
	CODES = 100000000, /* 10 to the EMAIL_CODE_DIGITS */
	GROUP = EMAIL_CODE_DIGITS / 2,
	NUMBER_SIZE = 8,
};

bool
email_code_make(const uint8_t random[static EMAIL_CODE_RANDOM_SIZE],
    char code[static EMAIL_CODE_DIGITS])
{
	uint64_t drawn = bytes_get_be(random, EMAIL_CODE_RANDOM_SIZE);

	if (drawn >= UINT32_MAX / CODES * (uint64_t)CODES)
		return false;
	for (size_t i = EMAIL_CODE_DIGITS; i-- > 0;) {
		code[i] = (char)('0' + drawn % 10);
		drawn /= 10;
	}
	return true;
}

void
email_code_write(struct buf *out, const char code[static EMAIL_CODE_DIGITS])
{
	buf_bytes(out, code, GROUP);
	buf_char(out, ' ');
	buf_bytes(out, code + GROUP, EMAIL_CODE_DIGITS - GROUP);
}

/* All three parts have a fixed length, so nothing need separate them. */
struct message {
	uint8_t sign_in[NUMBER_SIZE];
	uint8_t account[NUMBER_SIZE];
	char code[EMAIL_CODE_DIGITS];
};

static struct message
message_make(const struct email_code_owner *owner, const char *code)
{
	struct message made;

	bytes_put_be(made.sign_in, NUMBER_SIZE, (uint64_t)owner->sign_in);
	bytes_put_be(made.account, NUMBER_SIZE, (uint64_t)owner->account);
	memcpy(made.code, code, EMAIL_CODE_DIGITS);
	return made;
}

void
email_code_mac(const struct mac_key *key, const struct email_code_owner *owner,
    const char code[static EMAIL_CODE_DIGITS], uint8_t mac[static MAC_SIZE])
{
	struct message message = message_make(owner, code);
	struct str whole = { (const char *)&message, sizeof(message) };

	mac_compute(key, &whole, 1, mac);
	bytes_wipe(&message, sizeof(message));
}

bool
email_code_matches(const struct mac_key *key,
    const struct email_code_owner *owner,
    const char code[static EMAIL_CODE_DIGITS],
    const uint8_t mac[static MAC_SIZE])
{
	uint8_t computed[MAC_SIZE];
	bool equal;

	email_code_mac(key, owner, code, computed);
	equal = bytes_equal_secret(computed, mac, MAC_SIZE);
	bytes_wipe(computed, sizeof(computed));
	return equal;
}
