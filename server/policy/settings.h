/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary of a profile: every setting, and the stricter of two values.
 *
 * Every value is one int64_t, so that one table reads, compares and prints
 * them all; sets are bits (of enum factor, of enum below, or of the zones that
 * the document names).  Durations and dates are microseconds, dates since 1970
 * UTC.  POLICY_NONE is "no limit", "no date": never confuse it with 0, which
 * is the strictest duration.
 */
#ifndef POLICY_SETTINGS_H
#define POLICY_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "model/factor.h"

#define POLICY_NONE INT64_MAX
#define POLICY_SECOND INT64_C(1000000)
#define POLICY_DAY (86400 * POLICY_SECOND)

/* clang-format off */
enum requirement { REQUIREMENT_OFF, REQUIREMENT_OFFER, REQUIREMENT_REQUIRE };
enum policy_mode { MODE_CHOICE, MODE_IMPOSE };
enum remember { REMEMBER_AUTO, REMEMBER_ASK, REMEMBER_OFF };
enum zone_browsers { ZONE_BROWSERS_ANY, ZONE_BROWSERS_KNOWN };
enum signal { SIGNAL_NEW_COUNTRY, SIGNAL_NEW_NETWORK_OWNER,
	SIGNAL_LONG_ABSENCE };
enum proof { PROOF_PASSWORD, PROOF_EMAIL_CODE, PROOF_ACCESS_CODE,
	PROOF_ON_SITE };
enum after_deadline { AFTER_DEADLINE_FORCE_ENROL, AFTER_DEADLINE_DENY };
enum regenerate { REGENERATE_WITH_GENERATOR, REGENERATE_ALONE };
enum pin_reset { PIN_RESET_EMAIL, PIN_RESET_OFF };
enum address_kind { ADDRESS_PERSONAL, ADDRESS_INSTITUTIONAL };
enum address_source { SOURCE_DIRECTORY, SOURCE_OFFICE, SOURCE_SELF };
enum self_remove { SELF_REMOVE_THEN_REENROL, SELF_REMOVE_REPLACE,
	SELF_REMOVE_NEVER };
enum exemptions { EXEMPTIONS_ALLOWED, EXEMPTIONS_FORBIDDEN };
enum live_sessions { LIVE_NEXT_LOGIN, LIVE_REDIRECT, LIVE_TERMINATE };
enum notice_event { NOTICE_NEW_BROWSER, NOTICE_FACTOR_CHANGE,
	NOTICE_RECOVERY_USED, NOTICE_FAILED_SECOND_STEP };
/* clang-format on */

/* The names are those of the document with "_" for ".": trust.max_age. */
struct policy_settings {
	int64_t requirement; /* enum requirement */
	int64_t mode; /* enum policy_mode */
	int64_t solutions; /* factors that are imposed or proposed */
	int64_t level_min; /* 1 to 3 */
	int64_t remember; /* enum remember */
	int64_t trust_max_age; /* since the last verification */
	int64_t trust_idle; /* since the last sign-in with that browser */
	int64_t zone_skip; /* bits: policy_zone_key() */
	int64_t zone_skip_browsers; /* enum zone_browsers */
	int64_t reask_on; /* bits of enum signal */
	int64_t enrol_proof; /* enum proof */
	int64_t auto_factors; /* own without setting up: e-mail */
	int64_t encourage; /* factors to speak of after success */
	int64_t encourage_every;
	int64_t enrol_deadline; /* date */
	int64_t enrol_grace; /* since the first offer */
	int64_t enrol_max_skips;
	int64_t after_deadline; /* enum after_deadline */
	int64_t enrol_zones; /* bits; POLICY_NONE: anywhere */
	int64_t totp_max; /* generators of a person, 1 to 5 */
	int64_t totp_window; /* steps, 0 to 2 */
	int64_t recovery_count; /* 0 to 16 */
	int64_t recovery_regenerate; /* enum regenerate */
	int64_t pin_min_length; /* 4 to 32 */
	int64_t pin_reset; /* enum pin_reset */
	int64_t email_allowed_kinds; /* bits of enum address_kind */
	int64_t email_source; /* bits of enum address_source */
	int64_t email_cooldown; /* after a change of the address */
	int64_t self_remove; /* enum self_remove */
	int64_t exemptions; /* enum exemptions */
	int64_t live_sessions; /* enum live_sessions */
	int64_t session_idle;
	int64_t session_max; /* since the password was given */
	int64_t session_stay; /* may ask to stay signed in: 0 or 1 */
	int64_t session_mfa_max_age; /* of a verification in a session */
	int64_t elevation_max_age; /* of one for changes, at most 20 minutes */
	int64_t notice_events; /* bits of enum notice_event */
};

enum {
	SETTING_COUNT = sizeof(struct policy_settings) / sizeof(int64_t)
};

/* What a profile says that says nothing. */
struct policy_settings policy_settings_default(void);

/*
 * Lays a floor on top: settings whose bit (1 << index in the struct) is in
 * `given` become the stricter of both.  Returns the bits of those that changed.
 * A set of factors in common may end up empty: nothing fulfils both.
 */
uint64_t policy_settings_floor(struct policy_settings *,
    const struct policy_settings *floor, uint64_t given);

/* The name of a setting in documents, by its index in the struct. */
const char *policy_setting_name(unsigned index);

/* 0 to 3, see model/factor.h. */
unsigned factor_level(enum factor);
/* "totp": as it stands in documents and decisions. */
const char *factor_name(enum factor);

#endif
