/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and people by chance, the same ones for the same number.
 */
#include "policy_random.h"

#include "policy/settings_table.h"

static const struct str words[NAMES] = { STR_INIT("a"), STR_INIT("b"),
	STR_INIT("c") };

static uint64_t seed;

void
random_begin(uint64_t number)
{
	seed = number;
}

unsigned
random_below(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

bool
random_yes(void)
{
	return random_below(2) == 0;
}

static bool
seldom(void)
{
	return random_below(8) == 0;
}

static int64_t
any_span(void)
{
	static const int64_t spans[] = { 0, HOUR, 10 * 60 * POLICY_SECOND,
		POLICY_DAY, 30 * POLICY_DAY, POLICY_NONE };

	return spans[random_below(COUNT_OF(spans))];
}

/* Never, a moment ago, a limit and a bit more, or ahead. */
static int64_t
any_time(void)
{
	static const int64_t ages[] = { 0, 1, HOUR, HOUR + 1, POLICY_DAY,
		30 * POLICY_DAY, 30 * POLICY_DAY + 1, -HOUR };

	return random_yes() ? NOW - ages[random_below(COUNT_OF(ages))] : 0;
}

static int64_t
any_bits(const struct setting *setting)
{
	int64_t bits = 0;

	for (unsigned i = 0; i < SETTING_WORDS_MOST; i++) {
		if (setting->words[i] != NULL && random_yes())
			bits |= INT64_C(1) << i;
	}
	return bits;
}

static int64_t
any_word(const struct setting *setting)
{
	unsigned count = 0;

	while (count < SETTING_WORDS_MOST && setting->words[count] != NULL)
		count++;
	return random_below(count);
}

static int64_t
any_value(const struct setting *setting)
{
	switch (setting->kind) {
	case SETTING_WORD:
		return any_word(setting);
	case SETTING_WORDS:
		return any_bits(setting);
	case SETTING_ZONES:
		return setting->none && random_yes()
			   ? POLICY_NONE
			   : random_below(1u << NAMES);
	case SETTING_YES_NO:
		return random_below(2);
	case SETTING_NUMBER:
		return setting->min +
		       random_below(
			   (unsigned)(setting->max - setting->min) + 1);
	case SETTING_DATE:
		return NOW + random_below(3) * POLICY_DAY - POLICY_DAY;
	case SETTING_DURATION:
		return any_span();
	}
	return 0;
}

static bool
is_timing(unsigned index)
{
	return setting_at(index)->stricter == STRICTER_TIMING;
}

static struct policy_settings
any_settings(void)
{
	struct policy_settings settings = policy_settings_default();

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (random_yes() && (!is_timing(i) || seldom()))
			policy_setting_put(
			    &settings, i, any_value(setting_at(i)));
	}
	settings.requirement =
	    random_below(4) > 0 ? REQUIREMENT_REQUIRE : random_below(3);
	if (settings.requirement == REQUIREMENT_REQUIRE)
		return settings;
	settings.enrol_deadline = POLICY_NONE;
	settings.enrol_grace = POLICY_NONE;
	settings.enrol_max_skips = POLICY_NONE;
	return settings;
}

struct floor
random_floor(void)
{
	const int64_t notice = FACTOR_BIT(FACTOR_NOTICE);
	struct floor floor = { .name = STR("floor"),
		.hard = seldom(),
		.match = { .from = INT64_MIN, .until = INT64_MAX },
		.settings = policy_settings_default() };

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const struct setting *setting = setting_at(i);

		if (setting->stricter == STRICTER_FREE || random_below(4) > 0)
			continue;
		policy_setting_put(&floor.settings, i, any_value(setting));
		floor.given |= UINT64_C(1) << i;
	}
	floor.settings.solutions &= ~notice;
	return floor;
}

struct match
random_match(void)
{
	struct match match = { .from = INT64_MIN, .until = INT64_MAX };

	for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
		if (random_below(3) > 0)
			continue;
		match.given |= 1u << kind;
		match.names[kind].words[0] = random_below(1u << NAMES);
	}
	match.browsers = seldom() ? random_below(8) : 0;
	return match;
}

