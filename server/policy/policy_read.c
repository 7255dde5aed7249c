/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy document: what may stand where.
 *
 * Strict on purpose: a misspelt setting that was passed over would leave a door
 * open that somebody believes shut.  deploy/policies/README.md has the
 * language.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "policy/policy_value.h"
#include "policy/settings_table.h"

enum {
	FORMAT = 1,
	PRIORITY_MOST = 1000000
};

struct member {
	const char *name;
	bool required;
};

/* Only these members, all that are required, and the value is an object. */
static bool
members_check(const struct policy_reader *reader, const struct place *place,
    const json_t *value, const struct member *members, size_t count)
{
	CLEANUP(buf_clear) struct buf allowed = BUF_INIT(1024);
	const char *name;
	json_t *member;

	if (!json_is_object(value))
		return place_refuse(
		    reader, place, "must be an object, in { and }");
	for (size_t i = 0; i < count; i++) {
		buf_format(
		    &allowed, "%s%s", i > 0 ? ", " : "", members[i].name);
		if (members[i].required &&
		    json_object_get(value, members[i].name) == NULL)
			return place_refuse(reader, place,
			    "the member \"%s\" is missing", members[i].name);
	}
	/* The library wants to write here, and does not. */
	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		struct place at = { .above = place, .name = name };
		size_t i = 0;

		while (i < count && strcmp(members[i].name, name) != 0)
			i++;
		if (i == count)
			return place_refuse(reader, &at,
			    "is unknown here; there are %s",
			    buf_cstr(&allowed));
	}
	return true;
}

static bool
comment_check(const struct policy_reader *reader, const struct place *above,
    const json_t *object)
{
	struct place place = { .above = above, .name = "comment" };
	const json_t *comment = json_object_get(object, place.name);

	if (comment != NULL && !json_is_string(comment))
		return place_refuse(reader, &place, "must be a text");
	return true;
}

/* Settings of a profile, or of a floor where only some may be set. */
static bool
settings_read(const struct policy_reader *reader, const struct place *place,
    const json_t *value, struct policy_settings *settings, uint64_t *given)
{
	const char *name;
	json_t *member;

	if (!json_is_object(value))
		return place_refuse(
		    reader, place, "must be an object, in { and }");
	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		struct place at = { .above = place, .name = name };
		unsigned index = policy_setting_find(str_of(name));

		if (strcmp(name, "comment") == 0)
			continue;
		if (index == SETTING_COUNT)
			return place_refuse(reader, &at,
			    "is no setting; deploy/policies/README.md lists "
			    "them");
		if (!value_setting(reader, &at, index, member, settings))
			return false;
		*given |= UINT64_C(1) << index;
	}
	return comment_check(reader, place, value);
}

static bool
reaches_level(const struct policy_settings *settings)
{
	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if ((settings->solutions & INT64_C(1) << factor) != 0 &&
		    (factor_level(factor) >= settings->level_min ||
			(factor == FACTOR_NOTICE && settings->level_min == 1)))
			return true;
	}
	return false;
}

/* Settings that contradict each other, or that would have no effect. */
static bool
profile_check(const struct policy_reader *reader, const struct place *place,
    const struct policy_settings *settings, uint64_t given)
{
	uint64_t timing = SETTING_BIT(enrol_deadline) |
			  SETTING_BIT(enrol_grace) |
			  SETTING_BIT(enrol_max_skips);

	if ((given & SETTING_BIT(requirement)) == 0)
		return place_refuse(
		    reader, place, "the member \"requirement\" is missing");
	if (settings->requirement != REQUIREMENT_REQUIRE &&
	    (given & timing) != 0)
		return place_refuse(reader, place,
		    "a deadline, grace or skips have no effect unless "
		    "requirement is \"require\"");
	if (settings->requirement != REQUIREMENT_OFF &&
	    !reaches_level(settings))
		return place_refuse(reader, place,
		    "none of \"solutions\" reaches level %lld (level_min)",
		    (long long)settings->level_min);
	if (settings->level_min > 1 &&
	    (settings->solutions & INT64_C(1) << FACTOR_NOTICE) != 0)
		return place_refuse(reader, place,
		    "the solution \"notice\" is no barrier: it needs "
		    "level_min 1");
	if ((settings->auto_factors & ~settings->solutions) != 0)
		return place_refuse(reader, place,
		    "auto_factors are not all among the solutions");
	if ((settings->encourage & ~settings->solutions) != 0)
		return place_refuse(
		    reader, place, "encourage is not all among the solutions");
	return true;
}

