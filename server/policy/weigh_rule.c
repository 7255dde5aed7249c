/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the profile to the settings in effect: floors, what the service wants,
 * an exemption, and what the person wants.
 *
 * Only an exemption loosens anything, and it never reaches a hard floor.
 */
#include "policy/settings_table.h"
#include "policy/weighing.h"

static void
floor_note(struct weighing *w, struct str name, uint64_t changed)
{
	const uint64_t demands = SETTING_BIT(requirement) |
				 SETTING_BIT(level_min) |
				 SETTING_BIT(solutions);
	struct decision *out = w->out;

	out->changed |= changed;
	w->raised = w->raised || (changed & demands) != 0;
	if (changed != 0 && out->floor_count < DECISION_FLOORS_MOST)
		out->floors[out->floor_count++] = name;
}

static void
service_floor_lay(struct weighing *w)
{
	const struct service_floor *wants = &w->facts->service.floor;
	struct policy_settings floor = policy_settings_default();

	if (w->facts->purpose != PURPOSE_SERVICE ||
	    (wants->level_min == 0 && wants->verified_max_age == 0))
		return;
	floor.requirement = REQUIREMENT_REQUIRE;
	floor.level_min = wants->level_min;
	w->hard = w->hard || wants->hard;
	floor_note(w, STR("service"),
	    policy_settings_floor(&w->settings, &floor,
		SETTING_BIT(requirement) | SETTING_BIT(level_min)));
}

static void
circumstances_add(struct weighing *w, struct circumstances *seen,
    enum name_kind kind, struct str text)
{
	const struct name *name = names_find(&w->policy->names[kind], text);

	if (name != NULL)
		name_set_add(&seen->names[kind], name->bit);
}

static void
floors_lay(struct weighing *w, const struct circumstances *seen)
{
	for (size_t i = 0; i < w->policy->floor_count; i++) {
		const struct floor *floor = &w->policy->floors[i];

		if (!match_holds(&floor->match, seen))
			continue;
		w->hard = w->hard || floor->hard;
		floor_note(w, floor->name,
		    policy_settings_floor(
			&w->settings, &floor->settings, floor->given));
	}
	service_floor_lay(w);
}

static bool
exemption_holds(const struct weighing *w)
{
	const struct facts_exemption *exemption = &w->facts->exemption;

	return exemption->until > w->now && exemption->from <= w->now &&
	       w->settings.exemptions == EXEMPTIONS_ALLOWED && !w->hard &&
	       (w->facts->purpose == PURPOSE_SERVICE ||
		   w->facts->purpose == PURPOSE_DASHBOARD) &&
	       (exemption->service == 0 ||
		   exemption->service == w->facts->service.id) &&
	       (exemption->rule.len == 0 ||
		   str_equal(exemption->rule, w->out->rule)) &&
	       (exemption->zone.len == 0 ||
		   str_equal(exemption->zone, w->facts->zone.key));
}

static void
exemption_apply(struct weighing *w)
{
	factor_set instead = w->facts->exemption.instead;

	if (!exemption_holds(w))
		return;
	weigh_because(w, REASON_EXEMPT)->until = w->facts->exemption.until;
	if (instead == 0) {
		w->exempt = true;
		return;
	}
	w->settings.solutions |= instead;
	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if ((instead & FACTOR_BIT(factor)) != 0 &&
		    factor_level(factor) >= 1 &&
		    factor_level(factor) < w->settings.level_min)
			w->settings.level_min = factor_level(factor);
	}
}

/*
 * Whoever set up a factor without having to is asked for it, and
 * before a change of their protection for whatever they have.
 */
static void
voluntary_apply(struct weighing *w)
{
	const struct facts *facts = w->facts;
	bool demanded = false;

	if (w->settings.requirement == REQUIREMENT_REQUIRE)
		return;
	for (size_t i = 0; i < facts->enrolment_count; i++) {
		bool own = facts->enrolments[i].voluntary;

		if (!own && facts->purpose != PURPOSE_CHANGE)
			continue;
		w->voluntary = w->voluntary || own;
		demanded = true;
		w->settings.solutions |=
		    FACTOR_BIT(facts->enrolments[i].factor) & ~FACTORS_ALWAYS;
	}
	w->lenient = demanded;
	if (demanded)
		w->settings.requirement = REQUIREMENT_REQUIRE;
}

static enum browser_state
browser_state(const struct weighing *w)
{
	const struct facts_browser *browser = &w->facts->browser;

	if (!weigh_browser_known(w))
		return BROWSER_UNKNOWN;
	if (browser->trusted_at == 0 ||
	    browser->verified_at <= w->facts->trust_epoch)
		return BROWSER_KNOWN;
	return BROWSER_TRUSTED;
}

/* The digits of a service's number, at the end of the room. */
static struct str
service_text(int64_t id, char room[static 20])
{
	size_t at = 20;

	for (uint64_t rest = (uint64_t)id; rest > 0; rest /= 10)
		room[--at] = (char)('0' + rest % 10);
	return (struct str){ room + at, 20 - at };
}

static struct circumstances
circumstances_of(struct weighing *w)
{
	const struct facts *facts = w->facts;
	const struct facts_service *service = &facts->service;
	struct circumstances seen = { .now = w->now };
	char room[20];

	seen.browser = browser_state(w);
	circumstances_add(w, &seen, NAME_TYPE, facts->type);
	circumstances_add(w, &seen, NAME_ZONE, facts->zone.key);
	circumstances_add(
	    w, &seen, NAME_SERVICE, service_text(service->id, room));
	for (size_t i = 0; i < facts->group_count; i++)
		circumstances_add(w, &seen, NAME_GROUP, facts->groups[i]);
	for (size_t i = 0; i < service->tag_count; i++)
		circumstances_add(w, &seen, NAME_TAG, service->tags[i]);
	return seen;
}

/* The first rule that holds; NULL: none.  `trial`: the first on trial before
 * it. */
static const struct rule *
rule_choose(const struct weighing *w, const struct circumstances *seen,
    const struct rule **trial)
{
	*trial = NULL;
	for (size_t i = 0; i < w->policy->rule_count; i++) {
		const struct rule *rule = &w->policy->rules[i];

		if (!match_holds(&rule->match, seen))
			continue;
		if (!rule->report)
			return rule;
		if (*trial == NULL)
			*trial = rule;
	}
	return NULL;
}

void
weigh_rule(struct weighing *w, const struct rule *forced)
{
	struct circumstances seen = circumstances_of(w);
	const struct rule *trial, *rule = rule_choose(w, &seen, &trial);
	const struct profile *profile = w->policy->standard;

	rule = forced != NULL ? forced : rule;
	if (rule != NULL) {
		profile = rule->profile;
		w->out->rule = rule->name;
	}
	w->out->profile = profile->name;
	w->trial = forced != NULL ? NULL : trial;
	w->settings = profile->settings;
	floors_lay(w, &seen);
	exemption_apply(w);
	voluntary_apply(w);
}
