/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of an installation: several generations, one of them active.
 *
 * The key file has one line a generation, "N SECRET": N from 1 to 255, SECRET
 * 32 random bytes in base64url.  Lines that start with '#' are comments.
 * Every purpose has its own key, derived from a generation's secret by
 * HKDF-SHA-256 (RFC 5869) with the purpose's label, so that a value made for
 * one purpose never passes for another.
 */
#ifndef CRYPTO_KEYS_H
#define CRYPTO_KEYS_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct mac_key;
struct sealed_key;
struct siv_key;

enum mac_purpose {
	MAC_SESSION_COOKIE, /* stored handles of sign-on sessions */
	MAC_REST_TICKET, /* the same, of those that were opened by REST */
	MAC_SIGN_IN_COOKIE, /* handles of sign-ins in progress */
	MAC_TRUSTED_BROWSER, /* secrets of browsers */
	MAC_LOGIN_FORM, /* forgery tokens of the sign-in form */
	MAC_SERVICE_URL, /* the service inside a ticket */
	MAC_THROTTLE, /* names under which failures are counted */
	MAC_KNOWN_BROWSER, /* proofs that an account used a browser before */
	MAC_EMAIL_CODE, /* codes sent by mail, as they are stored */
	MAC_PROXY_GRANT, /* stored handles of proxy-granting tickets */
	MAC_OPAQUE_NAME, /* what one application calls a person */
	MAC_KEY_CHECK, /* what two nodes may compare of a generation */
	MAC_PURPOSE_COUNT,
};

enum siv_purpose {
	SIV_SERVICE_TICKET,
	SIV_PROXY_TICKET,
	SIV_PURPOSE_COUNT,
};

enum seal_purpose {
	SEAL_TOTP_SECRET, /* secrets of authenticator apps */
	SEAL_OUTBOX, /* what waits to be delivered */
	SEAL_PURPOSE_COUNT,
};

/* Even const, they belong to one thread. */
struct keys;

/*
 * Reads the text of a key file and derives all keys.  NULL and a sentence in
 * `why` if a line is wrong, a number stands twice, or there is no key.
 */
struct keys *keys_parse(struct str text, struct buf *why);
void keys_free(struct keys *);

/* The key of generation `id` for a purpose, NULL if there is none. */
const struct mac_key *keys_mac(
    const struct keys *, unsigned id, enum mac_purpose);
const struct siv_key *keys_siv(
    const struct keys *, unsigned id, enum siv_purpose);
const struct sealed_key *keys_sealed(
    const struct keys *, unsigned id, enum seal_purpose);

/* The highest generation number in the file. */
unsigned keys_newest(const struct keys *);

/*
 * A number above 0 that tells two secrets apart and gives neither away; 0 if
 * there is no such generation.
 */
int64_t keys_check(const struct keys *, unsigned id);

/* A whole new key file with one generation, number 1. */
void keys_write_new(struct buf *out);

/* The text of a key file with one more generation, whose secret is new. */
void keys_write_added(struct buf *out, struct str text, unsigned id);

/* The text of a key file without a generation; all else stays as it is. */
void keys_write_without(struct buf *out, struct str text, unsigned id);

#endif
