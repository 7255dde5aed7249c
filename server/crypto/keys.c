/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of an installation.
 *
 * Everything is derived when the file is read; the secrets of the file are not
 * kept.  A label below is part of every stored hash and live ticket: changing
 * one has the effect of losing the key file.
 */
#include "crypto/keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/demand.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "crypto/sealed.h"
#include "crypto/siv.h"

enum {
	SECRET_SIZE = 32,
	DERIVED_SIZE = 32,
	NUMBER_MOST = 255,
};

static const char *const mac_labels[MAC_PURPOSE_COUNT] = {
	[MAC_SESSION_COOKIE] = "portillon session cookie",
	[MAC_REST_TICKET] = "portillon rest ticket",
	[MAC_SIGN_IN_COOKIE] = "portillon sign-in cookie",
	[MAC_TRUSTED_BROWSER] = "portillon trusted browser",
	[MAC_LOGIN_FORM] = "portillon login form",
	[MAC_SERVICE_URL] = "portillon service url",
	[MAC_THROTTLE] = "portillon throttle",
	[MAC_KNOWN_BROWSER] = "portillon known browser",
	[MAC_EMAIL_CODE] = "portillon email code",
	[MAC_PROXY_GRANT] = "portillon proxy grant",
	[MAC_OPAQUE_NAME] = "portillon opaque name",
	[MAC_KEY_CHECK] = "portillon key check",
};

static const char *const siv_labels[SIV_PURPOSE_COUNT] = {
	[SIV_SERVICE_TICKET] = "portillon service ticket",
	[SIV_PROXY_TICKET] = "portillon proxy ticket",
};

static const char *const seal_labels[SEAL_PURPOSE_COUNT] = {
	[SEAL_TOTP_SECRET] = "portillon totp secret",
	[SEAL_OUTBOX] = "portillon outbox",
};

struct generation {
	struct mac_key *mac[MAC_PURPOSE_COUNT];
	struct siv_key *siv[SIV_PURPOSE_COUNT];
	struct sealed_key *sealed[SEAL_PURPOSE_COUNT];
	int64_t check;
};

struct keys {
	struct generation *generations[NUMBER_MOST + 1];
	unsigned newest;
};

/* HKDF-SHA-256 without salt: the secret is uniformly random already. */
static void
derive(EVP_KDF_CTX *hkdf, const uint8_t secret[static SECRET_SIZE],
    const char *label, uint8_t out[static DERIVED_SIZE])
{
	char digest[] = "SHA256";
	uint8_t key[SECRET_SIZE];
	struct str words = str_of(label);
	char info[64];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, key, sizeof(key)),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, info, words.len),
		OSSL_PARAM_construct_end(),
	};

	crypto_demand(words.len > 0 && words.len <= sizeof(info), "HKDF label");
	memcpy(key, secret, sizeof(key));
	memcpy(info, words.at, words.len);
	crypto_demand(
	    EVP_KDF_derive(hkdf, out, DERIVED_SIZE, params) == 1, "HKDF");
	bytes_wipe(key, sizeof(key));
}

static int64_t
generation_check(const struct generation *generation)
{
	uint8_t mac[MAC_SIZE];
	int64_t check;

	mac_compute(generation->mac[MAC_KEY_CHECK], &STR("check"), 1, mac);
	check = (int64_t)(bytes_get_be(mac, 8) >> 1);
	return check > 0 ? check : 1;
}

static struct generation *
generation_new(const uint8_t secret[static SECRET_SIZE])
{
	struct generation *made = memory_new(sizeof(*made));
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *hkdf = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	uint8_t key[DERIVED_SIZE];

	crypto_demand(hkdf != NULL, "HKDF");
	for (size_t i = 0; i < MAC_PURPOSE_COUNT; i++) {
		derive(hkdf, secret, mac_labels[i], key);
		made->mac[i] = mac_key_new(key, sizeof(key));
	}
	for (size_t i = 0; i < SIV_PURPOSE_COUNT; i++) {
		derive(hkdf, secret, siv_labels[i], key);
		made->siv[i] = siv_key_new(key);
	}
	for (size_t i = 0; i < SEAL_PURPOSE_COUNT; i++) {
		derive(hkdf, secret, seal_labels[i], key);
		made->sealed[i] = sealed_key_new(key);
	}
	made->check = generation_check(made);
	bytes_wipe(key, sizeof(key));
	EVP_KDF_CTX_free(hkdf);
	EVP_KDF_free(kdf);
	return made;
}

static void
generation_free(struct generation *generation)
{
	if (generation == NULL)
		return;
	for (size_t i = 0; i < MAC_PURPOSE_COUNT; i++)
		mac_key_free(generation->mac[i]);
	for (size_t i = 0; i < SIV_PURPOSE_COUNT; i++)
		siv_key_free(generation->siv[i]);
	for (size_t i = 0; i < SEAL_PURPOSE_COUNT; i++)
		sealed_key_free(generation->sealed[i]);
	free(generation);
}

