/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasons that pages have words for, and what the words speak of.
 *
 * A reason that is not here is not shown to people.
 */
#include "web/code_pages.h"

#include "web/page_fields.h"

/* clang-format off */

#define WHY(name, code) \
	{ #name, TEMPLATE_FLAG, offsetof(struct why_item, is[REASON_##code]), \
	    NULL, 0 }

const struct template_field why_fields[] = {
	WHY(account_disabled, ACCOUNT_DISABLED),
	WHY(account_locked, ACCOUNT_LOCKED),
	WHY(service_refused, SERVICE_REFUSED),
	WHY(membership_ended, MEMBERSHIP_ENDED),
	WHY(zone_blocked, ZONE_BLOCKED),
	WHY(voluntary, VOLUNTARY),
	WHY(outside_zone, OUTSIDE_ZONE),
	WHY(browser_unknown, BROWSER_UNKNOWN),
	WHY(cookie_probably_lost, COOKIE_PROBABLY_LOST),
	WHY(browser_not_trusted, BROWSER_NOT_TRUSTED),
	WHY(trust_expired, TRUST_EXPIRED),
	WHY(trust_idle, TRUST_IDLE),
	WHY(trust_revoked, TRUST_REVOKED),
	WHY(trust_too_weak, TRUST_TOO_WEAK),
	WHY(always, ALWAYS),
	WHY(service_needs, SERVICE_NEEDS),
	WHY(code_too_old, CODE_TOO_OLD),
	WHY(change_needs, CHANGE_NEEDS),
	WHY(administration_needs, ADMINISTRATION_NEEDS),
	WHY(renew, RENEW),
	WHY(new_country, NEW_COUNTRY),
	WHY(new_network_owner, NEW_NETWORK_OWNER),
	WHY(long_absence, LONG_ABSENCE),
	WHY(factor_reset, FACTOR_RESET),
	WHY(made_mandatory, MADE_MANDATORY),
	WHY(deadline_passed, DEADLINE_PASSED),
	WHY(deadline_ahead, DEADLINE_AHEAD),
	WHY(no_way_to_enrol, NO_WAY_TO_ENROL),
	WHY(no_usable_factor, NO_USABLE_FACTOR),
	WHY(pin_reset_unavailable, PIN_RESET_UNAVAILABLE),
	WHY(throttled, THROTTLED),
	FIELD(struct why_item, zone, TEMPLATE_TEXT),
	FIELD(struct why_item, at, TEMPLATE_TEXT),
	FIELD(struct why_item, days, TEMPLATE_TEXT),
	FIELD(struct why_item, limit, TEMPLATE_TEXT),
	TEMPLATE_FIELDS_END,
};

/* clang-format on */
