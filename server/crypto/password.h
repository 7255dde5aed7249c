/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashes: make, check, tell which are outdated.  Slow on purpose, so
 * never on an event loop.
 *
 * New hashes are Argon2id in PHC form.  Imported ones may be anything that
 * crypt(3) of this system knows (bcrypt, SHA-crypt, yescrypt).
 */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	PASSWORD_SHORTEST = 8, /* bytes, for a new password */
	PASSWORD_LONGEST = 1024, /* bytes, verbatim, never cut */
};

struct password_cost {
	uint32_t memory_kib; /* 19456 by default (OWASP: 19 MiB, t=2, p=1) */
	uint32_t passes;
	uint32_t lanes;
};

enum password_verdict {
	PASSWORD_WRONG,
	PASSWORD_RIGHT,
	PASSWORD_RIGHT_OUTDATED, /* right; hash again with today's cost */
};

/* With a new salt.  False if libargon2 refuses (no memory, wild cost). */
bool password_hash(struct str password, const struct password_cost *,
    struct buf *out) MUST_CHECK;

/*
 * Anything unreadable is PASSWORD_WRONG.  An empty `hash` (no account, or no
 * password set) is checked against a hash that nobody's password has, at
 * today's cost, so that it takes the same time.  A password of more than 72
 * bytes is PASSWORD_WRONG for a bcrypt hash, which knows nothing of the rest.
 */
enum password_verdict password_check(
    struct str password, struct str hash, const struct password_cost *);

/* Is this a hash that password_check() could find right? */
bool password_hash_is_known(struct str hash);

/*
 * NULL if it is; else what is wrong, to stand behind "the password ".  Costs
 * that nobody should have to bear at a sign-in are told here.
 */
const char *password_hash_trouble(struct str hash);

#endif
