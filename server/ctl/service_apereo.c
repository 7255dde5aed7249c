/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services of an Apereo registry: one table of fields, each with what becomes
 * of it.
 *
 * A field that is not in the table is refused: it may have kept people out.
 */
#include "ctl/service_apereo.h"

#include "base/buf.h"
#include "ctl/json.h"
#include "ctl/service_apereo_policy.h"
#include "ctl/service_record.h"

enum {
	PATTERN_LONGEST = 4096
};

/* Texts name classes whole; what counts is behind the last dot. */
struct str
apereo_class(const json_t *object)
{
	struct str name =
	    str_of(json_string_value(json_object_get(object, "@class")));

	for (size_t i = name.len; i > 0; i--) {
		if (name.at[i - 1] == '.')
			return str_from(name, i);
	}
	return name;
}

const json_t *
apereo_unwrap(const json_t *value)
{
	const char *type = json_string_value(json_array_get(value, 0));

	if (json_array_size(value) == 2 && type != NULL &&
	    str_starts(str_of(type), STR("java.")))
		return json_array_get(value, 1);
	return value;
}

bool
apereo_is_unset(const json_t *value)
{
	const json_t *bare = apereo_unwrap(value);
	const char *type = json_string_value(json_object_get(bare, "@class"));
	size_t members = json_object_size(bare);

	/* of a map the type says nothing, of a policy it may say all */
	if (type != NULL && str_starts(str_of(type), STR("java.")))
		members--;
	return value == NULL || json_is_null(value) || json_is_false(value) ||
	       (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_array(bare) && json_array_size(bare) == 0) ||
	       (json_is_object(bare) && members == 0);
}

void
apereo_note(struct apereo *a, const char *words)
{
	buf_words(a->note, words);
}

bool
apereo_refuse(struct apereo *a, const char *sentence)
{
	buf_words(a->wrong, sentence);
	return false;
}

static struct str
text_of(const json_t *value)
{
	return (
	    struct str){ json_string_value(value), json_string_length(value) };
}

static bool
take_class(struct apereo *a, const json_t *value)
{
	struct str class = apereo_class(a->object);

	(void)value;
	apereo_note(a, "an application that speaks CAS");
	return str_equal(class, STR("RegexRegisteredService")) ||
	       str_equal(class, STR("CasRegisteredService")) ||
	       apereo_refuse(a, "only applications that speak CAS can be "
				"registered");
}

static bool
take_id(struct apereo *a, const json_t *value)
{
	CLEANUP(buf_clear) struct buf pattern = BUF_INIT(PATTERN_LONGEST);
	CLEANUP(buf_clear) struct buf less = BUF_INIT(PATTERN_LONGEST);

	if (!json_is_string(value))
		return apereo_refuse(a, "no text");
	if (!service_apereo_pattern(
		text_of(value), a->rules, &pattern, &less, a->wrong))
		return false;
	json_put(a->record, "pattern", json_words(buf_str(&pattern)));
	buf_format(
	    a->note, "pattern %s%s", buf_cstr(&pattern), buf_cstr(&less));
	return true;
}

static bool
take_name(struct apereo *a, const json_t *value)
{
	if (!json_is_string(value))
		return apereo_refuse(a, "no text");
	json_put(a->record, "name", json_words(text_of(value)));
	apereo_note(a, "name");
	return true;
}

static bool
take_number(struct apereo *a, const json_t *value)
{
	(void)value;
	apereo_note(a, "not kept: services get numbers of their own");
	return true;
}

static bool
take_description(struct apereo *a, const json_t *value)
{
	if (!json_is_string(value))
		return apereo_refuse(a, "no text");
	json_put(a->settings, "description", json_words(text_of(value)));
	apereo_note(a, "description");
	return true;
}

static bool
take_order(struct apereo *a, const json_t *value)
{
	if (!json_is_integer(value))
		return apereo_refuse(a, "no number");
	json_put(a->settings, "order", json_integer(json_integer_value(value)));
	apereo_note(a, "order, among expressions; plain patterns go first, the "
		       "most specific before all");
	return true;
}

static bool
take_logout_type(struct apereo *a, const json_t *value)
{
	struct str type = text_of(value);

	if (str_equal(type, STR("NONE"))) {
		json_put(a->record, "logout", json_words(STR("none")));
		apereo_note(a, "is not told of sign-outs");
		return true;
	}
	if (str_equal(type, STR("FRONT_CHANNEL"))) {
		json_put(a->record, "logout", json_words(STR("front")));
		apereo_note(
		    a, "is told by the browser on the page of sign-out");
		return true;
	}
	apereo_note(a, "is called when a session ends");
	return str_equal(type, STR("BACK_CHANNEL")) ||
	       apereo_refuse(
		   a, "only BACK_CHANNEL, FRONT_CHANNEL and NONE are there");
}

