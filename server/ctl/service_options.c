/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be set for one application alone, from options into JSON.
 *
 * Whether it holds is for the reader of the registry to say, so that nothing
 * is stored that a gate could not read.
 */
#include "ctl/service_options.h"

#include "base/arena.h"
#include "base/buf.h"
#include "cas/service_settings.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/settings.h"

static const char *const names[] = { "description", "contact", "order",
	"valid-from", "valid-until", "for-type", "for-group", "for-attribute",
	"rename", "user-name", "fresh", "ticket-life" };

bool
service_options_given(const struct options *options)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (options_has(options, names[i]))
			return true;
	}
	return false;
}

/* Text, or '' to take it out; UTF-8 that a terminal can show. */
static bool
put_text(const struct options *options, const char *option, json_t *object,
    const char *member)
{
	struct str text = options_text(options, option);

	if (!options_has(options, option))
		return true;
	if (text.len == 0) {
		(void)json_object_del(object, member);
		return true;
	}
	if (!plain_text_allowed(text, 2000)) {
		command_complain(
		    "--%s takes UTF-8 without control characters", option);
		return false;
	}
	json_put(object, member, json_words(text));
	return true;
}

static bool
put_number(const struct options *options, const char *option, json_t *object,
    const char *member)
{
	struct str text = options_text(options, option);
	bool negative = str_starts(text, STR("-"));
	uint64_t number;

	if (!options_has(options, option))
		return true;
	if (text.len == 0) {
		(void)json_object_del(object, member);
		return true;
	}
	if (!str_number(str_from(text, negative), 1000000000, &number)) {
		command_complain("--%s takes a number", option);
		return false;
	}
	json_put(object, member,
	    json_integer(negative ? -(json_int_t)number : (json_int_t)number));
	return true;
}

static bool
put_list(const struct options *options, const char *option, json_t *object,
    const char *member)
{
	size_t count = options_count(options, option);
	json_t *list;

	if (!options_has(options, option))
		return true;
	(void)json_object_del(object, member);
	if (count == 1 && options_item(options, option, 0).len == 0)
		return true;
	list = json_array();
	json_put(object, member, list);
	for (size_t i = 0; i < count; i++) {
		struct str text = options_item(options, option, i);

		if (!plain_text_allowed(text, 2000)) {
			command_complain(
			    "--%s takes UTF-8 without control characters",
			    option);
			return false;
		}
		json_append(list, json_words(text));
	}
	return true;
}

/* NAME=VALUE, several of a name in one list. */
static bool
put_pair(json_t *pairs, struct str text, const char *option)
{
	struct str name, value;
	CLEANUP(buf_clear) struct buf key = BUF_INIT(2000);
	json_t *list;

	if (!str_cut(text, '=', &name, &value) || name.len == 0 ||
	    value.len == 0 || !plain_text_allowed(text, 2000)) {
		command_complain(
		    "--%s takes a name, \"=\" and a value", option);
		return false;
	}
	buf_text(&key, name);
	list = json_object_get(pairs, buf_cstr(&key));
	if (list == NULL) {
		list = json_array();
		json_put(pairs, buf_cstr(&key), list);
	}
	json_append(list, json_words(value));
	return true;
}

static bool
put_pairs(const struct options *options, const char *option, json_t *object,
    const char *member)
{
	size_t count = options_count(options, option);
	json_t *pairs;

	if (!options_has(options, option))
		return true;
	(void)json_object_del(object, member);
	if (count == 1 && options_item(options, option, 0).len == 0)
		return true;
	pairs = json_object();
	json_put(object, member, pairs);
	for (size_t i = 0; i < count; i++) {
		if (!put_pair(pairs, options_item(options, option, i), option))
			return false;
	}
	return true;
}

static bool
put_user_name(const struct options *options, json_t *object)
{
	static const struct str attribute = STR_INIT("attribute:");
	struct str kind = options_text(options, "user-name");

	if (!options_has(options, "user-name"))
		return true;
	(void)json_object_del(object, "user_attribute");
	if (str_equal(kind, STR("opaque"))) {
		if (json_object_get(object, "user_key") == NULL)
			json_put(object, "user_key", json_integer(0));
		return true;
	}
	(void)json_object_del(object, "user_key");
	if (kind.len == 0 || str_equal(kind, STR("login")))
		return true;
	if (str_starts(kind, attribute) && kind.len > attribute.len) {
		json_put(object, "user_attribute",
		    json_words(str_from(kind, attribute.len)));
		return true;
	}
	command_complain("--user-name takes login, opaque or attribute:NAME");
	return false;
}

static bool
put_fresh(const struct options *options, json_t *object)
{
	struct str answer = options_text(options, "fresh");

	if (!options_has(options, "fresh"))
		return true;
	(void)json_object_del(object, "fresh");
	if (str_equal(answer, STR("yes")))
		json_put(object, "fresh", json_true());
	else if (!str_equal(answer, STR("no"))) {
		command_complain("--fresh takes yes or no");
		return false;
	}
	return true;
}

static bool
check_life(const struct settings *settings, const json_t *object)
{
	json_int_t life =
	    json_integer_value(json_object_get(object, "ticket_life"));

	if (life <= settings->ticket_life)
		return true;
	command_complain("--ticket-life takes no more than tickets live for "
			 "all, %lld seconds (ticket.life)",
	    (long long)settings->ticket_life);
	return false;
}

bool
service_options_apply(const struct settings *settings,
    const struct options *options, json_t *object)
{
	return put_text(options, "description", object, "description") &&
	       put_text(options, "contact", object, "contact") &&
	       put_number(options, "order", object, "order") &&
	       put_text(options, "valid-from", object, "valid_from") &&
	       put_text(options, "valid-until", object, "valid_until") &&
	       put_list(options, "for-type", object, "types") &&
	       put_list(options, "for-group", object, "groups") &&
	       put_pairs(options, "for-attribute", object, "attributes") &&
	       put_pairs(options, "rename", object, "renamed") &&
	       put_user_name(options, object) && put_fresh(options, object) &&
	       put_number(options, "ticket-life", object, "ticket_life") &&
	       check_life(settings, object);
}

/* The key of new names is yet to be filled in. */
bool
service_settings_hold(const json_t *object, struct buf *why)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(SERVICE_SETTINGS_LONGEST);
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct service_settings read;
	json_t *filled = json_deep_copy(object), *key;

	key = json_object_get(filled, "user_key");
	if (json_is_integer(key) && json_integer_value(key) == 0)
		(void)json_integer_set(key, 1);
	json_write(&text, filled);
	if (buf_ok(&text))
		return service_settings_read(
		    buf_str(&text), &arena, &read, why);
	buf_words(why, "settings: these are too long");
	return false;
}

bool
service_settings_write(const json_t *object, const char *whose, struct buf *out)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);

	if (!service_settings_hold(object, &why)) {
		command_complain("%s%s", whose, buf_cstr(&why));
		return false;
	}
	json_write(out, json_deep_copy(object));
	return buf_ok(out);
}
