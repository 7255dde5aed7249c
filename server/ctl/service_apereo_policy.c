/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies inside a service of an Apereo registry.
 *
 * Members of a policy that are set and are not known are refused with their
 * name, as fields are.
 */
#include "ctl/service_apereo_policy.h"

#include "base/buf.h"
#include "cas/service_settings.h"
#include "cas/service_url.h"
#include "ctl/json.h"
#include "ctl/service_apereo.h"
#include "ctl/service_record.h"

static struct str
text_of(const json_t *value)
{
	return (
	    struct str){ json_string_value(value), json_string_length(value) };
}

/* Nothing but these may be set; the list ends with NULL. */
static bool
only(struct apereo *a, const json_t *policy, const char *const *known)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)policy, name, value)
	{
		size_t i = 0;

		while (known[i] != NULL && strcmp(known[i], name) != 0)
			i++;
		if (known[i] != NULL || apereo_is_unset(value))
			continue;
		buf_format(a->wrong,
		    "its %s cannot be honoured; take it out of the file if it "
		    "may go",
		    name);
		return false;
	}
	return true;
}

/* A text as a list of one; NULL if it holds anything but plain texts. */
static json_t *
texts_of(const json_t *value)
{
	const json_t *bare = apereo_unwrap(value);
	json_t *texts = json_array(), *one;
	size_t i;

	if (json_is_string(bare)) {
		json_append(texts, json_words(text_of(bare)));
		return texts;
	}
	json_array_foreach(bare, i, one)
	{
		if (!json_is_string(one)) {
			json_decref(texts);
			return NULL;
		}
		json_append(texts, json_words(text_of(one)));
	}
	return texts;
}

/* Has a text of the list one of these characters? */
static bool
have_any(const json_t *texts, const char *letters)
{
	json_t *one;
	size_t i;

	json_array_foreach(texts, i, one)
	{
		if (strpbrk(json_string_value(one), letters) != NULL)
			return true;
	}
	return false;
}

/* {"name": ["value", ...]} of a map, NULL if its values are not such. */
static json_t *
pairs_of(const json_t *map, const char *special)
{
	json_t *pairs = json_object(), *value;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)map, name, value)
	{
		json_t *texts;

		if (strcmp(name, "@class") == 0)
			continue;
		texts = texts_of(value);
		if (texts == NULL || have_any(texts, special)) {
			json_decref(texts);
			json_decref(pairs);
			return NULL;
		}
		json_put(pairs, name, texts);
	}
	return pairs;
}

static bool
take_allowed(struct apereo *a, const json_t *policy)
{
	json_t *names = texts_of(json_object_get(policy, "allowedAttributes"));

	if (names == NULL)
		return apereo_refuse(a, "allowedAttributes is no list of "
					"names");
	json_put(a->record, "released", names);
	apereo_note(a, "released: these attributes");
	return true;
}

static bool
take_mapped(struct apereo *a, const json_t *policy)
{
	json_t *pairs = pairs_of(
	    apereo_unwrap(json_object_get(policy, "allowedAttributes")),
	    "{}:/ ");
	json_t *names = json_array(), *value;
	const char *name;

	if (pairs == NULL) {
		json_decref(names);
		return apereo_refuse(a, "allowedAttributes has more than new "
					"names: scripts are not run");
	}
	json_object_foreach(pairs, name, value)
	{
		json_append(names, json_words(str_of(name)));
		/* the same name is no other one */
		if (json_array_size(value) == 1 &&
		    str_equal(text_of(json_array_get(value, 0)), str_of(name)))
			continue;
		if (json_object_get(a->settings, "renamed") == NULL)
			json_put(a->settings, "renamed", json_object());
		json_put(json_object_get(a->settings, "renamed"), name,
		    json_incref(value));
	}
	json_decref(pairs);
	json_put(a->record, "released", names);
	apereo_note(a, "released and renamed: these attributes");
	return true;
}

bool
apereo_take_release(struct apereo *a, const json_t *policy)
{
	static const char *const known[] = { "@class", "allowedAttributes",
		"authorizedToReleaseAuthenticationAttributes",
		"excludeDefaultAttributes", "principalAttributesRepository",
		"consentPolicy", "order", NULL };
	struct str class = apereo_class(policy);

	if (!only(a, policy, known))
		return false;
	if (str_equal(class, STR("ReturnAllowedAttributeReleasePolicy")))
		return take_allowed(a, policy);
	if (str_equal(class, STR("ReturnMappedAttributeReleasePolicy")))
		return take_mapped(a, policy);
	if (str_equal(class, STR("DenyAllAttributeReleasePolicy"))) {
		apereo_note(a, "released: nothing but the user's name");
		return true;
	}
	if (!str_equal(class, STR("ReturnAllAttributeReleasePolicy")))
		return apereo_refuse(a, "of release policies only ReturnAll, "
					"ReturnAllowed, ReturnMapped and "
					"DenyAll are there");
	json_put(a->record, "released", json_pack("[s]", "*"));
	apereo_note(a, "released: all attributes");
	return true;
}

