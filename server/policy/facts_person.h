/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person owns or was granted, as far as a decision looks at it.
 */
#ifndef POLICY_FACTS_PERSON_H
#define POLICY_FACTS_PERSON_H

#include "policy/settings.h"

enum {
	FACTS_ENROLMENTS_MOST = 16,
	FACTS_ADDRESSES_MOST = 8
};

/* An enrolment that is active: pending and revoked ones are not facts. */
struct facts_enrolment {
	enum factor factor; /* FACTOR_RECOVERY: unused codes are left */
	bool voluntary; /* set up although no policy demanded it */
	bool stopped; /* too many failures: until help or a reset */
	int64_t throttled_until;
	int64_t last_used_at;
};

struct facts_address {
	enum address_kind kind;
	enum address_source source;
	int64_t verified_at;
	int64_t changed_at; /* 0: it is still the first one on record */
	int64_t bounced_at;
};

/* `until` 0: there is none.  All conditions that are given must hold. */
struct facts_exemption {
	int64_t from, until;
	int64_t service; /* for this one only; 0: for all */
	struct str rule; /* for this rule only; empty: for all */
	struct str zone; /* only from this zone; empty: from anywhere */
	factor_set instead; /* what must be given in its place; 0: nothing */
};

#endif
