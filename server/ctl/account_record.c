/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person as one JSON object: a table of fields, each with its check.
 *
 * Checks may put another form of the value into the object; what stands there
 * in the end goes to the database as it is.
 */
#include "ctl/account_record.h"

#include "base/buf.h"
#include "cas/answer.h"
#include "crypto/password.h"
#include "ctl/json.h"
#include "ctl/nearest.h"
#include "ctl/plain.h"
#include "text/login_name.h"

static const char main_tenant[] = "main";

struct record_field {
	const char *name;
	bool (*check)(json_t *person, json_t *value, struct buf *why);
};

struct str
account_record_text(const json_t *value)
{
	if (!json_is_string(value))
		return STR_NONE;
	return (
	    struct str){ json_string_value(value), json_string_length(value) };
}

static bool
record_text_fits(const json_t *value, size_t least, size_t most)
{
	struct str text = account_record_text(value);

	return json_is_string(value) && text.len >= least &&
	       plain_text_allowed(text, most);
}

/* "takes 1 to 64 bytes of UTF-8 without control characters". */
static bool
record_text_check(const char *what, const json_t *value, size_t least,
    size_t most, struct buf *why)
{
	if (record_text_fits(value, least, most))
		return true;
	buf_format(why,
	    "%s takes %zu to %zu bytes of UTF-8 without control characters",
	    what, least, most);
	return false;
}

static bool
record_login(json_t *person, json_t *value, struct buf *why)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(LOGIN_NAME_LONGEST + 1);

	if (!login_name_canonical(account_record_text(value), &login)) {
		buf_words(why, LOGIN_NAME_RULE);
		return false;
	}
	json_put(person, "login", json_words(buf_str(&login)));
	return true;
}

static bool
record_display_name(json_t *person, json_t *value, struct buf *why)
{
	(void)person;
	return record_text_check(
	    "display_name", value, 1, DISPLAY_NAME_LONGEST, why);
}

bool
account_hash_allowed(struct str hash, struct buf *why)
{
	const char *trouble = hash.len >= HASH_LONGEST
				  ? "is too long for a hash"
				  : password_hash_trouble(hash);

	if (trouble != NULL)
		buf_format(why, "the password %s", trouble);
	return trouble == NULL;
}

/* The object keeps `value` alive only while it holds it. */
static bool
record_password(json_t *person, json_t *value, struct buf *why)
{
	if (!json_is_string(value)) {
		buf_words(why, "the password is not a text");
		return false;
	}
	if (json_string_length(value) > 0)
		return account_hash_allowed(account_record_text(value), why);
	return json_object_del(person, "password") == 0;
}

static bool
record_state(json_t *person, json_t *value, struct buf *why)
{
	struct str state = account_record_text(value);

	(void)person;
	if (str_equal(state, STR("active")) ||
	    str_equal(state, STR("disabled")) ||
	    str_equal(state, STR("locked")))
		return true;
	buf_words(why, "state is active, disabled or locked");
	return false;
}

bool
account_attribute_allowed(struct str name, struct str value, struct buf *why)
{
	const char *trouble;

	if (!answer_attribute_name_allowed(name, &trouble)) {
		buf_format(why, "an attribute cannot be called \"%.*s\": %s",
		    STR_ARGS(name), trouble);
		return false;
	}
	if (!plain_text_allowed(value, VALUE_LONGEST)) {
		buf_format(why,
		    "the value of attribute %.*s is not at most %d bytes of "
		    "UTF-8 without control characters",
		    STR_ARGS(name), VALUE_LONGEST);
		return false;
	}
	return true;
}

static bool
record_attribute(const char *name, json_t *values, struct buf *why)
{
	json_t *value;
	size_t i;

	if (!json_is_array(values)) {
		buf_format(
		    why, "the values of attribute %s are not a list", name);
		return false;
	}
	json_array_foreach(values, i, value)
	{
		if (!json_is_string(value)) {
			buf_format(
			    why, "a value of attribute %s is not a text", name);
			return false;
		}
		if (!account_attribute_allowed(
			str_of(name), account_record_text(value), why))
			return false;
	}
	return account_attribute_allowed(str_of(name), STR(""), why);
}

static bool
record_small_enough(const json_t *value, const char *what, struct buf *why)
{
	if (json_dumpb(value, NULL, 0, JSON_COMPACT) <= ATTRIBUTES_LONGEST)
		return true;
	buf_format(
	    why, "these %s take more than %d bytes", what, ATTRIBUTES_LONGEST);
	return false;
}

/* One text stands for a list of one; an attribute without values goes. */
static bool
record_attributes(json_t *person, json_t *value, struct buf *why)
{
	json_t *values;
	const char *name;
	void *next;

	(void)person;
	if (!json_is_object(value)) {
		buf_words(why, "attributes are an object: name to list of "
			       "texts");
		return false;
	}
	json_object_foreach_safe(value, next, name, values)
	{
		if (json_is_string(values)) {
			values = json_pack("[O]", values);
			json_put(value, name, values);
		}
		if (!record_attribute(name, values, why))
			return false;
		if (json_array_size(values) == 0)
			json_object_del(value, name);
	}
	return record_small_enough(value, "attributes", why);
}

