/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is set for one application alone, read strictly from JSON.
 *
 * One table of members says how each is read; nothing else is looked at, and a
 * member that is not in it makes the whole unreadable.
 */
#include "cas/service_settings.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cas/answer.h"

enum {
	TEXT_LONGEST = 2000, /* bytes */
	TEXTS_MOST = 200, /* in a list, or members of an object */
	ORDER_MOST = 1000 * 1000 * 1000,
	KEYS_MOST = 255,
};

struct reading {
	struct arena *arena;
	const char *wrong; /* the first thing that was */
};

static bool
refuse(struct reading *r, const char *wrong)
{
	r->wrong = wrong;
	return false;
}

static bool
read_text(struct reading *r, const json_t *value, void *into)
{
	struct str text = { json_string_value(value),
		json_string_length(value) };

	if (!json_is_string(value) || text.len == 0 || text.len > TEXT_LONGEST)
		return refuse(r, "it takes a text of 1 to 2000 bytes");
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
			return refuse(r, "it may not have control characters");
	}
	*(struct str *)into = arena_text(r->arena, text);
	return true;
}

static bool
read_truth(struct reading *r, const json_t *value, void *into)
{
	if (!json_is_boolean(value))
		return refuse(r, "it takes true or false");
	*(bool *)into = json_is_true(value);
	return true;
}

static bool
read_number(struct reading *r, const json_t *value, void *into)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < -ORDER_MOST ||
	    number > ORDER_MOST)
		return refuse(r, "it takes a number of at most nine digits");
	*(int64_t *)into = number;
	return true;
}

static bool
read_key(struct reading *r, const json_t *value, void *into)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 1 || number > KEYS_MOST)
		return refuse(r, "it takes a generation of keys, 1 to 255");
	*(int64_t *)into = number;
	return true;
}

static bool
read_life(struct reading *r, const json_t *value, void *into)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 1 ||
	    number > SERVICE_TICKET_LIFE_MOST)
		return refuse(r, "it takes 1 to 600 seconds");
	*(int64_t *)into = number;
	return true;
}

/* `digits` digits in front of the rest, which begins with `end`. */
static bool
take_number(struct str *rest, size_t digits, struct str end, int *out)
{
	uint64_t number = 0;

	if (!str_number(str_first(*rest, digits), 9999, &number) ||
	    rest->len < digits || !str_starts(str_from(*rest, digits), end))
		return false;
	*rest = str_from(*rest, digits + end.len);
	*out = (int)number;
	return true;
}

bool
service_moment_read(struct str text, int64_t *at)
{
	struct tm parts = { 0 }, back;
	bool has_time = text.len > sizeof("2026-09-01") - 1;
	time_t seconds;

	if (!take_number(&text, 4, STR("-"), &parts.tm_year) ||
	    !take_number(&text, 2, STR("-"), &parts.tm_mon) ||
	    !take_number(
		&text, 2, has_time ? STR("T") : STR(""), &parts.tm_mday))
		return false;
	if (has_time && (!take_number(&text, 2, STR(":"), &parts.tm_hour) ||
			    !take_number(&text, 2, STR(":"), &parts.tm_min) ||
			    !take_number(&text, 2, STR("Z"), &parts.tm_sec)))
		return false;
	parts.tm_year -= 1900;
	parts.tm_mon -= 1;
	back = parts;
	seconds = timegm(&back);
	/* the 31st of February became the 3rd of March */
	if (text.len > 0 || seconds <= 0 || back.tm_mday != parts.tm_mday ||
	    back.tm_mon != parts.tm_mon || back.tm_hour != parts.tm_hour ||
	    back.tm_min != parts.tm_min || back.tm_sec != parts.tm_sec)
		return false;
	*at = (int64_t)seconds * 1000000;
	return true;
}

static bool
read_moment(struct reading *r, const json_t *value, void *into)
{
	if (!service_moment_read(str_of(json_string_value(value)), into))
		return refuse(r, "it takes a day, 2026-09-01, or a moment, "
				 "2026-09-01T08:00:00Z");
	return true;
}

static bool
read_texts(struct reading *r, const json_t *value, void *into)
{
	struct service_texts *texts = into;
	size_t count = json_array_size(value);
	struct str *items;

	if (!json_is_array(value) || count == 0 || count > TEXTS_MOST)
		return refuse(r, "it takes a list of 1 to 200 texts");
	items = arena_alloc(r->arena, count * sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		if (!read_text(r, json_array_get(value, i), &items[i]))
			return false;
	}
	*texts = (struct service_texts){ items, count };
	return true;
}

