/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same computations as in web/grant.c and web/known_browser.c.
 */
#include "secrets.h"

#include <openssl/sha.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/mac.h"

enum {
	HANDLE_SIZE = 33,
	HANDLE_DIGITS = 45,
	KEY_FILE_LARGEST = 64 * 1024,
};

#define COOKIE_PREFIX STR("TGT-")

struct keys *
keys_of_file(const char *path)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(KEY_FILE_LARGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	FILE *file = fopen(path, "rb");
	struct keys *keys;
	char *room;

	if (file == NULL) {
		perror(path);
		return NULL;
	}
	room = buf_reserve(&text, KEY_FILE_LARGEST - 1);
	text.len = fread(room, 1, KEY_FILE_LARGEST - 1, file);
	fclose(file);
	keys = keys_parse(buf_str(&text), &why);
	if (keys == NULL)
		fprintf(stderr, "%s: %s\n", path, buf_cstr(&why));
	return keys;
}

static void
hash_spell(const uint8_t *hash, char out[static SECRET_HASH_SIZE])
{
	CLEANUP(buf_clear) struct buf hex = BUF_INIT(SECRET_HASH_SIZE);

	bytes_hex(&hex, hash, (SECRET_HASH_SIZE - 1) / 2);
	memcpy(out, buf_cstr(&hex), SECRET_HASH_SIZE);
}

bool
session_hash(const struct keys *keys, struct str cookie,
    char out[static SECRET_HASH_SIZE])
{
	uint8_t handle[HANDLE_SIZE], mac[MAC_SIZE];
	struct str part = { (const char *)handle, HANDLE_SIZE };
	const struct mac_key *key;

	if (cookie.len != COOKIE_PREFIX.len + HANDLE_DIGITS ||
	    !str_starts(cookie, COOKIE_PREFIX) ||
	    !bytes_from_base62(
		str_from(cookie, COOKIE_PREFIX.len), handle, sizeof(handle)))
		return false;
	key = keys_mac(keys, handle[0], MAC_SESSION_COOKIE);
	if (key == NULL)
		return false;
	mac_compute(key, &part, 1, mac);
	hash_spell(mac, out);
	return true;
}

void
ticket_hash(struct str ticket, char out[static SECRET_HASH_SIZE])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)ticket.at, ticket.len, hash);
	hash_spell(hash, out);
}

void
throttle_hash(const struct keys *keys, struct str login,
    char out[static SECRET_HASH_SIZE])
{
	const struct str parts[] = { STR("world"), STR_NONE, login };
	uint8_t mac[MAC_SIZE];

	mac_compute(keys_mac(keys, keys_newest(keys), MAC_THROTTLE), parts,
	    COUNT_OF(parts), mac);
	hash_spell(mac, out);
}
