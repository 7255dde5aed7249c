/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service as files have it.
 *
 * The table below and service_json() name the same members: what one writes
 * the other takes, and a member that is in neither is refused.
 */
#include "ctl/service_record.h"

#include "base/buf.h"
#include "cas/answer.h"
#include "cas/service_settings.h"
#include "cas/service_url.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/service.h"
#include "ctl/service_options.h"

enum {
	NAME_LONGEST = 256,
	SLUG_LONGEST = 63,
	RELEASED_LONGEST = 16 * 1024,
};

json_t *
service_json(const struct service *service)
{
	json_t *object = json_object();

	json_put(object, "id", json_integer(service->id));
	json_put(object, "tenant", json_words(service->tenant));
	json_put(object, "name", json_words(service->name));
	json_put(object, "pattern", json_words(service->pattern));
	json_put(object, "released", json_column(service->released));
	json_put(object, "enabled", json_boolean(service->enabled));
	json_put(object, "logout", json_words(service->logout_type));
	json_put(object, "logout_url", json_words(service->logout_url));
	json_put(object, "rest", json_boolean(service->rest));
	json_put(object, "proxy", json_boolean(service->proxy));
	json_put(object, "proxy_callback", json_words(service->proxy_callback));
	json_put(object, "proxy_lenient", json_boolean(service->proxy_lenient));
	json_put(object, "settings", json_column(service->settings_text));
	return object;
}

/* A record, and what is said of it. */
struct settling {
	json_t *record;
	const struct service_import_rules *rules;
	struct buf *why;
};

static bool
refuse(const struct settling *s, const char *sentence)
{
	buf_words(s->why, sentence);
	return false;
}

static struct str
text_of(const json_t *value)
{
	return (
	    struct str){ json_string_value(value), json_string_length(value) };
}

static bool
settle_id(const struct settling *s, json_t *value)
{
	(void)s, (void)value; /* the database numbers services */
	return true;
}

static bool
settle_tenant(const struct settling *s, json_t *value)
{
	if (text_of(value).len > 0 &&
	    plain_text_allowed(text_of(value), SLUG_LONGEST))
		return true;
	return refuse(s, "takes the slug of a tenant");
}

static bool
settle_name(const struct settling *s, json_t *value)
{
	if (text_of(value).len > 0 &&
	    plain_text_allowed(text_of(value), NAME_LONGEST))
		return true;
	return refuse(s, "takes 1 to 256 bytes without control characters");
}

static bool
settle_pattern(const struct settling *s, json_t *value)
{
	CLEANUP(buf_clear) struct buf canonical = BUF_INIT(SERVICE_URL_LONGEST);
	bool any_host =
	    s->rules->any_host ||
	    json_is_true(json_object_get(
		json_object_get(s->record, "settings"), "any_host"));
	const char *danger;

	if (!json_is_string(value))
		return refuse(s, "takes a text");
	if (!service_pattern_canonical(text_of(value), &canonical, s->why))
		return false;
	danger = service_pattern_danger(
	    buf_str(&canonical), s->rules->allow_http, any_host);
	if (danger != NULL)
		return refuse(s, danger);
	json_put(s->record, "pattern", json_words(buf_str(&canonical)));
	return true;
}

static bool
settle_released(const struct settling *s, json_t *value)
{
	size_t bytes = 0, i;
	const char *why;
	json_t *one;

	if (!json_is_array(value))
		return refuse(s, "takes a list of attributes");
	json_array_foreach(value, i, one)
	{
		struct str name = text_of(one);

		bytes += name.len + 3;
		if (!json_is_string(one))
			return refuse(s, "takes a list of attributes");
		if (!str_equal(name, STR("*")) &&
		    !answer_attribute_name_allowed(name, &why)) {
			buf_format(s->why, "%.*s: ", STR_ARGS(name));
			return refuse(s, why);
		}
	}
	return bytes <= RELEASED_LONGEST ||
	       refuse(s, "has too many attributes; \"*\" releases all");
}

static bool
settle_answer(const struct settling *s, json_t *value)
{
	return json_is_boolean(value) || refuse(s, "takes true or false");
}

