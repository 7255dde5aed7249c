/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a decision is what it is: codes with the values they speak of.
 *
 * No words: those who show a reason have the reader's language.  Codes are kept
 * with decisions by name, so they may be moved but not renamed.
 */
#ifndef POLICY_REASON_H
#define POLICY_REASON_H

#include "base/str.h"

enum reason_code {
	REASON_ACCOUNT_DISABLED,
	REASON_ACCOUNT_LOCKED, /* at: until when */
	REASON_SERVICE_REFUSED,
	REASON_MEMBERSHIP_ENDED,
	REASON_ZONE_BLOCKED, /* text: zone */
	REASON_MODULE_OFF,
	REASON_NOTHING_NEEDED,
	REASON_LIVE_SESSION, /* asked for from the next sign-in on */
	REASON_VOLUNTARY, /* the person chose to be asked */
	REASON_OUTSIDE_ZONE, /* text: key of a zone that would have been in */
	REASON_BROWSER_UNKNOWN,
	REASON_COOKIE_PROBABLY_LOST, /* at: a similar one was trusted */
	REASON_BROWSER_NOT_TRUSTED, /* known, the box was never ticked */
	REASON_TRUST_EXPIRED, /* at, age, limit */
	REASON_TRUST_IDLE, /* at, age, limit */
	REASON_TRUST_REVOKED, /* at */
	REASON_TRUST_TOO_WEAK, /* count: the level that is needed */
	REASON_ALWAYS, /* no browser and no zone is trusted */
	REASON_SERVICE_NEEDS, /* count: the level */
	REASON_CODE_TOO_OLD, /* at, age, limit */
	REASON_CHANGE_NEEDS, /* at, age, limit: a change of protection */
	REASON_ADMINISTRATION_NEEDS,
	REASON_RENEW, /* the application asked for it */
	REASON_PASSWORD_TOO_OLD, /* at, age, limit */
	REASON_NEW_COUNTRY,
	REASON_NEW_NETWORK_OWNER,
	REASON_LONG_ABSENCE,
	REASON_FACTOR_RESET, /* at */
	REASON_MADE_MANDATORY, /* at */
	REASON_DEADLINE_PASSED, /* at; 0: "later" was chosen too often */
	REASON_DEADLINE_AHEAD, /* at; count: skips left, if limited */
	REASON_OFFERED, /* something may be set up, and nobody must */
	REASON_SKIP_ZONE, /* text: zone */
	REASON_SKIP_TRUST, /* at: trusted; until: POLICY_NONE has no end */
	REASON_SKIP_SESSION, /* at: when the code was given */
	REASON_NOTICE_ONLY,
	REASON_EXEMPT, /* until */
	REASON_NO_WAY_TO_ENROL,
	REASON_NO_USABLE_FACTOR,
	REASON_PIN_RESET_UNAVAILABLE,
	REASON_THROTTLED, /* at: from when on */
	REASON_COUNT
};

/* What a code does not speak of is 0. */
struct reason {
	enum reason_code code;
	struct str text; /* key of a zone */
	int64_t at, until, age, limit; /* microseconds */
	int64_t count;
};

/* "OUTSIDE_ZONE". */
const char *reason_name(enum reason_code);

#endif