static const struct profile *
profile_find(const struct policy *policy, struct str name)
{
	for (size_t i = 0; i < policy->profile_count; i++) {
		if (str_equal(policy->profiles[i].name, name))
			return &policy->profiles[i];
	}
	return NULL;
}

static bool
profiles_read(const struct policy_reader *reader, const struct place *above,
    const json_t *document)
{
	struct place place = { .above = above, .name = "profiles" };
	json_t *profiles = json_object_get(document, place.name), *value;
	struct policy *made = reader->made;
	const char *name;

	if (!json_is_object(profiles) || json_object_size(profiles) == 0 ||
	    json_object_size(profiles) > POLICY_PARTS_MOST)
		return place_refuse(reader, &place,
		    "must be an object of 1 to %d profiles", POLICY_PARTS_MOST);
	made->profiles = arena_alloc(
	    &made->texts, json_object_size(profiles) * sizeof(*made->profiles));
	json_object_foreach(profiles, name, value)
	{
		struct place at = { .above = &place, .name = name };
		struct profile *profile =
		    &made->profiles[made->profile_count++];
		uint64_t given = 0;

		if (strlen(name) == 0 || strlen(name) > NAME_LONGEST)
			return place_refuse(reader, &at,
			    "a profile has a name of 1 to %d letters",
			    NAME_LONGEST);
		profile->name = arena_text(&made->texts, str_of(name));
		profile->settings = policy_settings_default();
		if (!settings_read(
			reader, &at, value, &profile->settings, &given) ||
		    !profile_check(reader, &at, &profile->settings, given))
			return false;
	}
	return true;
}

static bool
profile_named(const struct policy_reader *reader, const struct place *above,
    const char *member, const json_t *object, const struct profile **out)
{
	struct place place = { .above = above, .name = member };
	struct str name;

	if (!value_name(reader, &place, json_object_get(object, member), &name))
		return false;
	*out = profile_find(reader->made, name);
	if (*out == NULL)
		return place_refuse(reader, &place, "no profile has this name");
	return true;
}

static bool
match_names(const struct policy_reader *reader, const struct place *place,
    enum name_kind kind, const json_t *value, struct match *match)
{
	if (!json_is_array(value) || json_array_size(value) == 0)
		return place_refuse(
		    reader, place, "must be a list with something in it");
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct place item = { .above = place, .index = i };
		unsigned bit;

		if (!value_bit(
			reader, &item, kind, json_array_get(value, i), &bit))
			return false;
		name_set_add(&match->names[kind], bit);
	}
	match->given |= 1u << kind;
	return true;
}

static bool
match_read(const struct policy_reader *reader, const struct place *above,
    const json_t *object, struct match *match)
{
	static const struct member members[] = { { "user_type", false },
		{ "group", false }, { "service", false },
		{ "service_tag", false }, { "zone", false },
		{ "browser", false } };
	static const char *const states[] = { "unknown", "known", "trusted" };
	struct place place = { .above = above, .name = "match" };
	const json_t *value = json_object_get(object, place.name);
	struct place browser = { .above = &place, .name = "browser" };
	int64_t bits = 0;

	if (value == NULL)
		return true;
	if (!members_check(reader, &place, value, members, COUNT_OF(members)))
		return false;
	for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
		struct place at = { .above = &place,
			.name = members[kind].name };
		const json_t *names = json_object_get(value, at.name);

		if (names != NULL &&
		    !match_names(reader, &at, kind, names, match))
			return false;
	}
	value = json_object_get(value, browser.name);
	if (value != NULL && !value_words(reader, &browser, value, states,
				 BROWSER_STATES, &bits))
		return false;
	if (value != NULL && bits == 0)
		return place_refuse(
		    reader, &browser, "must be a list with something in it");
	match->browsers = (unsigned)bits;
	return true;
}

