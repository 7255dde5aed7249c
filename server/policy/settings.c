/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary as one table, and what a floor does to it.
 *
 * Words stand in the order from lenient to strict wherever one is stricter, so
 * that the higher number is the stricter value.
 */
#include "policy/settings_table.h"

#include "base/memory.h"

#define MINUTES(count) ((count)*60 * POLICY_SECOND)
#define DAYS(count) ((count)*POLICY_DAY)
#define CENTURY DAYS(36525)
#define ROW(member) [SETTING_INDEX(member)]

/* Solutions are spelled by their place among the factors. */
#define SOLUTIONS "notice", "pin", "email", "totp", "webauthn"

/* clang-format off */
static const struct setting table[SETTING_COUNT] = {
	ROW(requirement) = { "requirement", SETTING_WORD, STRICTER_HIGHER,
		{ "off", "offer", "require" } },
	ROW(mode) = { "mode", SETTING_WORD, STRICTER_HIGHER,
		{ "choice", "impose" } },
	ROW(solutions) = { "solutions", SETTING_WORDS, STRICTER_COMMON,
		{ SOLUTIONS } },
	ROW(level_min) = { "level_min", SETTING_NUMBER, STRICTER_HIGHER,
		.min = 1, .max = FACTOR_LEVEL_MOST, .standard = 1 },
	ROW(remember) = { "remember", SETTING_WORD, STRICTER_HIGHER,
		{ "auto", "ask", "off" }, .standard = REMEMBER_ASK },
	ROW(trust_max_age) = { "trust.max_age", SETTING_DURATION,
		STRICTER_LOWER, .max = CENTURY, .none = true,
		.standard = DAYS(30) },
	ROW(trust_idle) = { "trust.idle", SETTING_DURATION, STRICTER_LOWER,
		.max = CENTURY, .none = true, .standard = DAYS(30) },
	ROW(zone_skip) = { "zone_skip", SETTING_ZONES, STRICTER_COMMON },
	ROW(zone_skip_browsers) = { "zone_skip.browsers", SETTING_WORD,
		STRICTER_HIGHER, { "any", "known_device_only" } },
	ROW(reask_on) = { "reask_on", SETTING_WORDS, STRICTER_ALL,
		{ "new_country", "new_network_owner", "long_absence" } },
	ROW(enrol_proof) = { "enrol.proof", SETTING_WORD, STRICTER_HIGHER,
		{ "password", "email_code", "access_code", "on_site" },
		.standard = PROOF_EMAIL_CODE },
	ROW(auto_factors) = { "auto_factors", SETTING_WORDS, STRICTER_FREE,
		{ [FACTOR_EMAIL] = "email" } },
	ROW(encourage) = { "encourage", SETTING_WORDS, STRICTER_FREE,
		{ [FACTOR_TOTP] = "totp", [FACTOR_WEBAUTHN] = "webauthn" } },
	ROW(encourage_every) = { "encourage.every", SETTING_DURATION,
		STRICTER_FREE, .max = CENTURY, .standard = DAYS(30) },
	ROW(enrol_deadline) = { "enrol.deadline", SETTING_DATE,
		STRICTER_TIMING, .standard = POLICY_NONE },
	ROW(enrol_grace) = { "enrol.grace", SETTING_DURATION,
		STRICTER_TIMING, .max = CENTURY, .standard = POLICY_NONE },
	ROW(enrol_max_skips) = { "enrol.max_skips", SETTING_NUMBER,
		STRICTER_TIMING, .max = 1000, .standard = POLICY_NONE },
	ROW(after_deadline) = { "after_deadline", SETTING_WORD,
		STRICTER_HIGHER, { "force_enrol", "deny" } },
	ROW(enrol_zones) = { "enrol.zones", SETTING_ZONES, STRICTER_COMMON,
		.none = true, .standard = POLICY_NONE },
	ROW(totp_max) = { "totp.max", SETTING_NUMBER, STRICTER_LOWER,
		.min = 1, .max = 5, .standard = 3 },
	ROW(totp_window) = { "totp.window", SETTING_NUMBER, STRICTER_LOWER,
		.max = 2, .standard = 1 },
	ROW(recovery_count) = { "recovery.count", SETTING_NUMBER,
		STRICTER_FREE, .max = 16, .standard = 10 },
	ROW(recovery_regenerate) = { "recovery.regenerate", SETTING_WORD,
		STRICTER_FREE, { "with_generator", "alone" },
		.standard = REGENERATE_ALONE },
	ROW(pin_min_length) = { "pin.min_length", SETTING_NUMBER,
		STRICTER_HIGHER, .min = 4, .max = 32, .standard = 6 },
	ROW(pin_reset) = { "pin.reset", SETTING_WORD, STRICTER_HIGHER,
		{ "email", "off" }, .standard = PIN_RESET_OFF },
	ROW(email_allowed_kinds) = { "email.allowed_kinds", SETTING_WORDS,
		STRICTER_FREE, { "personal", "institutional" },
		.standard = 1 << ADDRESS_PERSONAL },
	ROW(email_source) = { "email.source", SETTING_WORDS, STRICTER_FREE,
		{ "directory", "office", "self" },
		.standard = 1 << SOURCE_DIRECTORY | 1 << SOURCE_OFFICE |
			1 << SOURCE_SELF },
	ROW(email_cooldown) = { "email.cooldown", SETTING_DURATION,
		STRICTER_FREE, .max = DAYS(7), .standard = DAYS(3) },
	ROW(self_remove) = { "self_remove", SETTING_WORD, STRICTER_HIGHER,
		{ "then_reenrol", "replace", "never" },
		.standard = SELF_REMOVE_REPLACE },
	ROW(exemptions) = { "exemptions", SETTING_WORD, STRICTER_HIGHER,
		{ "allowed", "forbidden" } },
	ROW(live_sessions) = { "live_sessions", SETTING_WORD,
		STRICTER_HIGHER, { "next_login", "redirect", "terminate" } },
	ROW(session_idle) = { "session.idle", SETTING_DURATION,
		STRICTER_LOWER, .min = MINUTES(1), .max = CENTURY,
		.none = true, .standard = POLICY_NONE },
	ROW(session_max) = { "session.max", SETTING_DURATION,
		STRICTER_LOWER, .min = MINUTES(1), .max = CENTURY,
		.none = true, .standard = POLICY_NONE },
	ROW(session_stay) = { "session.stay", SETTING_YES_NO,
		STRICTER_LOWER, .standard = 1 },
	ROW(session_mfa_max_age) = { "session.mfa_max_age", SETTING_DURATION,
		STRICTER_LOWER, .min = MINUTES(1), .max = CENTURY,
		.none = true, .standard = POLICY_NONE },
	ROW(elevation_max_age) = { "elevation.max_age", SETTING_DURATION,
		STRICTER_LOWER, .min = MINUTES(1), .max = MINUTES(20),
		.standard = MINUTES(10) },
	ROW(notice_events) = { "notice.events", SETTING_WORDS, STRICTER_ALL,
		{ "new_browser", "factor_change", "recovery_used",
			"failed_second_step" },
		.standard = 1 << NOTICE_FACTOR_CHANGE |
			1 << NOTICE_RECOVERY_USED },
};
/* clang-format on */

