/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What virtual browsers do: the table of errands, and their stages.
 *
 * A stage is one request: how to ask, how to judge the answer, and what the
 * outcome is that leads on to the next stage.
 */
#ifndef FAULTS_ERRANDS_H
#define FAULTS_ERRANDS_H

#include "crew.h"

struct stage {
	const char *operation; /* its name in the journal */
	void (*ask)(const struct browser *, struct buf *request);
	/* Whom and what it is about: "USER A B" of the journal's line. */
	void (*describe)(const struct browser *, struct buf *);
	/* The outcome; adds what the journal's line says besides. */
	enum outcome (*judge)(
	    struct browser *, const struct answer *, struct buf *);
	enum outcome wanted;
	bool safe; /* may be asked again when its outcome is not known */
	bool insists; /* and is, however it came */
};

enum {
	STAGES_MOST = 4
};

struct errand_kind {
	const char *name;
	unsigned weight; /* share of the mix; 0: a proof at the end */
	bool needs_session;
	struct stage stages[STAGES_MOST];
};

/* Checks and takes over "name=weight,..."; NULL: the table's own weights. */
bool errands_mix(const char *text) MUST_CHECK;

/* By weight; for a browser without a session one that makes it one. */
const struct errand_kind *errand_choose(const struct browser *, uint64_t *dice);

/* Whether a session is alive, or has ended, as the last proof. */
extern const struct errand_kind errand_prove_alive;
extern const struct errand_kind errand_prove_ended;

/* Makes ready what the stages need. */
void errand_begin(struct browser *, const struct errand_kind *);

/* The server does not know the session: the browser forgets it. */
void errand_lost_session(struct browser *);

/* NULL behind the last one. */
const struct stage *errand_stage(const struct browser *);

#endif
