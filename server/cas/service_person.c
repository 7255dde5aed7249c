/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person as one application meets them.
 */
#include "cas/service_person.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "cas/answer.h"
#include "crypto/mac.h"
#include "model/service.h"
#include "model/service_settings.h"

enum {
	OPAQUE_SIZE = 20, /* bytes of a MAC */
	OPAQUE_LENGTH = 27, /* characters */
};

bool
service_is_choosy(const struct service_settings *settings)
{
	return settings->types.count > 0 || settings->groups.count > 0 ||
	       settings->attributes.count > 0 ||
	       settings->user_attribute.len > 0;
}

static bool
texts_have(const struct service_texts *texts, struct str wanted)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (str_equal(texts->items[i], wanted))
			return true;
	}
	return false;
}

static struct str
value_text(const json_t *value)
{
	return (
	    struct str){ json_string_value(value), json_string_length(value) };
}

/* Is one of the values, or the one value, among the texts? */
static bool
texts_meet(const struct service_texts *texts, const json_t *values)
{
	if (json_is_string(values))
		return texts_have(texts, value_text(values));
	for (size_t i = 0; i < json_array_size(values); i++) {
		const json_t *value = json_array_get(values, i);

		if (json_is_string(value) &&
		    texts_have(texts, value_text(value)))
			return true;
	}
	return false;
}

static bool
groups_fit(const struct service_settings *settings, struct str groups)
{
	json_t *list;
	bool fit;

	if (settings->groups.count == 0)
		return true;
	list = json_loadb(groups.len > 0 ? groups.at : "[]",
	    groups.len > 0 ? groups.len : 2, 0, NULL);
	fit = texts_meet(&settings->groups, list);
	json_decref(list);
	return fit;
}

/* The only value that the attribute has; STR_NONE if there is not just one that
 * may name a user.  The text belongs to the object. */
static struct str
naming_value(const json_t *attributes, struct str attribute)
{
	const json_t *value =
	    json_object_getn(attributes, attribute.at, attribute.len);

	if (json_array_size(value) == 1)
		value = json_array_get(value, 0);
	if (!json_is_string(value) || !answer_user_allowed(value_text(value)))
		return STR_NONE;
	return value_text(value);
}

static json_t *
attributes_load(struct str attributes)
{
	return attributes.len == 0
		   ? NULL
		   : json_loadb(attributes.at, attributes.len, 0, NULL);
}

static bool
attributes_fit(const struct service_settings *settings, struct str text)
{
	json_t *attributes = attributes_load(text);
	bool fit = settings->user_attribute.len == 0 ||
		   naming_value(attributes, settings->user_attribute).len > 0;

	for (size_t i = 0; i < settings->attributes.count && fit; i++) {
		const struct service_pair *wanted =
		    &settings->attributes.items[i];

		fit = texts_meet(
		    &wanted->texts, json_object_getn(attributes,
					wanted->name.at, wanted->name.len));
	}
	json_decref(attributes);
	return fit;
}

bool
service_admits(const struct service_settings *settings,
    const struct service_person *person)
{
	if (!service_is_choosy(settings))
		return true;
	return (settings->types.count == 0 ||
		   texts_have(&settings->types, person->type)) &&
	       groups_fit(settings, person->groups) &&
	       attributes_fit(settings, person->attributes);
}

static struct str
opaque_name(const struct service *service, const struct service_person *person,
    const struct mac_key *key, struct arena *arena)
{
	uint8_t numbers[16], mac[MAC_SIZE];
	char name[OPAQUE_LENGTH];
	struct str part = { (const char *)numbers, sizeof(numbers) };

	bytes_put_be(numbers, 8, (uint64_t)service->id);
	bytes_put_be(numbers + 8, 8, (uint64_t)person->account_id);
	mac_compute(key, &part, 1, mac);
	bytes_base62(name, OPAQUE_LENGTH, mac, OPAQUE_SIZE);
	bytes_wipe(mac, sizeof(mac));
	return arena_text(arena, (struct str){ name, OPAQUE_LENGTH });
}

bool
service_user_name(const struct service *service,
    const struct service_person *person, const struct mac_key *key,
    struct arena *arena, struct str *name)
{
	const struct service_settings *settings = service->settings;

	if (settings->user_key > 0) {
		if (key == NULL)
			return false;
		*name = opaque_name(service, person, key, arena);
	} else if (settings->user_attribute.len > 0) {
		json_t *attributes = attributes_load(person->attributes);

		*name = arena_text(
		    arena, naming_value(attributes, settings->user_attribute));
		json_decref(attributes);
	} else {
		*name = person->login;
	}
	return name->len > 0;
}
