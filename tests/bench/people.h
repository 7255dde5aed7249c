/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sessions that a measurement draws from, as `sessions` wrote them.
 *
 * One line a session: "NUMBER COOKIE ACCOUNT LOGIN KEY MAC", the MAC in
 * hexadecimal.  The same file fills the database, so the two cannot differ.
 */
#ifndef BENCH_PEOPLE_H
#define BENCH_PEOPLE_H

#include <stdint.h>

#include "base/memory.h"
#include "base/str.h"
#include "crypto/mac.h"

enum {
	PEOPLE_COOKIE_SIZE = 50, /* "TGT-", 45 characters and a NUL */
	PEOPLE_LOGIN_SIZE = 16,
};

struct person {
	int64_t session;
	char cookie[PEOPLE_COOKIE_SIZE];
	char login[PEOPLE_LOGIN_SIZE];
	uint8_t mac[MAC_SIZE];
};

struct people {
	struct person *list;
	size_t count;
	size_t next; /* of people_next() */
	uint64_t dice; /* state of people_draw() */
};

/* Lines `skip` and the `most` after it; says on stderr why it failed. */
bool people_read(
    struct people *, const char *path, size_t skip, size_t most) MUST_CHECK;
void people_free(struct people *);

/* Evenly from all of them, the same order in every run. */
const struct person *people_draw(struct people *);

/* One after the other; after the last the first again. */
const struct person *people_next(struct people *);

/* A number below `most`, from the same dice. */
uint64_t people_number(struct people *, uint64_t most);

#endif