static bool
times_read(const struct policy_reader *reader, const struct place *above,
    const json_t *object, struct match *match)
{
	struct place from = { .above = above, .name = "enabled_from" };
	struct place until = { .above = above, .name = "enabled_until" };
	const json_t *first = json_object_get(object, from.name);
	const json_t *last = json_object_get(object, until.name);

	match->from = INT64_MIN;
	match->until = INT64_MAX;
	if (first != NULL && !value_date(reader, &from, first, &match->from))
		return false;
	if (last != NULL && !value_date(reader, &until, last, &match->until))
		return false;
	if (match->from >= match->until)
		return place_refuse(
		    reader, &until, "must be later than enabled_from");
	return true;
}

static bool
priority_read(const struct policy_reader *reader, const struct place *above,
    const json_t *object, struct rule *rule)
{
	struct place place = { .above = above, .name = "priority" };
	const json_t *value = json_object_get(object, place.name);
	struct policy *made = reader->made;

	rule->priority = json_integer_value(value);
	if (rule->priority < 1 || rule->priority > PRIORITY_MOST)
		return place_refuse(reader, &place,
		    "must be a number from 1 to %d", PRIORITY_MOST);
	for (struct rule *other = made->rules; other < rule; other++) {
		if (other->priority == rule->priority)
			return place_refuse(reader, &place,
			    "is that of the rule \"%.64s\" too",
			    other->name.at);
	}
	return true;
}

static bool
rule_read(const struct policy_reader *reader, const struct place *place,
    const json_t *value, struct rule *rule)
{
	static const struct member members[] = { { "name", true },
		{ "priority", true }, { "match", false }, { "profile", true },
		{ "mode", false }, { "enabled_from", false },
		{ "enabled_until", false }, { "comment", false } };
	static const char *const modes[] = { "on", "report" };
	struct place name = { .above = place, .name = "name" };
	struct place mode = { .above = place, .name = "mode" };
	const json_t *word = json_object_get(value, mode.name);
	int64_t report = 0;

	if (!members_check(reader, place, value, members, COUNT_OF(members)) ||
	    !comment_check(reader, place, value) ||
	    !value_name(reader, &name, json_object_get(value, name.name),
		&rule->name) ||
	    !priority_read(reader, place, value, rule) ||
	    !match_read(reader, place, value, &rule->match) ||
	    !times_read(reader, place, value, &rule->match) ||
	    !profile_named(reader, place, "profile", value, &rule->profile))
		return false;
	if (word != NULL &&
	    !value_word(reader, &mode, word, modes, COUNT_OF(modes), &report))
		return false;
	rule->report = report == 1;
	return true;
}

static bool
floor_settings_read(const struct policy_reader *reader,
    const struct place *above, const json_t *value, struct floor *floor)
{
	struct place place = { .above = above, .name = "settings" };

	floor->settings = policy_settings_default();
	if (!settings_read(reader, &place, json_object_get(value, place.name),
		&floor->settings, &floor->given))
		return false;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const struct setting *setting = setting_at(i);
		struct place at = { .above = &place, .name = setting->name };

		if ((floor->given & UINT64_C(1) << i) != 0 &&
		    setting->stricter == STRICTER_FREE)
			return place_refuse(reader, &at,
			    "has no stricter value, so a floor cannot set it");
	}
	if ((floor->given & SETTING_BIT(solutions)) != 0 &&
	    (floor->settings.solutions & INT64_C(1) << FACTOR_NOTICE) != 0)
		return place_refuse(reader, &place,
		    "the solution \"notice\" is no barrier, so a floor cannot "
		    "ask for it");
	return true;
}

static bool
floor_read(const struct policy_reader *reader, const struct place *place,
    const json_t *value, struct floor *floor)
{
	static const struct member members[] = { { "name", true },
		{ "match", false }, { "hard", false }, { "settings", true },
		{ "enabled_from", false }, { "enabled_until", false },
		{ "comment", false } };
	struct place name = { .above = place, .name = "name" };
	struct place hard = { .above = place, .name = "hard" };
	const json_t *yes = json_object_get(value, hard.name);

	if (!members_check(reader, place, value, members, COUNT_OF(members)) ||
	    !comment_check(reader, place, value) ||
	    !value_name(reader, &name, json_object_get(value, name.name),
		&floor->name) ||
	    !match_read(reader, place, value, &floor->match) ||
	    !times_read(reader, place, value, &floor->match) ||
	    !floor_settings_read(reader, place, value, floor))
		return false;
	if (yes != NULL && !json_is_boolean(yes))
		return place_refuse(reader, &hard, "must be true or false");
	floor->hard = json_is_true(yes);
	return true;
}

