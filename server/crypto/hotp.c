/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA-1 of a counter (RFC 4226).
 *
 * As in crypto/mac.c the context keeps its key and is started anew for each
 * counter: judging one typed code asks for some dozens.
 */
#include "crypto/hotp.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/demand.h"

enum {
	COUNTER_SIZE = 8,
	HASH_SIZE = 20,
};

struct hotp_key {
	EVP_MAC_CTX *context;
};

struct hotp_key *
hotp_key_new(const uint8_t *secret, size_t len)
{
	struct hotp_key *made = memory_new(sizeof(*made));
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char digest[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	assert(len > 0);
	crypto_demand(hmac != NULL, "HMAC");
	made->context = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	crypto_demand(made->context != NULL &&
			  EVP_MAC_init(made->context, secret, len, params) == 1,
	    "HMAC-SHA-1 key");
	return made;
}

void
hotp_key_free(struct hotp_key *key)
{
	if (key == NULL)
		return;
	EVP_MAC_CTX_free(key->context);
	free(key);
}

uint32_t
hotp_value(const struct hotp_key *key, uint64_t counter)
{
	uint8_t message[COUNTER_SIZE], hash[HASH_SIZE];
	uint32_t value;
	size_t len = 0;

	bytes_put_be(message, sizeof(message), counter);
	crypto_demand(
	    EVP_MAC_init(key->context, NULL, 0, NULL) == 1 &&
		EVP_MAC_update(key->context, message, sizeof(message)) == 1 &&
		EVP_MAC_final(key->context, hash, &len, sizeof(hash)) == 1 &&
		len == sizeof(hash),
	    "HMAC-SHA-1");
	value = (uint32_t)bytes_get_be(hash + (hash[HASH_SIZE - 1] & 0x0f), 4);
	bytes_wipe(hash, sizeof(hash));
	return value & 0x7fffffff;
}