/* NULL, or what is wrong with the line: never with its secret in it. */
static const char *
keys_read_line(struct keys *keys, struct str line)
{
	struct str number, spelled;
	uint8_t secret[SECRET_SIZE];
	uint64_t id = 0;

	if (!str_cut(line, ' ', &number, &spelled) ||
	    !str_number(number, NUMBER_MOST, &id) || id == 0)
		return "a key is a number from 1 to 255, a space, a secret";
	if (keys->generations[id] != NULL)
		return "this number stands twice";
	if (!bytes_from_base64url(str_trim(spelled), secret, sizeof(secret)))
		return "the secret must be 32 bytes in base64url";
	keys->generations[id] = generation_new(secret);
	bytes_wipe(secret, sizeof(secret));
	if (id > keys->newest)
		keys->newest = (unsigned)id;
	return NULL;
}

static const char *
keys_read(struct keys *keys, struct str text, uint64_t *line_number)
{
	struct str line, rest = text;
	const char *wrong = NULL;

	while (rest.len > 0 && wrong == NULL) {
		(*line_number)++;
		str_cut(rest, '\n', &line, &rest);
		line = str_trim(line);
		if (line.len > 0 && line.at[0] != '#')
			wrong = keys_read_line(keys, line);
	}
	return wrong;
}

struct keys *
keys_parse(struct str text, struct buf *why)
{
	struct keys *keys = memory_new(sizeof(*keys));
	uint64_t line_number = 0;
	const char *wrong = keys_read(keys, text, &line_number);

	if (wrong != NULL)
		buf_format(why, "line %llu: %s",
		    (unsigned long long)line_number, wrong);
	else if (keys->newest == 0)
		buf_words(why, "there is no key in the file");
	else
		return keys;
	keys_free(keys);
	return NULL;
}

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i <= NUMBER_MOST; i++)
		generation_free(keys->generations[i]);
	free(keys);
}

static const struct generation *
keys_generation(const struct keys *keys, unsigned id)
{
	return id <= NUMBER_MOST ? keys->generations[id] : NULL;
}

const struct mac_key *
keys_mac(const struct keys *keys, unsigned id, enum mac_purpose purpose)
{
	const struct generation *found = keys_generation(keys, id);

	return found != NULL ? found->mac[purpose] : NULL;
}

const struct siv_key *
keys_siv(const struct keys *keys, unsigned id, enum siv_purpose purpose)
{
	const struct generation *found = keys_generation(keys, id);

	return found != NULL ? found->siv[purpose] : NULL;
}

const struct sealed_key *
keys_sealed(const struct keys *keys, unsigned id, enum seal_purpose purpose)
{
	const struct generation *found = keys_generation(keys, id);

	return found != NULL ? found->sealed[purpose] : NULL;
}

unsigned
keys_newest(const struct keys *keys)
{
	return keys->newest;
}

int64_t
keys_check(const struct keys *keys, unsigned id)
{
	const struct generation *found = keys_generation(keys, id);

	return found != NULL ? found->check : 0;
}

static void
keys_write_line(struct buf *out, unsigned id)
{
	uint8_t secret[SECRET_SIZE];

	random_bytes(secret, sizeof(secret));
	buf_number(out, id);
	buf_char(out, ' ');
	bytes_base64url(out, secret, sizeof(secret));
	buf_char(out, '\n');
	bytes_wipe(secret, sizeof(secret));
}

void
keys_write_new(struct buf *out)
{
	buf_words(out,
	    "# The secret keys of this Portillon installation, one line each:\n"
	    "# a number from 1 to 255, a space, 32 random bytes in base64url.\n"
	    "# Every node needs the same file.  Whoever reads it can forge\n"
	    "# tickets; whoever loses it signs everybody out.  Mode 0600.\n");
	keys_write_line(out, 1);
}

void
keys_write_added(struct buf *out, struct str text, unsigned id)
{
	buf_text(out, text);
	if (text.len > 0 && !str_ends(text, STR("\n")))
		buf_char(out, '\n');
	keys_write_line(out, id);
}

static bool
keys_line_is(struct str line, unsigned id)
{
	struct str number, spelled;
	uint64_t value;

	return str_cut(str_trim(line), ' ', &number, &spelled) &&
	       str_number(number, NUMBER_MOST, &value) && value == id;
}

void
keys_write_without(struct buf *out, struct str text, unsigned id)
{
	struct str line, rest = text;

	while (rest.len > 0) {
		size_t end = str_find(rest, '\n');

		line = str_first(rest, end + 1);
		rest = str_from(rest, line.len);
		if (!keys_line_is(str_first(line, end), id))
			buf_text(out, line);
	}
}
