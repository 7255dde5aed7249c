/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of browsers as the database knows them.
 *
 * A journal holds no cookie and no ticket: what stands in it opens nothing, but
 * is the very value of a column, so that the checker can join the two.
 */
#ifndef FAULTS_SECRETS_H
#define FAULTS_SECRETS_H

#include "base/memory.h"
#include "base/str.h"

struct keys;

enum {
	SECRET_HASH_SIZE = 33 /* half of it in hexadecimal, and a NUL */
};

/* Complains on stderr and gives NULL. */
struct keys *keys_of_file(const char *path);

/* The start of session.mac; false if it is no cookie of these keys. */
bool session_hash(const struct keys *, struct str cookie,
    char out[static SECRET_HASH_SIZE]) MUST_CHECK;

/* The start of the SHA-256 of redemption.ticket. */
void ticket_hash(struct str ticket, char out[static SECRET_HASH_SIZE]);

/* The start of throttle.name of tries from browsers that are not known. */
void throttle_hash(
    const struct keys *, struct str login, char out[static SECRET_HASH_SIZE]);

#endif
