/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names under which reasons and outcomes are kept.
 */
#include "policy/reason.h"

#include "policy/decide.h"

#define NAME(code) [REASON_##code] = #code

static const char *const reasons[REASON_COUNT] = {
	NAME(ACCOUNT_DISABLED),
	NAME(ACCOUNT_LOCKED),
	NAME(SERVICE_REFUSED),
	NAME(MEMBERSHIP_ENDED),
	NAME(ZONE_BLOCKED),
	NAME(MODULE_OFF),
	NAME(NOTHING_NEEDED),
	NAME(LIVE_SESSION),
	NAME(VOLUNTARY),
	NAME(OUTSIDE_ZONE),
	NAME(BROWSER_UNKNOWN),
	NAME(COOKIE_PROBABLY_LOST),
	NAME(BROWSER_NOT_TRUSTED),
	NAME(TRUST_EXPIRED),
	NAME(TRUST_IDLE),
	NAME(TRUST_REVOKED),
	NAME(TRUST_TOO_WEAK),
	NAME(ALWAYS),
	NAME(SERVICE_NEEDS),
	NAME(CODE_TOO_OLD),
	NAME(CHANGE_NEEDS),
	NAME(ADMINISTRATION_NEEDS),
	NAME(RENEW),
	NAME(PASSWORD_TOO_OLD),
	NAME(NEW_COUNTRY),
	NAME(NEW_NETWORK_OWNER),
	NAME(LONG_ABSENCE),
	NAME(FACTOR_RESET),
	NAME(MADE_MANDATORY),
	NAME(DEADLINE_PASSED),
	NAME(DEADLINE_AHEAD),
	NAME(OFFERED),
	NAME(SKIP_ZONE),
	NAME(SKIP_TRUST),
	NAME(SKIP_SESSION),
	NAME(NOTICE_ONLY),
	NAME(EXEMPT),
	NAME(NO_WAY_TO_ENROL),
	NAME(NO_USABLE_FACTOR),
	NAME(PIN_RESET_UNAVAILABLE),
	NAME(THROTTLED),
};

static const char *const outcomes[] = {
	[OUTCOME_DENY] = "deny",
	[OUTCOME_REAUTH] = "reauth",
	[OUTCOME_FORCE_CHOICE] = "force_choice",
	[OUTCOME_CHALLENGE] = "challenge",
	[OUTCOME_FORCE_ENROL] = "force_enrol",
	[OUTCOME_OFFER] = "offer",
	[OUTCOME_ALLOW_AND_NOTIFY] = "allow_and_notify",
	[OUTCOME_ALLOW] = "allow",
};

const char *
reason_name(enum reason_code code)
{
	return reasons[code];
}

const char *
outcome_name(enum outcome outcome)
{
	return outcomes[outcome];
}