static bool
take_logout_url(struct apereo *a, const json_t *value)
{
	if (!json_is_string(value))
		return apereo_refuse(a, "no text");
	json_put(a->record, "logout_url", json_words(text_of(value)));
	apereo_note(a, "logout_url");
	return true;
}

static bool
take_contacts(struct apereo *a, const json_t *value)
{
	const json_t *list = apereo_unwrap(value);
	const json_t *first = json_array_get(list, 0);
	struct str name = text_of(json_object_get(first, "name"));
	struct str email = text_of(json_object_get(first, "email"));
	CLEANUP(buf_clear) struct buf contact = BUF_INIT(2000);

	if (!json_is_object(first) || name.len + email.len == 0)
		return apereo_refuse(a, "no list of contacts with name or "
					"email");
	buf_text(&contact, name);
	buf_words(&contact, name.len > 0 && email.len > 0 ? ", " : "");
	buf_text(&contact, email);
	json_put(a->settings, "contact", json_words(buf_str(&contact)));
	apereo_note(a, json_array_size(list) > 1
			   ? "contact: the first; the others left out"
			   : "contact: name and address");
	return true;
}

/* Says something of pages or of other servers, and keeps nobody out. */
static bool
take_nothing(struct apereo *a, const json_t *value)
{
	(void)value;
	apereo_note(a, "has no meaning here, left out");
	return true;
}

static const struct {
	const char *name;
	bool (*take)(struct apereo *, const json_t *);
} fields[] = {
	{ "@class", take_class },
	{ "serviceId", take_id },
	{ "name", take_name },
	{ "id", take_number },
	{ "description", take_description },
	{ "evaluationOrder", take_order },
	{ "attributeReleasePolicy", apereo_take_release },
	{ "usernameAttributeProvider", apereo_take_user_name },
	{ "proxyPolicy", apereo_take_proxy },
	{ "logoutType", take_logout_type },
	{ "logoutUrl", take_logout_url },
	{ "accessStrategy", apereo_take_access },
	{ "expirationPolicy", apereo_take_expiration },
	{ "serviceTicketExpirationPolicy", apereo_take_ticket_life },
	{ "multifactorPolicy", apereo_take_multifactor },
	{ "multifactorAuthenticationPolicy", apereo_take_multifactor },
	{ "matchingStrategy", apereo_take_matching },
	{ "contacts", take_contacts },
	{ "logo", take_nothing },
	{ "theme", take_nothing },
	{ "locale", take_nothing },
	{ "templateName", take_nothing },
	{ "informationUrl", take_nothing },
	{ "privacyUrl", take_nothing },
	{ "friendlyName", take_nothing },
};

static bool
take_field(struct apereo *a, const char *name, const json_t *value)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (strcmp(fields[i].name, name) != 0)
			continue;
		if (!apereo_is_unset(value))
			return fields[i].take(a, value);
		break;
	}
	if (apereo_is_unset(value)) {
		apereo_note(a, "not set");
		return true;
	}
	return apereo_refuse(a, "this cannot be honoured; take it out of the "
				"file if it may go");
}

static void
put_line(struct buf *out, const char *name, struct buf *words)
{
	buf_format(out, "%s: %s\n", name, buf_cstr(words));
}

bool
service_apereo_is(const json_t *object)
{
	return json_is_string(json_object_get(object, "@class"));
}

json_t *
service_apereo_read(const json_t *object,
    const struct service_import_rules *rules, struct buf *notes,
    struct buf *why)
{
	struct apereo a = { .object = object,
		.rules = rules,
		.record = json_object(),
		.settings = json_object() };
	const char *name;
	json_t *value;
	bool fits = true;

	json_put(a.record, "settings", a.settings);
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		CLEANUP(buf_clear) struct buf note = BUF_INIT(16 * 1024);
		CLEANUP(buf_clear) struct buf wrong = BUF_INIT(16 * 1024);

		a.note = &note;
		a.wrong = &wrong;
		if (take_field(&a, name, value)) {
			put_line(notes, name, &note);
		} else {
			put_line(why, name, &wrong);
			fits = false;
		}
	}
	if (fits)
		return a.record;
	json_decref(a.record);
	return NULL;
}
