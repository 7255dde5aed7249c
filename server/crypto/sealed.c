/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-256-GCM with a new random nonce for each text.
 *
 * A context keeps its key and is started anew by giving it a nonce, so a key is
 * in use while a text is sealed or opened, const or not: it belongs to one
 * thread.  The nonce is drawn here and not an argument: one that came twice
 * under a key would give away both texts and the key of the tags.
 */
#include "crypto/sealed.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "crypto/demand.h"
#include "crypto/random.h"

struct sealed_key {
	EVP_CIPHER_CTX *sealing;
	EVP_CIPHER_CTX *opening;
};

enum {
	ROW_SIZE = 8,
	PLACE_MOST =
	    1 + SEALED_NAME_LONGEST + 1 + SEALED_NAME_LONGEST + ROW_SIZE,
};

/* A place as associated data; both names are led by their length, so that no
 * two places are written alike. */
struct associated {
	uint8_t bytes[PLACE_MOST];
	int len;
};

struct sealed_key *
sealed_key_new(const uint8_t key[static SEALED_KEY_SIZE])
{
	struct sealed_key *made = memory_new(sizeof(*made));
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);

	made->sealing = EVP_CIPHER_CTX_new();
	made->opening = EVP_CIPHER_CTX_new();
	crypto_demand(
	    cipher != NULL && made->sealing != NULL && made->opening != NULL,
	    "AES-GCM");
	crypto_demand(
	    EVP_CIPHER_get_key_length(cipher) == SEALED_KEY_SIZE &&
		EVP_CIPHER_get_iv_length(cipher) == SEALED_NONCE_SIZE &&
		EVP_EncryptInit_ex2(made->sealing, cipher, key, NULL, NULL) ==
		    1 &&
		EVP_DecryptInit_ex2(made->opening, cipher, key, NULL, NULL) ==
		    1,
	    "AES-GCM key");
	EVP_CIPHER_free(cipher);
	return made;
}

void
sealed_key_free(struct sealed_key *key)
{
	if (key == NULL)
		return;
	EVP_CIPHER_CTX_free(key->sealing);
	EVP_CIPHER_CTX_free(key->opening);
	free(key);
}

static void
associated_add(struct associated *associated, const void *at, size_t len)
{
	memcpy(associated->bytes + associated->len, at, len);
	associated->len += (int)len;
}

static void
associated_add_name(struct associated *associated, struct str name)
{
	uint8_t len = (uint8_t)name.len;

	assert(name.len >= 1 && name.len <= SEALED_NAME_LONGEST);
	associated_add(associated, &len, sizeof(len));
	associated_add(associated, name.at, name.len);
}

static struct associated
associated_make(const struct sealed_place *place)
{
	struct associated made = { .len = 0 };
	uint8_t row[ROW_SIZE];

	bytes_put_be(row, sizeof(row), (uint64_t)place->row);
	associated_add_name(&made, place->table);
	associated_add_name(&made, place->column);
	associated_add(&made, row, sizeof(row));
	return made;
}

void
sealed_make(const struct sealed_key *key, const struct sealed_place *place,
    const uint8_t *clear, size_t len, uint8_t *sealed)
{
	struct associated associated = associated_make(place);
	uint8_t *nonce = sealed, *text = nonce + SEALED_NONCE_SIZE;
	uint8_t *tag = text + len, nothing_more[SEALED_TAG_SIZE];
	int written = 0, rest = 0;

	assert(len >= 1 && len <= INT_MAX);
	random_bytes(nonce, SEALED_NONCE_SIZE);
	crypto_demand(
	    EVP_EncryptInit_ex2(key->sealing, NULL, NULL, nonce, NULL) == 1 &&
		EVP_EncryptUpdate(key->sealing, NULL, &rest, associated.bytes,
		    associated.len) == 1 &&
		EVP_EncryptUpdate(
		    key->sealing, text, &written, clear, (int)len) == 1 &&
		written == (int)len &&
		EVP_EncryptFinal_ex(key->sealing, nothing_more, &rest) == 1 &&
		rest == 0 &&
		EVP_CIPHER_CTX_ctrl(key->sealing, EVP_CTRL_AEAD_GET_TAG,
		    SEALED_TAG_SIZE, tag) == 1,
	    "sealing");
}

bool
sealed_open(const struct sealed_key *key, const struct sealed_place *place,
    const uint8_t *sealed, size_t len, uint8_t *clear)
{
	struct associated associated = associated_make(place);
	uint8_t expected[SEALED_TAG_SIZE], nothing_more[SEALED_TAG_SIZE];
	int written = 0, rest = 0;
	size_t clear_len;
	bool belongs;

	if (len <= SEALED_EXTRA || len - SEALED_EXTRA > INT_MAX)
		return false;
	clear_len = len - SEALED_EXTRA;
	memcpy(
	    expected, sealed + SEALED_NONCE_SIZE + clear_len, sizeof(expected));
	belongs =
	    EVP_DecryptInit_ex2(key->opening, NULL, NULL, sealed, NULL) == 1 &&
	    EVP_DecryptUpdate(key->opening, NULL, &rest, associated.bytes,
		associated.len) == 1 &&
	    EVP_DecryptUpdate(key->opening, clear, &written,
		sealed + SEALED_NONCE_SIZE, (int)clear_len) == 1 &&
	    written == (int)clear_len &&
	    EVP_CIPHER_CTX_ctrl(key->opening, EVP_CTRL_AEAD_SET_TAG,
		SEALED_TAG_SIZE, expected) == 1 &&
	    EVP_DecryptFinal_ex(key->opening, nothing_more, &rest) == 1 &&
	    rest == 0;
	if (!belongs)
		bytes_wipe(clear, clear_len);
	return belongs;
}
