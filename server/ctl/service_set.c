/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service set`: how an application is told that a session has ended,
 * whether it gets tickets by REST, whether it may act for people at others, and
 * what is set for it alone.
 */
#include "base/buf.h"
#include "cas/service_settings.h"
#include "cas/service_url.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/run.h"
#include "ctl/service.h"
#include "ctl/service_options.h"
#include "ctl/service_proxy.h"
#include "store/store.h"

struct service_setting {
	struct services_loaded loaded; /* the first: service_load_steps */
	int64_t id;
	struct service_logout logout;
	struct str rest; /* "yes", "no"; STR_NONE leaves as it is */
	struct service_proxy proxy;
	struct str own; /* settings as a whole; STR_NONE: as they are */
	struct service_changed changed;
};

static bool
setting_has_logout(const struct service_setting *s)
{
	return s->logout.type.at != NULL || s->logout.url.at != NULL;
}

static enum flow_next
setting_change(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_setting *s = run->state;

	if (setting_has_logout(s))
		services_set_logout(run->store, f, s->id, &s->logout,
		    &run->origin, &s->changed);
	if (s->rest.at != NULL)
		services_set_rest(run->store, f, s->id,
		    str_equal(s->rest, STR("yes")), &run->origin, &s->changed);
	if (service_proxy_given(&s->proxy))
		services_set_proxy(
		    run->store, f, s->id, &s->proxy, &run->origin, &s->changed);
	if (s->own.at != NULL)
		services_set_settings(
		    run->store, f, s->id, s->own, &run->origin, &s->changed);
	return FLOW_NEXT;
}

static const struct flow_step setting_steps[] = {
	FLOW_STEP(setting_change),
	FLOW_STEP(run_end),
	FLOW_END,
};

static bool
setting_read_type(const struct options *options, struct service_setting *s)
{
	if (!options_has(options, "logout"))
		return true;
	s->logout.type = options_text(options, "logout");
	if (str_equal(s->logout.type, STR("back")) ||
	    str_equal(s->logout.type, STR("front")) ||
	    str_equal(s->logout.type, STR("none")))
		return true;
	command_complain("--logout takes back, front or none");
	return false;
}

/* In the spelling of service addresses: only what may be called gets in. */
static bool
setting_read_url(
    const struct options *options, struct service_setting *s, struct buf *url)
{
	if (!options_has(options, "logout-url"))
		return true;
	s->logout.url = STR("");
	if (options_text(options, "logout-url").len == 0)
		return true;
	if (!service_url_canonical(options_text(options, "logout-url"), url)) {
		command_complain("--logout-url takes an address such as "
				 "https://app.example/logout, or '' for none");
		return false;
	}
	s->logout.url = buf_str(url);
	if (str_starts(s->logout.url, STR("https://")) ||
	    options_has(options, "allow-http"))
		return true;
	command_complain("without https:// anybody on the way could read who "
			 "signs out; --allow-http accepts that");
	return false;
}

static const struct service *
setting_find(const struct service_setting *s)
{
	const struct service *services = s->loaded.list.items;

	for (size_t i = 0; i < s->loaded.list.count; i++) {
		if (services[i].id == s->id)
			return &services[i];
	}
	return NULL;
}

/* The settings as they will be; false: complained, or no such service. */
static bool
setting_read_own(struct run *run, const struct settings *settings,
    const struct options *options, struct buf *own, int *outcome)
{
	struct service_setting *s = run->state;
	const struct service *service;
	json_t *object;
	bool fits;

	if (!service_options_given(options))
		return true;
	*outcome = OUTCOME_UNUSABLE;
	if (!run_or_complain(run, settings, service_load_steps))
		return false;
	*outcome = OUTCOME_REFUSED;
	service = setting_find(s);
	if (service == NULL) {
		(void)service_missing(s->id);
		return false;
	}
	object = json_column(service->settings_text);
	fits = service_options_apply(settings, options, object) &&
	       service_settings_write(object, "", own);
	json_decref(object);
	s->own = buf_str(own);
	return fits;
}

int
service_set(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf url = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf callback = BUF_INIT(SERVICE_URL_LONGEST);
	CLEANUP(buf_clear) struct buf own = BUF_INIT(SERVICE_SETTINGS_LONGEST);
	struct service_setting s = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &s };
	int outcome = OUTCOME_REFUSED;

	if (!service_id(options, &s.id) || !setting_read_type(options, &s) ||
	    !setting_read_url(options, &s, &url) ||
	    !service_read_answer(options, "rest", &s.rest) ||
	    !service_proxy_read(options, &callback, &s.proxy))
		return OUTCOME_REFUSED;
	if (!setting_has_logout(&s) && s.rest.at == NULL &&
	    !service_proxy_given(&s.proxy) && !service_options_given(options)) {
		command_complain("say what to set; \"portillon service set "
				 "--help\" shows what there is");
		return OUTCOME_REFUSED;
	}
	if (!setting_read_own(&run, settings, options, &own, &outcome))
		return outcome;
	if (!run_or_complain(&run, settings, setting_steps))
		return OUTCOME_UNUSABLE;
	if (s.changed.id == 0)
		return service_missing(s.id);
	printf("service %lld is changed\n", (long long)s.id);
	return OUTCOME_DONE;
}

const struct option_rule service_set_options[] = {
	{ "ID", OPTION_WORD, .help = "number of the service" },
	{ "logout", OPTION_TEXT, false, "TYPE",
	    "back: it is called when a session ends; front: the browser that "
	    "signs out tells it; none: it is not told" },
	{ "logout-url", OPTION_TEXT, false, "URL",
	    "where it is called; '': where it redeemed a ticket" },
	{ "rest", OPTION_TEXT, false, "yes|no",
	    "does it get tickets by REST, where \"rest.endpoints\" is on" },
	SERVICE_SETTINGS_OPTIONS,
	{ "allow-http", OPTION_FLAG, false, NULL,
	    "accept an address without https" },
	SERVICE_PROXY_OPTIONS,
	OPTION_END,
};
