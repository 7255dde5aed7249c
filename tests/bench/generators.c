/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes people who have an authenticator app, in bulk.
 *
 *	generators KEYFILE FIRST COUNT
 *
 * Prints the lines that people.h describes, without a cookie, and behind them
 * the secret as it is sealed for the enrolment of the account's number; the
 * secret itself is the front of what stands in the place of the MAC.  For the
 * private database of a measurement and for nothing else.
 */
#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "crypto/sealed.h"
#include "factors/totp.h"
#include "key_file.h"

enum {
	NUMBER_MOST = 10 * 1000 * 1000,
	SEALED_SIZE = TOTP_SECRET_SIZE + SEALED_EXTRA,
};

static void
generator_print(const struct keys *keys, uint64_t account)
{
	CLEANUP(buf_clear) struct buf hex = BUF_INIT(2 * MAC_SIZE + 1);
	CLEANUP(buf_clear)
	struct buf sealed_hex = BUF_INIT(2 * SEALED_SIZE + 1);
	unsigned key_id = keys_newest(keys);
	uint8_t bytes[MAC_SIZE], sealed[SEALED_SIZE];

	random_bytes(bytes, sizeof(bytes));
	sealed_make(keys_sealed(keys, key_id, SEAL_TOTP_SECRET),
	    &(struct sealed_place){
		STR("enrolment"), STR("secret"), (int64_t)account },
	    bytes, TOTP_SECRET_SIZE, sealed);
	bytes_hex(&hex, bytes, sizeof(bytes));
	bytes_hex(&sealed_hex, sealed, sizeof(sealed));
	printf("%llu - %llu user%llu %u %s %s\n", (unsigned long long)account,
	    (unsigned long long)account, (unsigned long long)account, key_id,
	    buf_cstr(&hex), buf_cstr(&sealed_hex));
}

int
main(int count, char **words)
{
	uint64_t first, people;
	struct keys *keys;

	if (count != 4 || !str_number(str_of(words[2]), NUMBER_MOST, &first) ||
	    !str_number(str_of(words[3]), NUMBER_MOST, &people)) {
		fprintf(stderr, "Usage: generators KEYFILE FIRST COUNT\n");
		return 2;
	}
	keys = key_file_read(words[1]);
	if (keys == NULL)
		return 3;
	for (uint64_t i = 0; i < people; i++)
		generator_print(keys, first + i);
	keys_free(keys);
	return fflush(stdout) == 0 ? 0 : 3;
}