static bool
list_check(const struct policy_reader *reader, const struct place *place,
    const json_t *list)
{
	if (list == NULL)
		return true;
	if (!json_is_array(list) || json_array_size(list) > POLICY_PARTS_MOST)
		return place_refuse(reader, place,
		    "must be a list of at most %d", POLICY_PARTS_MOST);
	return true;
}

static int
rule_compare(const void *left, const void *right)
{
	const struct rule *a = left, *b = right;

	return a->priority < b->priority ? -1 : a->priority > b->priority;
}

static bool
rules_read(const struct policy_reader *reader, const struct place *above,
    const json_t *document)
{
	struct place place = { .above = above, .name = "rules" };
	const json_t *list = json_object_get(document, place.name);
	struct policy *made = reader->made;

	if (!list_check(reader, &place, list))
		return false;
	made->rules = arena_alloc(
	    &made->texts, (json_array_size(list) + 1) * sizeof(*made->rules));
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct place item = { .above = &place, .index = i };

		if (!rule_read(reader, &item, json_array_get(list, i),
			&made->rules[made->rule_count]))
			return false;
		made->rule_count++;
	}
	qsort(
	    made->rules, made->rule_count, sizeof(*made->rules), rule_compare);
	return true;
}

static bool
floors_read(const struct policy_reader *reader, const struct place *above,
    const json_t *document)
{
	struct place place = { .above = above, .name = "floors" };
	const json_t *list = json_object_get(document, place.name);
	struct policy *made = reader->made;

	if (!list_check(reader, &place, list))
		return false;
	made->floors = arena_alloc(
	    &made->texts, (json_array_size(list) + 1) * sizeof(*made->floors));
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct place item = { .above = &place, .index = i };

		if (!floor_read(reader, &item, json_array_get(list, i),
			&made->floors[made->floor_count]))
			return false;
		made->floor_count++;
	}
	return true;
}

static bool
document_read(const struct policy_reader *reader, const json_t *document)
{
	static const struct member members[] = { { "format", true },
		{ "name", true }, { "comment", false }, { "profiles", true },
		{ "default", true }, { "rules", true }, { "floors", false } };
	struct policy *made = reader->made;
	struct place top = { .above = NULL };
	struct place format = { .above = &top, .name = "format" };
	struct place name = { .above = &top, .name = "name" };

	if (!members_check(reader, &top, document, members, COUNT_OF(members)))
		return false;
	if (json_integer_value(json_object_get(document, "format")) != FORMAT)
		return place_refuse(
		    reader, &format, "must be the number %d", FORMAT);
	if (!comment_check(reader, &top, document) ||
	    !value_name(reader, &name, json_object_get(document, "name"),
		&made->name) ||
	    !profiles_read(reader, &top, document) ||
	    !profile_named(
		reader, &top, "default", document, &made->standard) ||
	    !rules_read(reader, &top, document) ||
	    !floors_read(reader, &top, document))
		return false;
	for (unsigned kind = 0; kind < NAME_KINDS; kind++)
		names_sort(&made->names[kind]);
	return true;
}

struct policy *
policy_read(struct str document, struct buf *why)
{
	struct policy_reader reader = { .why = why };
	json_error_t trouble;
	json_t *json;

	if (document.len > POLICY_DOCUMENT_LONGEST) {
		buf_format(
		    why, "/: is longer than %d bytes", POLICY_DOCUMENT_LONGEST);
		return NULL;
	}
	json = json_loadb(document.len > 0 ? document.at : "", document.len,
	    JSON_REJECT_DUPLICATES, &trouble);
	if (json == NULL) {
		buf_format(why, "line %d, column %d: %s", trouble.line,
		    trouble.column, trouble.text);
		return NULL;
	}
	reader.made = memory_new(sizeof(*reader.made));
	reader.made->references = 1;
	if (!document_read(&reader, json)) {
		policy_unref(reader.made);
		reader.made = NULL;
	}
	json_decref(json);
	return reader.made;
}