static const struct {
	const char *name;
	unsigned level;
} factors[FACTOR_COUNT] = {
	[FACTOR_NOTICE] = { "notice", 0 },
	[FACTOR_PIN] = { "pin", 1 },
	[FACTOR_EMAIL] = { "email", 1 },
	[FACTOR_TOTP] = { "totp", 2 },
	[FACTOR_WEBAUTHN] = { "webauthn", 3 },
	[FACTOR_RECOVERY] = { "recovery", 2 },
	[FACTOR_ACCESS_CODE] = { "access_code", 2 },
};

unsigned
factor_level(enum factor factor)
{
	return factors[factor].level;
}

const char *
factor_name(enum factor factor)
{
	return factors[factor].name;
}

const struct setting *
setting_at(unsigned index)
{
	return &table[index];
}

const char *
policy_setting_name(unsigned index)
{
	return table[index].name;
}

unsigned
policy_setting_find(struct str name)
{
	unsigned index = 0;

	while (index < SETTING_COUNT &&
	       !str_equal(str_of(table[index].name), name))
		index++;
	return index;
}

int64_t
setting_get(const struct policy_settings *settings, unsigned index)
{
	int64_t values[SETTING_COUNT];

	memcpy(values, settings, sizeof(values));
	return values[index];
}

void
policy_setting_put(
    struct policy_settings *settings, unsigned index, int64_t value)
{
	int64_t values[SETTING_COUNT];

