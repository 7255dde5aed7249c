/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts in, decision out: may they pass, what must they show, and why.
 *
 * The same function serves sign-in, ticket issue, dashboard, simulator and
 * tests.  It is asked again after each thing that was shown (with the session
 * brought up to date) until it says allow; `then` is only a look ahead.  Views
 * in a decision point into the policy and the facts.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "policy/facts.h"
#include "policy/reason.h"

struct policy;

/* Where several apply, the first counts. */
enum outcome {
	OUTCOME_DENY,
	OUTCOME_REAUTH, /* the password again */
	OUTCOME_FORCE_CHOICE, /* choose one of set_up and set it up */
	OUTCOME_CHALLENGE, /* one of factors[] */
	OUTCOME_FORCE_ENROL, /* set up one of set_up, having shown proofs */
	OUTCOME_OFFER, /* the same with "later"; they may pass */
	OUTCOME_ALLOW_AND_NOTIFY,
	OUTCOME_ALLOW
};

/* How the level was reached. */
enum passed_by {
	PASSED_BY_NOTHING,
	PASSED_BY_VERIFICATION,
	PASSED_BY_TRUSTED_BROWSER,
	PASSED_BY_ZONE,
	PASSED_BY_EXEMPTION
};

enum {
	DECISION_REASONS_MOST = 16,
	DECISION_FLOORS_MOST = 8
};

struct decision {
	enum outcome outcome;
	enum outcome then; /* after a challenge or allow: or OUTCOME_ALLOW */
	struct reason reasons[DECISION_REASONS_MOST]; /* the weightiest first */
	size_t reason_count;
	enum factor factors[FACTOR_COUNT]; /* any of them, preferred first */
	size_t factor_count;
	factor_set set_up; /* what may be set up here, now or then */
	/* Bits of enum proof: any one before setting up; with PROOF_PASSWORD
	 * among them nothing more than was shown already. */
	unsigned proofs;
	unsigned addresses; /* bits: which of the facts' take a mail code */
	int64_t deadline; /* of an offer; 0: none */
	int64_t skips_left; /* of an offer; -1: not counted */
	enum remember remember; /* after a challenge: may it be trusted */
	unsigned level_needed, level; /* level: reached when they pass */
	enum passed_by passed_by;
	bool notify; /* tell the person of an unknown browser */
	struct str profile, rule; /* names; rule empty: the default */
	struct str floors[DECISION_FLOORS_MOST]; /* that changed something */
	size_t floor_count;
	uint64_t changed; /* bits of the settings that floors changed */
	struct str
	    report_rule; /* a rule on trial that would have decided ... */
	enum outcome report_outcome; /* ... and what; empty: none */
	struct policy_settings settings; /* as in effect */
};

struct decision policy_decide(
    const struct policy *, const struct facts *, int64_t now);

/* "force_enrol": as it is kept with a decision. */
const char *outcome_name(enum outcome);

/*
 * Of two tenants' decisions about one person the stricter: the dashboard and
 * a sign-in without an application belong to no tenant.
 */
const struct decision *decision_stricter(
    const struct decision *, const struct decision *);

#endif