static bool
read_pairs(struct reading *r, const json_t *value, void *into)
{
	struct service_pairs *pairs = into;
	size_t count = json_object_size(value), i = 0;
	struct service_pair *items;
	const char *name;
	json_t *one;

	if (!json_is_object(value) || count == 0 || count > TEXTS_MOST)
		return refuse(r,
		    "it takes an object of 1 to 200 attributes, each "
		    "with a list");
	items = arena_alloc(r->arena, count * sizeof(*items));
	json_object_foreach((json_t *)(uintptr_t)value, name, one)
	{
		items[i].name = arena_text(r->arena, str_of(name));
		if (!read_texts(r, one, &items[i++].texts))
			return false;
	}
	*pairs = (struct service_pairs){ items, count };
	return true;
}

/* Has somebody else the new name already? */
static bool
is_taken(const struct service_pairs *pairs, size_t ahead, struct str name)
{
	for (size_t i = 0; i < ahead; i++) {
		for (size_t k = 0; k < pairs->items[i].texts.count; k++) {
			if (str_equal(pairs->items[i].texts.items[k], name))
				return true;
		}
	}
	return false;
}

static bool
check_new_names(
    struct reading *r, const struct service_pairs *pairs, size_t place)
{
	const struct service_pair *pair = &pairs->items[place];
	const char *why;

	for (size_t k = 0; k < pair->texts.count; k++) {
		struct str name = pair->texts.items[k];

		if (!answer_attribute_name_allowed(name, &why))
			return refuse(r, why);
		if (is_taken(pairs, place, name))
			return refuse(
			    r, "it gives two attributes the same new name");
	}
	return true;
}

static bool
read_renamed(struct reading *r, const json_t *value, void *into)
{
	const struct service_pairs *pairs = into;

	if (!read_pairs(r, value, into))
		return false;
	for (size_t i = 0; i < pairs->count; i++) {
		if (!check_new_names(r, pairs, i))
			return false;
	}
	return true;
}

struct member {
	const char *name;
	bool (*read)(struct reading *, const json_t *, void *into);
	size_t offset;
};

/* clang-format off */
#define MEMBER(name, read) \
	{ #name, (read), offsetof(struct service_settings, name) }
/* clang-format on */

static const struct member members[] = {
	MEMBER(description, read_text),
	MEMBER(contact, read_text),
	MEMBER(order, read_number),
	MEMBER(any_host, read_truth),
	MEMBER(valid_from, read_moment),
	MEMBER(valid_until, read_moment),
	MEMBER(types, read_texts),
	MEMBER(groups, read_texts),
	MEMBER(attributes, read_pairs),
	MEMBER(renamed, read_renamed),
	MEMBER(user_attribute, read_text),
	MEMBER(user_key, read_key),
	MEMBER(fresh, read_truth),
	MEMBER(ticket_life, read_life),
};

static const struct member *
member_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (str_equal(str_of(members[i].name), str_of(name)))
			return &members[i];
	}
	return NULL;
}

static bool
members_read(struct reading *r, const json_t *object,
    struct service_settings *settings, struct buf *why)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		const struct member *member = member_named(name);

		if (member == NULL) {
			buf_format(why, "%s: there is no such setting", name);
			return false;
		}
		if (!member->read(
			r, value, (char *)settings + member->offset)) {
			buf_format(why, "%s: %s", name, r->wrong);
			return false;
		}
	}
	return true;
}

/* What two members make of each other. */
static bool
agree(const struct service_settings *settings, struct buf *why)
{
	if (settings->user_key > 0 && settings->user_attribute.len > 0)
		buf_words(why, "user_key: a person has one name, and "
			       "user_attribute gives one already");
	else if (settings->valid_until > 0 &&
		 settings->valid_until <= settings->valid_from)
		buf_words(why, "valid_until: it comes before valid_from");
	else
		return true;
	return false;
}

bool
service_settings_read(struct str json, struct arena *arena,
    struct service_settings *settings, struct buf *why)
{
	struct reading r = { .arena = arena };
	json_t *object;
	bool fits;

	*settings = (struct service_settings){ .order = 0 };
	if (json.len == 0 || str_equal(json, STR("{}")))
		return true;
	object =
	    json.len <= SERVICE_SETTINGS_LONGEST
		? json_loadb(json.at, json.len, JSON_REJECT_DUPLICATES, NULL)
		: NULL;
	if (!json_is_object(object)) {
		json_decref(object);
		buf_words(why, "settings: this is no JSON object, or too long");
		return false;
	}
	fits = members_read(&r, object, settings, why) && agree(settings, why);
	json_decref(object);
	return fits;
}

bool
service_settings_valid_at(const struct service_settings *settings, int64_t now)
{
	return now >= settings->valid_from &&
	       (settings->valid_until == 0 || now < settings->valid_until);
}