void
random_house(struct house *house)
{
	struct policy *policy = &house->policy;

	policy->references = 1;
	for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
		policy->names[kind].count = NAMES;
		for (unsigned i = 0; i < NAMES; i++)
			policy->names[kind].list[i] =
			    (struct name){ words[i], i };
	}
	for (unsigned i = 0; i < PROFILES; i++)
		house->profiles[i] =
		    (struct profile){ words[i], any_settings() };
	policy->profiles = house->profiles;
	policy->profile_count = PROFILES;
	policy->standard = &house->profiles[0];
	policy->rule_count = random_below(RULES + 1);
	for (unsigned i = 0; i < RULES; i++)
		house->rules[i] = (struct rule){ .name = words[i % NAMES],
			.priority = i + 1,
			.match = random_match(),
			.profile = &house->profiles[random_below(PROFILES)],
			.report = seldom() };
	policy->rules = house->rules;
	policy->floor_count = random_below(FLOORS + 1);
	for (unsigned i = 0; i < FLOORS; i++) {
		house->floors[i] = random_floor();
		house->floors[i].match = random_match();
	}
	policy->floors = house->floors;
}

static void
any_place(struct facts *facts)
{
	facts->zone.key = random_yes() ? words[random_below(NAMES)] : STR_NONE;
	facts->zone.skip_ok = random_yes();
	facts->zone.enrol_ok = random_yes();
	facts->zone.shared_computers = random_yes();
	facts->browser = (struct facts_browser){ .known = random_below(4) > 0,
		.secret_matches = random_below(4) > 0,
		.trusted_at = any_time(),
		.verified_at = any_time(),
		.verified_by = random_below(FACTOR_COUNT),
		.last_login_at = any_time(),
		.revoked_at = seldom() ? any_time() : 0,
		.similar_trusted_at = any_time() };
	facts->trust_epoch = seldom() ? any_time() : 0;
	facts->signals = seldom() ? random_below(8) : 0;
}

static void
any_factors(struct facts *facts)
{
	/* An exemption that puts a barrier in the place of a notice loosens
	 * nothing: taking it away does. */
	enum factor first = facts->exemption.instead != 0 ? FACTOR_PIN : 0;

	for (enum factor factor = first; factor < FACTOR_COUNT; factor++) {
		if (random_below(3) > 0)
			continue;
		facts->enrolments[facts->enrolment_count++] =
		    (struct facts_enrolment){ .factor = factor,
			    .voluntary = random_below(4) == 0,
			    .stopped = seldom(),
			    .throttled_until = seldom() ? NOW + HOUR : 0 };
	}
	facts->address_count = random_below(3);
	for (size_t i = 0; i < facts->address_count; i++)
		facts->addresses[i] =
		    (struct facts_address){ .kind = random_below(2),
			    .source = random_below(3),
			    .verified_at = any_time(),
			    .changed_at = any_time(),
			    .bounced_at = seldom() ? any_time() : 0 };
}

static void
any_session(struct facts *facts)
{
	facts->session = (struct facts_session){ .password_at = any_time(),
		.password_given = random_yes(),
		.verified_at = any_time(),
		.methods = random_below(1u << FACTOR_COUNT),
		.skip = random_below(5),
		.zone = words[random_below(NAMES)] };
	if (facts->session.password_given)
		facts->session.password_at = NOW;
	facts->renew = seldom();
}

struct facts
random_facts(void)
{
	struct facts facts = { .purpose = random_yes() ? PURPOSE_SERVICE
						       : random_below(4),
		.type = words[random_below(NAMES)],
		.groups = words,
		.group_count = random_below(NAMES + 1),
		.service = { .id = random_below(4),
		    .tags = words,
		    .tag_count = random_below(NAMES + 1) },
		.forgot_pin = seldom(),
		.first_offer_at = any_time(),
		.skips = random_below(4),
		.encouraged_at = any_time(),
		.removed_at = seldom() ? any_time() : 0,
		.reset_at = seldom() ? any_time() : 0,
		.mandatory_since = any_time(),
		.account_disabled = random_below(64) == 0,
		.module_off = random_below(64) == 0 };

	if (seldom())
		facts.service.floor = (struct service_floor){ random_below(4),
			random_yes() ? HOUR : 0, random_yes() };
	if (seldom())
		facts.exemption = (struct facts_exemption){ .until = NOW + HOUR,
			.instead = random_yes()
				       ? random_below(1u << FACTOR_COUNT)
				       : 0 };
	any_place(&facts);
	any_factors(&facts);
	any_session(&facts);
	return facts;
}