static bool
record_groups(const json_t *groups, struct buf *why)
{
	const json_t *group;
	size_t i;

	if (!json_is_array(groups)) {
		buf_words(why, "groups are a list of texts");
		return false;
	}
	json_array_foreach(groups, i, group)
	{
		if (!record_text_check("a group", group, 1, GROUP_LONGEST, why))
			return false;
	}
	return record_small_enough(groups, "groups", why);
}

/* All three members are there afterwards, and nothing else. */
static bool
record_membership(json_t *membership, struct buf *why)
{
	size_t known;

	if (!json_is_object(membership)) {
		buf_words(why, "a membership is an object: tenant, type, "
			       "groups");
		return false;
	}
	if (json_object_get(membership, "type") == NULL)
		json_put(membership, "type", json_words(STR("")));
	if (json_object_get(membership, "groups") == NULL)
		json_put(membership, "groups", json_array());
	known = json_object_get(membership, "tenant") != NULL ? 3 : 2;
	if (json_object_size(membership) != known) {
		buf_words(why, "a membership has a tenant, a type and groups, "
			       "and nothing else");
		return false;
	}
	return record_text_check("tenant",
		   json_object_get(membership, "tenant"), 1, TYPE_LONGEST,
		   why) &&
	       record_text_check("type", json_object_get(membership, "type"), 0,
		   TYPE_LONGEST, why) &&
	       record_groups(json_object_get(membership, "groups"), why);
}

static bool
record_has_tenant(const json_t *memberships, size_t before, struct str tenant)
{
	for (size_t i = 0; i < before; i++) {
		const json_t *other = json_array_get(memberships, i);

		if (str_equal(
			account_record_text(json_object_get(other, "tenant")),
			tenant))
			return true;
	}
	return false;
}

static bool
record_memberships(json_t *person, json_t *value, struct buf *why)
{
	json_t *membership;
	size_t i;

	(void)person;
	if (!json_is_array(value)) {
		buf_words(why, "memberships are a list of objects: tenant, "
			       "type, groups");
		return false;
	}
	json_array_foreach(value, i, membership)
	{
		struct str tenant;

		if (!record_membership(membership, why))
			return false;
		tenant =
		    account_record_text(json_object_get(membership, "tenant"));
		if (record_has_tenant(value, i, tenant)) {
			buf_format(why, "tenant %.*s stands there twice",
			    STR_ARGS(tenant));
			return false;
		}
	}
	return true;
}

/* Of one membership; record_fold() has moved them away before. */
static bool
record_moved(json_t *person, json_t *value, struct buf *why)
{
	(void)person, (void)value, (void)why;
	return true;
}

static const struct record_field record_fields[] = {
	{ "login", record_login },
	{ "display_name", record_display_name },
	{ "password", record_password },
	{ "state", record_state },
	{ "attributes", record_attributes },
	{ "memberships", record_memberships },
	{ "tenant", record_moved },
	{ "type", record_moved },
	{ "groups", record_moved },
};

static const struct record_field *
record_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(record_fields); i++)
		if (str_equal(str_of(record_fields[i].name), name))
			return &record_fields[i];
	return NULL;
}

bool
account_record_has(struct str name)
{
	return record_find(name) != NULL;
}

void
account_record_suggest(struct str name, struct buf *out)
{
	struct nearest nearest;

	nearest_start(&nearest, name);
	for (size_t i = 0; i < COUNT_OF(record_fields); i++)
		nearest_consider(&nearest, str_of(record_fields[i].name));
	nearest_suggest(&nearest, out);
}

/* What is null counts as not given. */
static bool
record_known_fields(json_t *person, struct buf *why)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(person, next, name, value)
	{
		if (!account_record_has(str_of(name))) {
			buf_words(why, "there is no field \"");
			buf_text(why, str_first(str_of(name), 64));
			buf_words(why, "\"");
			account_record_suggest(str_of(name), why);
			return false;
		}
		if (json_is_null(value))
			json_object_del(person, name);
	}
	return true;
}

static void
record_move(json_t *person, json_t *membership, const char *name)
{
	json_t *value = json_object_get(person, name);

	if (value == NULL)
		return;
	json_put(membership, name, json_incref(value));
	json_object_del(person, name);
}

/* "tenant", "type" and "groups" beside the others: one membership. */
static bool
record_fold(json_t *person, struct buf *why)
{
	static const char *const parts[] = { "tenant", "type", "groups" };
	json_t *membership = json_object();

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		record_move(person, membership, parts[i]);
	if (json_object_size(membership) == 0) {
		json_decref(membership);
		return true;
	}
	if (json_object_get(membership, "tenant") == NULL)
		json_put(membership, "tenant", json_words(str_of(main_tenant)));
	if (json_object_get(person, "memberships") != NULL) {
		json_decref(membership);
		buf_words(why, "there are both memberships and a tenant, type "
			       "or groups");
		return false;
	}
	json_put(person, "memberships", json_pack("[o]", membership));
	return true;
}

bool
account_record_check(json_t *person, struct buf *why)
{
	if (!record_known_fields(person, why) || !record_fold(person, why))
		return false;
	if (json_object_get(person, "login") == NULL) {
		buf_words(why, "the login is missing");
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(record_fields); i++) {
		const struct record_field *field = &record_fields[i];
		json_t *value = json_object_get(person, field->name);

		if (value != NULL && !field->check(person, value, why))
			return false;
	}
	return true;
}
