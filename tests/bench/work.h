/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one iteration of a load asks, and what the answers must say.
 *
 * An iteration is one or more requests on one connection, each sent when the
 * answer before it has been judged.  An answer that is wrong is counted, and
 * ends its iteration; nothing is ever left unlooked at for speed.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "base/buf.h"
#include "cas/ticket.h"
#include "load/answer.h"
#include "people.h"

enum {
	WORK_PATHS_MOST = 2,
	COOKIE_SIZE = 96, /* with a NUL */
};

struct work_settings {
	const char *kind; /* get, sso, pair, forged, logout or sign-in */
	const char *host; /* of the Host field */
	const char *prefix; /* of the CAS paths, "/cas" */
	const char *paths[WORK_PATHS_MOST]; /* for get: asked in turn */
	const char *expect; /* for get: the body must contain it; or NULL */
	unsigned services; /* registered: https://appN.bench.example/ */
	unsigned replay_each; /* one in so many tickets is tried twice */
};

/* The iteration that is under way on a connection. */
struct errand {
	unsigned stage;
	unsigned service;
	const struct person *person;
	char ticket[TICKET_LENGTH + 1];
	/* What a sign-in has of the pages before. */
	char form_cookie[COOKIE_SIZE];
	char sign_in_cookie[COOKIE_SIZE];
	char token[COOKIE_SIZE];
};

enum verdict {
	VERDICT_AGAIN, /* right; another request follows */
	VERDICT_DONE,
	VERDICT_WRONG,
};

struct work_kind;

struct work {
	struct work_settings settings;
	const struct work_kind *kind;
	struct people people;
	char (*forged)[TICKET_LENGTH + 1];
	uint64_t granted; /* tickets */
	uint64_t accepted; /* validations with the right user; or logouts */
	uint64_t replayed;
	uint64_t doubly_accepted;
	uint64_t wrong_user;
	uint64_t other_wrong;
	char example[512]; /* the first answer that was wrong */
};

/* False if there is no such kind of work. */
bool work_start(struct work *, const struct work_settings *) MUST_CHECK;
void work_end(struct work *);

/* Whether it draws from `people`, which the caller fills. */
bool work_needs_people(const struct work *);

void errand_begin(struct work *, struct errand *);

/* Adds the next request. */
void errand_ask(struct work *, struct errand *, struct buf *out);

enum verdict errand_judge(
    struct work *, struct errand *, const struct answer *) MUST_CHECK;

#endif
