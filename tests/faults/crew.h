/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual browsers, and the rate at which they begin errands.
 *
 * Errands begin at fixed times whatever the server does.  Each request is in
 * the journal before it is sent, and its answer before anything follows from
 * it.
 */
#ifndef FAULTS_CREW_H
#define FAULTS_CREW_H

#include "base/buf.h"
#include "bench/histogram.h"
#include "browser.h"
#include "journal.h"

/* The latest of them, for the proofs at the end. */
struct session_ring {
	struct session *list;
	size_t room;
	uint64_t count; /* of all that were ever added */
};

struct crew_settings {
	size_t browsers;
	unsigned persons; /* person0 and on; victims likewise */
	unsigned victims;
	unsigned services; /* https://appN.faults.example/ */
	double rate; /* errands a second */
	size_t proofs; /* sessions of each kind that are proved at the end */
	const char *host;
	const char *mix; /* "name=weight,..."; NULL: as in the table */
	uint64_t seed;
};

struct crew {
	struct crew_settings settings;
	struct event_base *base;
	struct journal *journal;
	struct nodes *nodes;
	const struct keys *keys;
	struct event *tick;
	uint64_t dice;
	struct browser *list;
	struct browser **idle; /* a ring: who waits longest goes first */
	size_t idle_first;
	size_t idle_count;
	int64_t began_at; /* 0: not yet */
	uint64_t begun;
	uint64_t late; /* should have begun when nobody was idle */
	bool stopping; /* nothing new, then the proofs */
	struct session_ring alive; /* left behind, never signed out */
	struct session_ring ended; /* signed out, and acknowledged */
	size_t proofs_done;
	uint64_t sequence;
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t retried; /* after a kept connection had ended */
	uint64_t moved; /* to another node, before anything was sent */
	uint64_t failed; /* requests without an answer that says anything */
	struct histogram latency; /* of errands that went well, nanoseconds */
	uint64_t errands_done;
	char example[512]; /* the first wrong answer */
};

/* False, and a line on stderr, if the mix is unknown. */
bool crew_start(struct crew *) MUST_CHECK;

/* Ends what is under way, proves the sessions, then breaks the loop. */
void crew_stop(struct crew *);

void crew_clear(struct crew *);

void session_ring_add(struct session_ring *, const struct session *);

#endif