/* Names are in lower case already. */
static bool
keeps_case(const json_t *provider)
{
	struct str mode =
	    text_of(json_object_get(provider, "canonicalizationMode"));

	return mode.len == 0 || str_equal(mode, STR("NONE"));
}

bool
apereo_take_user_name(struct apereo *a, const json_t *provider)
{
	static const char *const known[] = { "@class", "usernameAttribute",
		"canonicalizationMode", "persistentIdGenerator", NULL };
	struct str class = apereo_class(provider);
	json_t *attribute = json_object_get(provider, "usernameAttribute");

	if (!only(a, provider, known))
		return false;
	if (str_equal(
		class, STR("AnonymousRegisteredServiceUsernameProvider"))) {
		json_put(a->settings, "user_key", json_integer(0));
		apereo_note(a, "opaque names; others than it knew so far, "
			       "since their salt stays behind");
		return true;
	}
	if (!keeps_case(provider) &&
	    !str_equal(
		text_of(json_object_get(provider, "canonicalizationMode")),
		STR("LOWER")))
		return apereo_refuse(a, "names are in lower case here");
	if (str_equal(class, STR("DefaultRegisteredServiceUsernameProvider"))) {
		apereo_note(a, "the login names the user");
		return true;
	}
	if (!str_equal(class,
		STR("PrincipalAttributeRegisteredServiceUsernameProvider")) ||
	    !json_is_string(attribute))
		return apereo_refuse(a, "of providers only Default, "
					"PrincipalAttribute and Anonymous are "
					"there");
	if (!keeps_case(provider))
		return apereo_refuse(a, "values of attributes stay as they "
					"are");
	json_put(a->settings, "user_attribute", json_words(text_of(attribute)));
	apereo_note(a, "an attribute names the user; who lacks it is refused");
	return true;
}

/* Addresses that are called have patterns without expressions, and https. */
static bool
take_callback(struct apereo *a, struct str expression)
{
	struct service_import_rules rules = *a->rules;
	CLEANUP(buf_clear) struct buf pattern = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf less = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf ignored = BUF_INIT(4096);

	rules.allow_http = false;
	if (!service_apereo_pattern(
		expression, &rules, &pattern, &less, &ignored) ||
	    !str_starts(buf_str(&pattern), STR("https://")))
		return apereo_refuse(a,
		    "its pattern is none of https addresses with a host and a "
		    "path or .* behind it");
	json_put(a->record, "proxy", json_true());
	json_put(a->record, "proxy_callback", json_words(buf_str(&pattern)));
	buf_format(
	    a->note, "proxy, with proxy_callback %s", buf_cstr(&pattern));
	return true;
}

bool
apereo_take_proxy(struct apereo *a, const json_t *policy)
{
	static const char *const known[] = { "@class", "pattern", NULL };
	struct str class = apereo_class(policy);

	if (str_equal(class, STR("RefuseRegisteredServiceProxyPolicy"))) {
		apereo_note(a, "no proxy tickets");
		return true;
	}
	if (!str_equal(class, STR("RegexMatchingRegisteredServiceProxyPolicy")))
		return apereo_refuse(a,
		    "of proxy policies only Refuse and RegexMatching are "
		    "there");
	return only(a, policy, known) &&
	       take_callback(a, text_of(json_object_get(policy, "pattern")));
}

static bool
take_required(struct apereo *a, const json_t *strategy)
{
	const json_t *map =
	    apereo_unwrap(json_object_get(strategy, "requiredAttributes"));
	const json_t *all = json_object_get(strategy, "requireAllAttributes");
	json_t *pairs;

	if (apereo_is_unset(map))
		return true;
	pairs = pairs_of(map, "*+?[](){}|^$\\");
	if (pairs == NULL)
		return apereo_refuse(a, "requiredAttributes has more than "
					"values to the letter");
	if (json_is_false(all) && json_object_size(pairs) > 1) {
		json_decref(pairs);
		return apereo_refuse(a, "of several requiredAttributes all are "
					"demanded here");
	}
	json_put(a->settings, "attributes", pairs);
	apereo_note(a, "; only for people with these attributes");
	return true;
}

