/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service set`: how an application is told that a session has ended,
 * `portillon service set`: how an application is told that a session has ended,
 * whether it gets tickets by REST, and whether it may act for people at others.
 */
#include "base/buf.h"
#include "cas/service_url.h"
#include "ctl/command.h"
#include "ctl/run.h"
#include "ctl/service.h"
#include "store/store.h"

struct service_setting {
	int64_t id;
	struct service_logout logout;
	struct str rest; /* "yes", "no"; STR_NONE leaves as it is */
	struct service_proxy proxy;
	struct buf url; /* of the logout */
	struct buf callback;
	struct service_changed changed;
};

static bool
sets_logout(const struct service_setting *s)
{
	return s->logout.type.at != NULL || s->logout.url.at != NULL;
}

static bool
sets_proxy(const struct service_setting *s)
{
	return s->proxy.allowed.at != NULL || s->proxy.callback.at != NULL ||
	       s->proxy.lenient.at != NULL;
}

static enum flow_next
setting_change(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_setting *s = run->state;

	if (sets_logout(s))
		services_set_logout(run->store, f, s->id, &s->logout,
		    &run->origin, &s->changed);
	if (s->rest.at != NULL)
		services_set_rest(run->store, f, s->id,
		    str_equal(s->rest, STR("yes")), &run->origin, &s->changed);
	if (sets_proxy(s))
		services_set_proxy(
		    run->store, f, s->id, &s->proxy, &run->origin, &s->changed);
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
	    str_equal(s->logout.type, STR("none")))
		return true;
	command_complain("--logout takes back or none");
	return false;
}

/* In the spelling of service addresses: only what may be called gets in. */
static bool
setting_read_url(const struct options *options, struct service_setting *s)
{
	if (!options_has(options, "logout-url"))
		return true;
	s->logout.url = STR("");
	if (options_text(options, "logout-url").len == 0)
		return true;
	if (!service_url_canonical(
		options_text(options, "logout-url"), &s->url)) {
		command_complain("--logout-url takes an address such as "
				 "https://app.example/logout, or '' for none");
		return false;
	}
	s->logout.url = buf_str(&s->url);
	if (str_starts(s->logout.url, STR("https://")) ||
	    options_has(options, "allow-http"))
		return true;
	command_complain("without https:// anybody on the way could read who "
			 "signs out; --allow-http accepts that");
	return false;
}

static bool
setting_read_answer(
    const struct options *options, const char *name, struct str *answer)
{
	if (!options_has(options, name))
		return true;
	*answer = options_text(options, name);
	if (str_equal(*answer, STR("yes")) || str_equal(*answer, STR("no")))
		return true;
	command_complain("--%s takes yes or no", name);
	return false;
}

/* Never without https: who reads a proxy-granting ticket on the way has it. */
static bool
setting_read_callback(const struct options *options, struct service_setting *s)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);

	if (!options_has(options, "proxy-callback"))
		return true;
	s->proxy.callback = STR("");
	if (options_text(options, "proxy-callback").len == 0)
		return true;
	if (!service_pattern_canonical(
		options_text(options, "proxy-callback"), &s->callback, &why)) {
		command_complain("--proxy-callback: %s", buf_cstr(&why));
		return false;
	}
	s->proxy.callback = buf_str(&s->callback);
	if (str_starts(s->proxy.callback, STR("https://")))
		return true;
	command_complain("--proxy-callback takes https:// only");
	return false;
}

static bool
setting_read(const struct options *options, struct service_setting *s)
{
	if (!service_id(options, &s->id) || !setting_read_type(options, s) ||
	    !setting_read_url(options, s) ||
	    !setting_read_answer(options, "rest", &s->rest) ||
	    !setting_read_answer(options, "proxy", &s->proxy.allowed) ||
	    !setting_read_answer(options, "proxy-lenient", &s->proxy.lenient) ||
	    !setting_read_callback(options, s))
		return false;
	if (sets_logout(s) || s->rest.at != NULL || sets_proxy(s))
		return true;
	command_complain("say what to set: --logout, --logout-url, --rest, "
			 "--proxy, --proxy-callback or --proxy-lenient");
	return false;
}

static void
setting_clear(struct service_setting *s)
{
	buf_clear(&s->url);
	buf_clear(&s->callback);
}

int
service_set(const struct settings *settings, const struct options *options)
{
	CLEANUP(setting_clear)
	struct service_setting s = { .url = BUF_INIT(SERVICE_URL_LONGEST),
		.callback = BUF_INIT(SERVICE_URL_LONGEST) };
	CLEANUP(run_clear) struct run run = { .state = &s };

	if (!setting_read(options, &s))
		return OUTCOME_REFUSED;
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
	    "back: it is called when a session ends; none: it is not" },
	{ "logout-url", OPTION_TEXT, false, "URL",
	    "where it is called; '': where it redeemed a ticket" },
	{ "rest", OPTION_TEXT, false, "yes|no",
	    "does it get tickets by REST, where \"rest.endpoints\" is on" },
	{ "allow-http", OPTION_FLAG, false, NULL,
	    "accept an address without https" },
	{ "proxy", OPTION_TEXT, false, "yes|no",
	    "may it get tickets for other services, in a person's name" },
	{ "proxy-callback", OPTION_TEXT, false, "PATTERN",
	    "where it takes them for that; '': where it is itself" },
	{ "proxy-lenient", OPTION_TEXT, false, "yes|no",
	    "if it cannot be called, is its ticket good without that" },
	OPTION_END,
};
