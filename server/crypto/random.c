/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unguessable bytes.
 */
#include "crypto/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "crypto/demand.h"

void
random_bytes(void *out, size_t len)
{
	crypto_demand(len <= INT_MAX, "random bytes, too many at once");
	crypto_demand(RAND_priv_bytes(out, (int)len) == 1, "random bytes");
}
