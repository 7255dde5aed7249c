/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service add`: registers an application.
 */
#include "base/buf.h"
#include "cas/answer.h"
#include "cas/service_settings.h"
#include "cas/service_url.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/service.h"
#include "ctl/service_options.h"
#include "store/store.h"

enum {
	NAME_LONGEST = 256,
	SLUG_LONGEST = 63,
	RELEASED_LONGEST = 16 * 1024,
};

struct service_adding {
	struct service service;
	struct service_changed changed;
	struct services_loaded existing; /* if it was refused */
};

static enum flow_next
adding_insert(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_adding *a = run->state;

	services_add(run->store, f, &a->service, &run->origin, &a->changed);
	return FLOW_NEXT;
}

/* If it was refused: because of the pattern, or of the tenant? */
static enum flow_next
adding_look(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_adding *a = run->state;

	if (a->changed.id == 0)
		services_load(run->store, f, &a->existing);
	return FLOW_NEXT;
}

static const struct flow_step adding_steps[] = {
	FLOW_STEP(adding_insert),
	FLOW_STEP(adding_look),
	FLOW_STEP(run_end),
	FLOW_END,
};

static bool
adding_pattern(const struct options *options, struct buf *out)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	const char *danger;

	if (!service_pattern_canonical(
		options_text(options, "PATTERN"), out, &why)) {
		command_complain("%s", buf_cstr(&why));
		return false;
	}
	danger = service_pattern_danger(buf_str(out),
	    options_has(options, "allow-http"),
	    options_has(options, "any-host"));
	if (danger != NULL)
		command_complain("%s", danger);
	return danger == NULL;
}

static bool
adding_released(const struct options *options, struct buf *out)
{
	size_t count = options_count(options, "release");
	json_t *list = json_array();
	const char *why = NULL;
	struct str name = STR_NONE;

	for (size_t i = 0; i < count && why == NULL; i++) {
		name = options_item(options, "release", i);
		if (!str_equal(name, STR("*")) &&
		    !answer_attribute_name_allowed(name, &why))
			break;
		json_append(list, json_words(name));
	}
	json_write(out, list);
	if (why != NULL)
		command_complain("--release %.*s: %s", STR_ARGS(name), why);
	else if (!buf_ok(out))
		command_complain("these are too many attributes; --release "
				 "'*' releases all");
	return why == NULL && buf_ok(out);
}

static bool
adding_settings(const struct settings *settings, const struct options *options,
    struct buf *out)
{
	json_t *object = json_object();
	bool fits;

	if (options_has(options, "any-host"))
		json_put(object, "any_host", json_true());
	fits = service_options_apply(settings, options, object) &&
	       service_settings_write(object, "", out);
	json_decref(object);
	return fits;
}

static bool
adding_check_texts(const struct service *service)
{
	if (service->name.len == 0 ||
	    !plain_text_allowed(service->name, NAME_LONGEST)) {
		command_complain("--name takes 1 to %d bytes of UTF-8 without "
				 "control characters",
		    NAME_LONGEST);
		return false;
	}
	if (!plain_text_allowed(service->tenant, SLUG_LONGEST)) {
		command_complain("--tenant takes the slug of a tenant");
		return false;
	}
	return true;
}

static int
adding_outcome(const struct service_adding *a)
{
	const struct service *services = a->existing.list.items;

	if (a->changed.id != 0) {
		printf("added service %lld: %.*s\n", (long long)a->changed.id,
		    STR_ARGS(a->service.pattern));
		return OUTCOME_DONE;
	}
	for (size_t i = 0; i < a->existing.list.count; i++) {
		if (!str_equal(services[i].pattern, a->service.pattern))
			continue;
		command_complain("service %lld has the pattern %.*s already",
		    (long long)services[i].id, STR_ARGS(services[i].pattern));
		return OUTCOME_REFUSED;
	}
	command_complain("there is no tenant \"%.*s\"; \"portillon tenant "
			 "list\" shows all",
	    STR_ARGS(a->service.tenant));
	return OUTCOME_REFUSED;
}

int
service_add(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf pattern = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf released = BUF_INIT(RELEASED_LONGEST);
	CLEANUP(buf_clear) struct buf own = BUF_INIT(SERVICE_SETTINGS_LONGEST);
	struct service_adding a = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &a };

	if (!adding_pattern(options, &pattern) ||
	    !adding_released(options, &released) ||
	    !adding_settings(settings, options, &own))
		return OUTCOME_REFUSED;
	a.service = (struct service){
		.tenant = options_has(options, "tenant")
			      ? options_text(options, "tenant")
			      : STR("main"),
		.name = options_text(options, "name"),
		.pattern = buf_str(&pattern),
		.released = buf_str(&released),
		.enabled = true,
		.settings_text = buf_str(&own),
	};
	if (!adding_check_texts(&a.service))
		return OUTCOME_REFUSED;
	if (!run_or_complain(&run, settings, adding_steps))
		return OUTCOME_UNUSABLE;
	return adding_outcome(&a);
}

const struct option_rule service_add_options[] = {
	{ "PATTERN", OPTION_WORD,
	    .help = "its address: https://app.example/cb, "
		    "https://app.example/app/*,\n"
		    "                             https://*.app.example/*, or "
		    "an expression\n"
		    "                             "
		    "^https://(a|b)\\.app\\.example/.*" },
	{ "name", OPTION_TEXT, true, "NAME", "name for people" },
	{ "tenant", OPTION_TEXT, false, "SLUG", "organisation; else \"main\"" },
	{ "release", OPTION_LIST, false, "ATTRIBUTE",
	    "an attribute it is told; '*' for all" },
	SERVICE_SETTINGS_OPTIONS,
	{ "allow-http", OPTION_FLAG, false, NULL,
	    "accept an address without https" },
	{ "any-host", OPTION_FLAG, false, NULL,
	    "accept an expression that fits any host" },
	OPTION_END,
};