static bool
settle_proxy_callback(const struct settling *s, json_t *value)
{
	CLEANUP(buf_clear) struct buf canonical = BUF_INIT(SERVICE_URL_LONGEST);

	if (!json_is_string(value))
		return refuse(s, "takes a text");
	if (text_of(value).len > 0 &&
	    !service_pattern_canonical(text_of(value), &canonical, s->why))
		return false;
	if (canonical.len > 0 &&
	    !str_starts(buf_str(&canonical), STR("https://")))
		return refuse(s, "takes https:// only");
	json_put(s->record, "proxy_callback", json_words(buf_str(&canonical)));
	return true;
}

static bool
settle_logout(const struct settling *s, json_t *value)
{
	struct str type = text_of(value);

	return str_equal(type, STR("back")) || str_equal(type, STR("front")) ||
	       str_equal(type, STR("none")) ||
	       refuse(s, "takes back, front or none");
}

static bool
settle_logout_url(const struct settling *s, json_t *value)
{
	CLEANUP(buf_clear) struct buf url = BUF_INIT(SERVICE_URL_LONGEST);

	if (!json_is_string(value) ||
	    (text_of(value).len > 0 &&
		!service_url_canonical(text_of(value), &url)))
		return refuse(s, "takes one address such as "
				 "https://app.example/logout");
	if (url.len > 0 && !str_starts(buf_str(&url), STR("https://")) &&
	    !s->rules->allow_http)
		return refuse(s, "is without https://; --allow-http accepts "
				 "that");
	json_put(s->record, "logout_url", json_words(buf_str(&url)));
	return true;
}

static bool
settle_settings(const struct settling *s, json_t *value)
{
	json_t *life = json_object_get(value, "ticket_life");

	if (!json_is_object(value))
		return refuse(s, "takes an object");
	if (json_integer_value(life) > s->rules->ticket_life)
		return refuse(s, "ticket_life: tickets live no longer than for "
				 "all (ticket.life)");
	if (json_object_get(value, "user_key") != NULL)
		json_put(value, "user_key", json_integer(0));
	return service_settings_hold(value, s->why);
}

static const struct {
	const char *name;
	bool (*settle)(const struct settling *, json_t *value);
	bool required;
} members[] = {
	{ "id", settle_id, false },
	{ "tenant", settle_tenant, true },
	{ "name", settle_name, true },
	{ "released", settle_released, true },
	{ "enabled", settle_answer, true },
	{ "logout", settle_logout, true },
	{ "logout_url", settle_logout_url, true },
	{ "rest", settle_answer, true },
	{ "proxy", settle_answer, true },
	{ "proxy_callback", settle_proxy_callback, true },
	{ "proxy_lenient", settle_answer, true },
	{ "settings", settle_settings, true },
	{ "pattern", settle_pattern, true },
};

static void
fill_in(json_t *record, const char *name, json_t *value)
{
	if (json_object_get(record, name) == NULL)
		json_put(record, name, value);
	else
		json_decref(value);
}

static bool
is_member(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (strcmp(members[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
check_names(const json_t *record, struct buf *why)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)record, name, value)
	{
		if (is_member(name))
			continue;
		buf_format(why, "%s: there is no such member", name);
		return false;
	}
	return true;
}

bool
service_record_settle(
    json_t *record, const struct service_import_rules *rules, struct buf *why)
{
	CLEANUP(buf_clear) struct buf sentence = BUF_INIT(4096);
	const struct settling s = { record, rules, &sentence };

	fill_in(record, "tenant", json_words(rules->tenant));
	fill_in(record, "released", json_array());
	fill_in(record, "enabled", json_true());
	fill_in(record, "logout", json_words(STR("back")));
	fill_in(record, "logout_url", json_words(STR("")));
	fill_in(record, "rest", json_false());
	fill_in(record, "proxy", json_false());
	fill_in(record, "proxy_callback", json_words(STR("")));
	fill_in(record, "proxy_lenient", json_false());
	fill_in(record, "settings", json_object());
	if (!check_names(record, why))
		return false;
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		json_t *value = json_object_get(record, members[i].name);

		if (value == NULL && members[i].required)
			buf_words(&sentence, "is missing");
		else if (value == NULL || members[i].settle(&s, value))
			continue;
		buf_format(why, "%s: %s", members[i].name, buf_cstr(&sentence));
		return false;
	}
	(void)json_object_del(record, "id");
	return true;
}