	memcpy(values, settings, sizeof(values));
	values[index] = value;
	memcpy(settings, values, sizeof(values));
}

struct policy_settings
policy_settings_default(void)
{
	int64_t values[SETTING_COUNT];
	struct policy_settings settings;

	for (unsigned i = 0; i < SETTING_COUNT; i++)
		values[i] = table[i].standard;
	memcpy(&settings, values, sizeof(settings));
	return settings;
}

static int64_t
stricter(enum setting_stricter how, int64_t a, int64_t b)
{
	switch (how) {
	case STRICTER_HIGHER:
		return a > b ? a : b;
	case STRICTER_LOWER:
		return a < b ? a : b;
	case STRICTER_COMMON:
		return a & b;
	case STRICTER_ALL:
		return a | b;
	case STRICTER_TIMING:
	case STRICTER_FREE:
		break;
	}
	return a;
}

static bool
is_immediate(const struct policy_settings *settings)
{
	return settings->enrol_deadline == POLICY_NONE &&
	       settings->enrol_grace == POLICY_NONE &&
	       settings->enrol_max_skips == POLICY_NONE;
}

static void
timing_copy(struct policy_settings *to, const struct policy_settings *from)
{
	to->enrol_deadline = from->enrol_deadline;
	to->enrol_grace = from->enrol_grace;
	to->enrol_max_skips = from->enrol_max_skips;
}

static void
timing_shorten(struct policy_settings *to, const struct policy_settings *by)
{
	to->enrol_deadline =
	    stricter(STRICTER_LOWER, to->enrol_deadline, by->enrol_deadline);
	to->enrol_grace =
	    stricter(STRICTER_LOWER, to->enrol_grace, by->enrol_grace);
	to->enrol_max_skips =
	    stricter(STRICTER_LOWER, to->enrol_max_skips, by->enrol_max_skips);
}

/*
 * No deadline at all means at once, which is stricter than any; so time to set
 * up comes only with the demand that it belongs to.
 */
static void
timing_floor(struct policy_settings *settings,
    const struct policy_settings *floor, bool demands)
{
	bool demanded = settings->requirement == REQUIREMENT_REQUIRE;

	if (demands && (!demanded || is_immediate(floor)))
		timing_copy(settings, floor);
	else if (demanded && !is_immediate(settings))
		timing_shorten(settings, floor);
}

uint64_t
policy_settings_floor(struct policy_settings *settings,
    const struct policy_settings *floor, uint64_t given)
{
	struct policy_settings before = *settings;
	uint64_t changed = 0;

	timing_floor(settings, floor,
	    (given & SETTING_BIT(requirement)) != 0 &&
		floor->requirement == REQUIREMENT_REQUIRE);
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		enum setting_stricter how = table[i].stricter;

		if ((given & UINT64_C(1) << i) != 0 && how != STRICTER_TIMING)
			policy_setting_put(settings, i,
			    stricter(how, setting_get(settings, i),
				setting_get(floor, i)));
		if (setting_get(settings, i) != setting_get(&before, i))
			changed |= UINT64_C(1) << i;
	}
	return changed;
}
