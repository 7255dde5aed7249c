/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-128-SIV (RFC 5297).
 *
 * OpenSSL's context takes one message only, and giving it the key again costs
 * more than copying a keyed one.  So every message is worked in a copy, whose
 * place is kept: a key belongs to one thread.  The tag has to be there before
 * the text when opening, and text and associated data come in one piece each.
 */
#include "crypto/siv.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/demand.h"

struct siv_key {
	EVP_CIPHER_CTX *sealing; /* keyed, never used itself */
	EVP_CIPHER_CTX *opening;
	EVP_CIPHER_CTX *message; /* the copy that works */
};

struct siv_key *
siv_key_new(const uint8_t key[static SIV_KEY_SIZE])
{
	struct siv_key *made = memory_new(sizeof(*made));
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-128-SIV", NULL);

	made->sealing = EVP_CIPHER_CTX_new();
	made->opening = EVP_CIPHER_CTX_new();
	made->message = EVP_CIPHER_CTX_new();
	crypto_demand(cipher != NULL && made->sealing != NULL &&
			  made->opening != NULL && made->message != NULL,
	    "AES-SIV");
	crypto_demand(EVP_CIPHER_get_key_length(cipher) == SIV_KEY_SIZE &&
			  EVP_EncryptInit_ex2(
			      made->sealing, cipher, key, NULL, NULL) == 1 &&
			  EVP_DecryptInit_ex2(
			      made->opening, cipher, key, NULL, NULL) == 1,
	    "AES-SIV key");
	EVP_CIPHER_free(cipher);
	return made;
}

void
siv_key_free(struct siv_key *key)
{
	if (key == NULL)
		return;
	EVP_CIPHER_CTX_free(key->sealing);
	EVP_CIPHER_CTX_free(key->opening);
	EVP_CIPHER_CTX_free(key->message);
	free(key);
}

/* Empty associated data is not the same for all versions of OpenSSL. */
static void
check_sizes(struct str associated, size_t len)
{
	assert(associated.len >= 1 && associated.len <= INT_MAX);
	assert(len >= 1 && len <= INT_MAX);
}

void
siv_seal(const struct siv_key *key, struct str associated, const uint8_t *clear,
    size_t len, uint8_t *sealed, uint8_t tag[static SIV_TAG_SIZE])
{
	EVP_CIPHER_CTX *message = key->message;
	uint8_t nothing_more[SIV_TAG_SIZE];
	int written = 0, rest = 0;

	check_sizes(associated, len);
	crypto_demand(
	    EVP_CIPHER_CTX_copy(message, key->sealing) == 1 &&
		EVP_EncryptUpdate(message, NULL, &rest,
		    (const unsigned char *)associated.at,
		    (int)associated.len) == 1 &&
		EVP_EncryptUpdate(message, sealed, &written, clear, (int)len) ==
		    1 &&
		written == (int)len &&
		EVP_EncryptFinal_ex(message, nothing_more, &rest) == 1 &&
		rest == 0 &&
		EVP_CIPHER_CTX_ctrl(
		    message, EVP_CTRL_AEAD_GET_TAG, SIV_TAG_SIZE, tag) == 1,
	    "sealing");
}

bool
siv_open(const struct siv_key *key, struct str associated,
    const uint8_t *sealed, size_t len, const uint8_t tag[static SIV_TAG_SIZE],
    uint8_t *clear)
{
	EVP_CIPHER_CTX *message = key->message;
	uint8_t expected[SIV_TAG_SIZE], nothing_more[SIV_TAG_SIZE];
	int written = 0, rest = 0;
	bool belongs;

	check_sizes(associated, len);
	memcpy(expected, tag, SIV_TAG_SIZE);
	belongs = EVP_CIPHER_CTX_copy(message, key->opening) == 1 &&
		  EVP_CIPHER_CTX_ctrl(message, EVP_CTRL_AEAD_SET_TAG,
		      SIV_TAG_SIZE, expected) == 1 &&
		  EVP_DecryptUpdate(message, NULL, &rest,
		      (const unsigned char *)associated.at,
		      (int)associated.len) == 1 &&
		  EVP_DecryptUpdate(
		      message, clear, &written, sealed, (int)len) == 1 &&
		  written == (int)len &&
		  EVP_DecryptFinal_ex(message, nothing_more, &rest) == 1 &&
		  rest == 0;
	if (!belongs)
		bytes_wipe(clear, len);
	return belongs;
}
