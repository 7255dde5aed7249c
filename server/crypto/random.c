/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unguessable bytes.
 */
#include "crypto/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "base/bytes.h"
#include "crypto/demand.h"

void
random_bytes(void *out, size_t len)
{
	crypto_demand(len <= INT_MAX, "random bytes, too many at once");
	crypto_demand(RAND_priv_bytes(out, (int)len) == 1, "random bytes");
}

int64_t
random_id(void)
{
	uint8_t bytes[8];
	int64_t id;

	random_bytes(bytes, sizeof(bytes));
	id = (int64_t)(bytes_get_be(bytes, sizeof(bytes)) >> 1);
	return id > 0 ? id : 1;
}
