/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes sign-on sessions in bulk, without anybody signing in.
 *
 *	sessions KEYFILE COUNT ACCOUNTS
 *
 * Prints the lines that people.h describes.  The cookies are real: whoever has
 * the output can use every one of these sessions, so this is for the private
 * database of a measurement and for nothing else.
 */
#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "key_file.h"

enum {
	HANDLE_SIZE = 33, /* as in web/grant.c: key generation, 256 bits */
	HANDLE_DIGITS = 45,
	COUNT_MOST = 10 * 1000 * 1000,
	ACCOUNTS_MOST = 1000 * 1000,
};

static void
session_print(const struct keys *keys, uint64_t number, uint64_t account)
{
	CLEANUP(buf_clear) struct buf hex = BUF_INIT(2 * MAC_SIZE + 1);
	unsigned key_id = keys_newest(keys);
	uint8_t handle[HANDLE_SIZE], mac[MAC_SIZE];
	char digits[HANDLE_DIGITS];
	struct str part = { (const char *)handle, HANDLE_SIZE };

	handle[0] = (uint8_t)key_id;
	random_bytes(handle + 1, HANDLE_SIZE - 1);
	mac_compute(keys_mac(keys, key_id, MAC_SESSION_COOKIE), &part, 1, mac);
	bytes_base62(digits, sizeof(digits), handle, HANDLE_SIZE);
	bytes_hex(&hex, mac, sizeof(mac));
	printf("%llu TGT-%.*s %llu user%llu %u %s\n",
	    (unsigned long long)number, HANDLE_DIGITS, digits,
	    (unsigned long long)account, (unsigned long long)account, key_id,
	    buf_cstr(&hex));
}

int
main(int count, char **words)
{
	uint64_t sessions, accounts;
	struct keys *keys;

	if (count != 4 ||
	    !str_number(str_of(words[2]), COUNT_MOST, &sessions) ||
	    !str_number(str_of(words[3]), ACCOUNTS_MOST, &accounts) ||
	    accounts == 0) {
		fprintf(stderr, "Usage: sessions KEYFILE COUNT ACCOUNTS\n");
		return 2;
	}
	keys = key_file_read(words[1]);
	if (keys == NULL)
		return 3;
	for (uint64_t number = 1; number <= sessions; number++)
		session_print(keys, number, number % accounts + 1);
	keys_free(keys);
	return fflush(stdout) == 0 ? 0 : 3;
}
