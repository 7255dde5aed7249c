/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS context of a listener.
 *
 * No session tickets: their default key would live as long as the process, and
 * full handshakes with P-256 are cheap.
 */
#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/memory.h"

enum {
	KEY_TEXT_PIECE = 4096
};

static const char suites_tls12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

static SSL_CTX *
tls_refuse(SSL_CTX *context, struct buf *why, const char *what)
{
	char reason[256];

	ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
	ERR_clear_error();
	buf_format(why, "%s: %s", what, reason);
	SSL_CTX_free(context);
	return NULL;
}

/* Nobody sits there to type it. */
static int
tls_no_passphrase(char *out, int size, int writing, void *argument)
{
	(void)out, (void)size, (void)writing, (void)argument;
	return -1;
}

/* Through a buffer of ours: that of the C library is not wiped. */
static EVP_PKEY *
tls_read_key(const char *file)
{
	char *piece = memory_new(KEY_TEXT_PIECE);
	BIO *bio = BIO_new_file(file, "r");
	FILE *stream = NULL;
	EVP_PKEY *key = NULL;

	if (bio != NULL && BIO_get_fp(bio, &stream) == 1 &&
	    setvbuf(stream, piece, _IOFBF, KEY_TEXT_PIECE) == 0)
		key =
		    PEM_read_bio_PrivateKey(bio, NULL, tls_no_passphrase, NULL);
	BIO_free(bio);
	bytes_wipe(piece, KEY_TEXT_PIECE);
	free(piece);
	return key;
}

static bool
tls_use_key(SSL_CTX *context, const char *file)
{
	EVP_PKEY *key = tls_read_key(file);
	bool used = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
		    SSL_CTX_check_private_key(context) == 1;

	EVP_PKEY_free(key);
	return used;
}

SSL_CTX *
tls_context_new(
    const char *certificate_file, const char *key_file, struct buf *why)
{
	char groups[] = "X25519:P-256:P-384"; /* a macro wants it writable */
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL)
		return tls_refuse(NULL, why, "OpenSSL");
	SSL_CTX_set_options(context,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
		SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_IGNORE_UNEXPECTED_EOF |
		SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(context, suites_tls12) != 1 ||
	    SSL_CTX_set1_groups_list(context, groups) != 1 ||
	    SSL_CTX_set_num_tickets(context, 0) != 1)
		return tls_refuse(context, why, "TLS settings");
	if (SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1)
		return tls_refuse(context, why, certificate_file);
	if (!tls_use_key(context, key_file))
		return tls_refuse(context, why, key_file);
	return context;
}

void
tls_context_free(SSL_CTX *context)
{
	SSL_CTX_free(context);
}