/* "startingDateTime" and "endingDateTime" of one class. */
static bool
take_dates(struct apereo *a, const json_t *strategy)
{
	static const char *const names[][2] = {
		{ "startingDateTime", "valid_from" },
		{ "endingDateTime", "valid_until" },
	};
	int64_t at;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const json_t *value = json_object_get(strategy, names[i][0]);

		if (apereo_is_unset(value))
			continue;
		if (!service_moment_read(text_of(value), &at))
			return apereo_refuse(a, "its dates are not of the form "
						"2026-09-01T08:00:00Z");
		json_put(a->settings, names[i][1], json_words(text_of(value)));
		apereo_note(a, "; within these dates");
	}
	return true;
}

bool
apereo_take_access(struct apereo *a, const json_t *strategy)
{
	static const char *const known[] = { "@class", "enabled", "ssoEnabled",
		"requiredAttributes", "requireAllAttributes",
		"unauthorizedRedirectUrl", "startingDateTime", "endingDateTime",
		"delegatedAuthenticationPolicy", "order", NULL };
	struct str class = apereo_class(strategy);
	bool off = json_is_false(json_object_get(strategy, "enabled"));

	if (!str_equal(class, STR("DefaultRegisteredServiceAccessStrategy")) &&
	    !str_equal(class, STR("TimeBasedRegisteredServiceAccessStrategy")))
		return apereo_refuse(a, "of strategies only Default and "
					"TimeBased are there");
	if (!only(a, strategy, known))
		return false;
	json_put(a->record, "enabled", json_boolean(!off));
	apereo_note(a, off ? "disabled" : "enabled");
	if (json_is_false(json_object_get(strategy, "ssoEnabled"))) {
		json_put(a->settings, "fresh", json_true());
		apereo_note(a, "; the password for every ticket");
	}
	if (!apereo_is_unset(
		json_object_get(strategy, "unauthorizedRedirectUrl")))
		apereo_note(a, "; unauthorizedRedirectUrl left out, a page "
			       "here says that they may not");
	return take_required(a, strategy) && take_dates(a, strategy);
}

bool
apereo_take_expiration(struct apereo *a, const json_t *policy)
{
	static const char *const known[] = { "@class", "expirationDate",
		"deleteWhenExpired", "notifyWhenDeleted", "notifyWhenExpired",
		NULL };
	const json_t *date = json_object_get(policy, "expirationDate");
	int64_t at;

	if (!only(a, policy, known))
		return false;
	if (apereo_is_unset(date)) {
		apereo_note(a, "no date");
		return true;
	}
	if (!service_moment_read(text_of(date), &at))
		return apereo_refuse(a, "expirationDate is not of the form "
					"2026-09-01 or 2026-09-01T08:00:00Z");
	json_put(a->settings, "valid_until", json_words(text_of(date)));
	apereo_note(a, "no tickets from then on; it is not deleted, and "
		       "nobody is written to");
	return true;
}

bool
apereo_take_ticket_life(struct apereo *a, const json_t *policy)
{
	static const char *const known[] = { "@class", "numberOfUses",
		"timeToLive", NULL };
	const json_t *uses = json_object_get(policy, "numberOfUses");
	uint64_t life = 0;

	if (!only(a, policy, known))
		return false;
	if (uses != NULL && json_integer_value(uses) != 1)
		return apereo_refuse(a, "a ticket is good once");
	if (!str_number(text_of(json_object_get(policy, "timeToLive")),
		100 * 1000, &life) ||
	    life == 0)
		return apereo_refuse(a, "timeToLive is no text of seconds");
	if ((int64_t)life >= a->rules->ticket_life) {
		apereo_note(a, "no shorter than for all (ticket.life), which "
			       "holds");
		return true;
	}
	json_put(a->settings, "ticket_life", json_integer((json_int_t)life));
	apereo_note(a, "ticket_life");
	return true;
}

bool
apereo_take_multifactor(struct apereo *a, const json_t *policy)
{
	const json_t *providers =
	    json_object_get(policy, "multifactorAuthenticationProviders");

	apereo_note(a, "demands no second step");
	return apereo_is_unset(providers) ||
	       apereo_refuse(a, "a second step is demanded by a rule of the "
				"policy (\"portillon policy\"); take it out "
				"of the file when that is done");
}

bool
apereo_take_matching(struct apereo *a, const json_t *strategy)
{
	apereo_note(a, "the whole address has to match");
	return str_equal(apereo_class(strategy),
		   STR("FullRegexRegisteredServiceMatchingStrategy")) ||
	       apereo_refuse(a,
		   "only FullRegexRegisteredServiceMatchingStrategy is "
		   "there");
}
