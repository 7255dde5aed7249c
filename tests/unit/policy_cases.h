/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People, places and policies for the tests of decisions.
 */
#ifndef UNIT_POLICY_CASES_H
#define UNIT_POLICY_CASES_H

#include "policy/decide.h"
#include "policy/policy.h"

#define HOUR (3600 * POLICY_SECOND)
#define NOW (INT64_C(1795420800) * POLICY_SECOND) /* 2026-11-23 08:00 UTC */
#define BEFORE (INT64_C(1769904000) * POLICY_SECOND) /* 2026-02-01 */

/* What a person has, and where they are. */
enum {
	HAS_PIN = 1 << 0,
	HAS_TOTP = 1 << 1,
	HAS_CODES = 1 << 2,
	HAS_NOTICE = 1 << 3,
	TOTP_STOPPED = 1 << 4,
	NO_ADDRESS = 1 << 5,
	ADDRESS_BOUNCES = 1 << 6,
	ON_CAMPUS = 1 << 7,
	KNOWN_BROWSER = 1 << 8, /* signed in with it before */
	TRUSTED_BROWSER = 1 << 9, /* see the days of the case */
	REVOKED_BROWSER = 1 << 10,
	SIMILAR_BROWSER = 1 << 11, /* like one that was trusted */
	LIVE_VERIFIED = 1 << 12, /* a session of an hour, code given */
	LIVE_UNASKED = 1 << 13, /* of an hour, nothing was demanded then */
	EXEMPTED = 1 << 14,
	FORGOT_PIN = 1 << 15,
	REMOVED = 1 << 16, /* removed the own generator */
	LIVE_RECOVERED = 1 << 17 /* a recovery code was given just now */
};

struct facts facts_of(unsigned has, int64_t now);

/* A policy of deploy/policies with the first `from` replaced by `to`. */
struct policy *policy_with(const char *name, const char *from, const char *to);

/* Decides at NOW, and notes which reasons were reached. */
struct decision decided(const struct policy *, const struct facts *);
bool was_reached(enum reason_code);

/* NULL if the decision has no such reason. */
const struct reason *reason_of(const struct decision *, enum reason_code);

/* Fails unless this is the outcome and the reason among the others. */
void expect(const struct policy *, const struct facts *, enum outcome,
    enum reason_code);

#endif
