/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which attributes an application receives.
 */
#include "cas/released.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/answer.h"
#include "model/service_settings.h"
#include "text/escape.h"

static bool
is_released(const json_t *released, const char *name)
{
	for (size_t i = 0; i < json_array_size(released); i++) {
		struct str allowed =
		    str_of(json_string_value(json_array_get(released, i)));

		if (str_equal(allowed, STR("*")) ||
		    str_equal(allowed, str_of(name)))
			return true;
	}
	return false;
}

/* The text of one value; `spelled` owns it where JSON does not have it. */
static struct str
value_text(const json_t *value, char **spelled)
{
	if (json_is_string(value))
		return (struct str){ json_string_value(value),
			json_string_length(value) };
	*spelled = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	return str_of(*spelled);
}

struct visitor {
	released_visitor *visit;
	void *context;
};

static void
visit_attribute(
    struct str name, const json_t *value, const struct visitor *visitor)
{
	bool is_list = json_is_array(value);
	size_t most = is_list ? json_array_size(value) : 1, count = 0;
	struct str *values = memory_array(most, sizeof(*values));
	char **spelled = memory_array(most, sizeof(*spelled));

	for (size_t i = 0; i < most; i++) {
		const json_t *one = is_list ? json_array_get(value, i) : value;

		if (!json_is_null(one))
			values[count++] = value_text(one, &spelled[i]);
	}
	if (count > 0)
		visitor->visit(visitor->context,
		    &(struct released){ name, values, count });
	for (size_t i = 0; i < most; i++)
		free(spelled[i]);
	free(spelled);
	free(values);
}

/* The new names of an attribute, NULL if it keeps its own. */
static const struct service_texts *
new_names(const struct service_pairs *renamed, struct str name)
{
	for (size_t i = 0; renamed != NULL && i < renamed->count; i++) {
		if (str_equal(renamed->items[i].name, name))
			return &renamed->items[i].texts;
	}
	return NULL;
}

/* Was the name given to another attribute? */
static bool
is_new_name(const struct service_pairs *renamed, struct str name)
{
	for (size_t i = 0; renamed != NULL && i < renamed->count; i++) {
		const struct service_texts *texts = &renamed->items[i].texts;

		for (size_t k = 0; k < texts->count; k++) {
			if (str_equal(texts->items[k], name))
				return true;
		}
	}
	return false;
}

/* Under its names; those given to others are theirs. */
static void
visit_names(const struct service_pairs *renamed, struct str name,
    const json_t *value, const struct visitor *visitor)
{
	const struct service_texts *names = new_names(renamed, name);
	const char *why;

	for (size_t i = 0; names != NULL && i < names->count; i++)
		visit_attribute(names->items[i], value, visitor);
	if (names == NULL && !is_new_name(renamed, name) &&
	    answer_attribute_name_allowed(name, &why))
		visit_attribute(name, value, visitor);
}

void
released_json(struct buf *out, const struct released *attribute)
{
	buf_char(out, '"');
	buf_text(out, attribute->name);
	buf_text(out, STR("\":["));
	for (size_t i = 0; i < attribute->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		escape_json(out, attribute->values[i]);
	}
	buf_char(out, ']');
}

void
released_visit(const struct answer_success *success, released_visitor *visit,
    void *context)
{
	static const struct str none = STR_INIT("[]"), empty = STR_INIT("{}");
	const struct visitor visitor = { visit, context };
	json_t *attributes, *released, *value;
	const char *name;

	if (success->released.len <= none.len ||
	    success->attributes.len <= empty.len)
		return;
	attributes = json_loadb(
	    success->attributes.at, success->attributes.len, 0, NULL);
	released =
	    json_loadb(success->released.at, success->released.len, 0, NULL);
	json_object_foreach(attributes, name, value)
	{
		if (is_released(released, name))
			visit_names(
			    success->renamed, str_of(name), value, &visitor);
	}
	json_decref(attributes);
	json_decref(released);
}
