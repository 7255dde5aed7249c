/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service`: the applications that may receive tickets.
 */
#include "ctl/service.h"

#include "base/buf.h"
#include "cas/service_url.h"
#include "ctl/commands.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/service_record.h"
#include "store/store.h"

static enum flow_next
service_fetch(struct flow *f)
{
	struct run *run = flow_state(f);

	/* services_loaded is the first member of every state that loads */
	services_load(run->store, f, run->state);
	return FLOW_NEXT;
}

const struct flow_step service_load_steps[] = {
	FLOW_STEP(service_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

struct str
service_released_words(struct arena *arena, struct str released)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(64 * 1024);
	json_t *list = json_column(released), *name;
	size_t i;

	buf_words(&out, "login");
	json_array_foreach(list, i, name)
	{
		const char *text = json_string_value(name);

		if (str_equal(str_of(text), STR("*")))
			text = "all attributes";
		buf_format(&out, ", %s", text);
	}
	json_decref(list);
	return arena_text(arena, buf_str(&out));
}

const char *
service_pattern_danger(struct str pattern, bool allow_http, bool any_host)
{
	bool secure = str_starts(pattern, STR("https://")) ||
		      str_starts(pattern, STR("^https://"));

	if (!secure && !allow_http)
		return "without https:// anybody on the way could take the "
		       "ticket; --allow-http accepts that";
	if (!any_host && service_pattern_fits_any_host(pattern))
		return "this expression does not say to the letter with which "
		       "two labels a host ends, so anybody could receive "
		       "tickets; --any-host accepts that";
	return NULL;
}

bool
service_id(const struct options *options, int64_t *id)
{
	uint64_t number;

	if (str_number(options_text(options, "ID"), INT64_MAX, &number) &&
	    number > 0) {
		*id = (int64_t)number;
		return true;
	}
	command_complain("ID is the number of a service, as \"portillon "
			 "service list\" shows it");
	return false;
}

bool
service_read_answer(
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

int
service_missing(int64_t id)
{
	command_complain("there is no service %lld", (long long)id);
	return OUTCOME_REFUSED;
}

static void
service_print_list(
    struct arena *arena, const struct service *services, size_t count)
{
	enum {
		COLUMNS = 6
	};
	struct str *cells =
	    arena_alloc(arena, (count + 1) * COLUMNS * sizeof(*cells));
	struct str *row = cells;

	*row++ = STR("ID");
	*row++ = STR("TENANT");
	*row++ = STR("NAME");
	*row++ = STR("STATE");
	*row++ = STR("PATTERN");
	*row++ = STR("RELEASED");
	for (size_t i = 0; i < count; i++) {
		*row++ = arena_format(arena, "%lld", (long long)services[i].id);
		*row++ = services[i].tenant;
		*row++ = services[i].name;
		*row++ = services[i].enabled ? STR("enabled") : STR("disabled");
		*row++ = services[i].pattern;
		*row++ = service_released_words(arena, services[i].released);
	}
	plain_table(stdout, cells, COLUMNS, count + 1);
}

static void
service_print_list_json(const struct service *services, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_append(list, service_json(&services[i]));
	json_print(list);
}

static int
service_list(const struct settings *settings, const struct options *options)
{
	struct services_loaded loaded = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &loaded };

	if (!run_or_complain(&run, settings, service_load_steps))
		return OUTCOME_UNUSABLE;
	if (options_has(options, "json"))
		service_print_list_json(loaded.list.items, loaded.list.count);
	else
		service_print_list(
		    &run.arena, loaded.list.items, loaded.list.count);
	return OUTCOME_DONE;
}

static struct str
service_logout_words(struct arena *arena, const struct service *service)
{
	const char *how;

	if (str_equal(service->logout_type, STR("none")))
		return STR("is not told of it");
	how = str_equal(service->logout_type, STR("front"))
		  ? "is told by the browser"
		  : "is called";
	if (service->logout_url.len == 0)
		return arena_format(
		    arena, "%s where it redeemed a ticket", how);
	return arena_format(
	    arena, "%s at %.*s", how, STR_ARGS(service->logout_url));
}

static struct str
service_proxy_words(struct arena *arena, const struct service *service)
{
	if (!service->proxy)
		return STR("may not act for people");
	return arena_format(arena, "may act for people, called at %.*s%s",
	    STR_ARGS(service->proxy_callback.len > 0 ? service->proxy_callback
						     : service->pattern),
	    service->proxy_lenient ? ", or goes on without" : "");
}

/* "staff, faculty" of a list, "mail: email, mail2" of an object. */
static void
setting_words(struct buf *out, const json_t *value)
{
	const char *name;
	json_t *one;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, name, one)
		{
			buf_format(
			    out, "%s%s: ", out->len > 0 ? "; " : "", name);
			setting_words(out, one);
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, one)
		{
			buf_words(out, i > 0 ? ", " : "");
			setting_words(out, one);
		}
	} else if (json_is_string(value)) {
		buf_words(out, json_string_value(value));
	} else {
		json_write(out, json_deep_copy(value));
	}
}

/* Whatever is set for this one alone, by the names of the settings. */
static void
service_print_settings(struct arena *arena, const struct service *service)
{
	json_t *object = json_column(service->settings_text), *value;
	size_t count = json_object_size(object), place = 0;
	struct str *facts =
	    arena_alloc(arena, (2 * count + 1) * sizeof(*facts));
	const char *name;

	json_object_foreach(object, name, value)
	{
		CLEANUP(buf_clear) struct buf words = BUF_INIT(128 * 1024);

		setting_words(&words, value);
		facts[place++] = arena_text(arena, str_of(name));
		facts[place++] = arena_text(arena, buf_str(&words));
	}
	json_decref(object);
	plain_facts(stdout, facts, count);
}

static void
service_print(struct arena *arena, const struct service *service)
{
	const struct str facts[] = {
		STR("id"),
		arena_format(arena, "%lld", (long long)service->id),
		STR("name"),
		service->name,
		STR("tenant"),
		service->tenant,
		STR("state"),
		service->enabled ? STR("enabled") : STR("disabled"),
		STR("pattern"),
		service->pattern,
		STR("released"),
		service_released_words(arena, service->released),
		STR("logout"),
		service_logout_words(arena, service),
		STR("REST"),
		service->rest ? STR("gets tickets") : STR("gets no tickets"),
		STR("proxy"),
		service_proxy_words(arena, service),
	};

	plain_facts(stdout, facts, COUNT_OF(facts) / 2);
	service_print_settings(arena, service);
}

static int
service_show(const struct settings *settings, const struct options *options)
{
	struct services_loaded loaded = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &loaded };
	const struct service *services;
	int64_t id;

	if (!service_id(options, &id))
		return OUTCOME_REFUSED;
	if (!run_or_complain(&run, settings, service_load_steps))
		return OUTCOME_UNUSABLE;
	services = loaded.list.items;
	for (size_t i = 0; i < loaded.list.count; i++) {
		if (services[i].id != id)
			continue;
		if (options_has(options, "json"))
			json_print(service_json(&services[i]));
		else
			service_print(&run.arena, &services[i]);
		return OUTCOME_DONE;
	}
	return service_missing(id);
}

struct service_changing {
	int64_t id;
	bool enabled;
	struct service_changed changed;
};

static enum flow_next
changing_remove(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_changing *c = run->state;

	services_remove(run->store, f, c->id, &run->origin, &c->changed);
	return FLOW_NEXT;
}

static enum flow_next
changing_switch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_changing *c = run->state;

	services_set_enabled(
	    run->store, f, c->id, c->enabled, &run->origin, &c->changed);
	return FLOW_NEXT;
}

static const struct flow_step remove_steps[] = {
	FLOW_STEP(changing_remove),
	FLOW_STEP(run_end),
	FLOW_END,
};

static const struct flow_step switch_steps[] = {
	FLOW_STEP(changing_switch),
	FLOW_STEP(run_end),
	FLOW_END,
};

static int
service_change(const struct settings *settings, const struct options *options,
    const struct flow_step *steps, struct service_changing *c)
{
	CLEANUP(run_clear) struct run run = { .state = c };

	if (!service_id(options, &c->id))
		return OUTCOME_REFUSED;
	if (!run_or_complain(&run, settings, steps))
		return OUTCOME_UNUSABLE;
	return c->changed.id != 0 ? OUTCOME_DONE : service_missing(c->id);
}

static int
service_remove(const struct settings *settings, const struct options *options)
{
	struct service_changing c = { 0 };
	int outcome = service_change(settings, options, remove_steps, &c);

	if (outcome == OUTCOME_DONE)
		printf("removed service %lld\n", (long long)c.id);
	return outcome;
}

static int
service_disable(const struct settings *settings, const struct options *options)
{
	struct service_changing c = { .enabled = false };
	int outcome = service_change(settings, options, switch_steps, &c);

	if (outcome == OUTCOME_DONE)
		printf("service %lld is disabled\n", (long long)c.id);
	return outcome;
}

static int
service_enable(const struct settings *settings, const struct options *options)
{
	struct service_changing c = { .enabled = true };
	int outcome = service_change(settings, options, switch_steps, &c);

	if (outcome == OUTCOME_DONE)
		printf("service %lld is enabled\n", (long long)c.id);
	return outcome;
}

static const struct option_rule list_options[] = {
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

static const struct option_rule show_options[] = {
	{ "ID", OPTION_WORD, .help = "number of the service" },
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

static const struct option_rule id_options[] = {
	{ "ID", OPTION_WORD, .help = "number of the service" },
	OPTION_END,
};

const struct command service_parts[] = {
	{ .name = "add",
	    .summary = "Register an application",
	    .options = service_add_options,
	    .run = service_add },
	{ .name = "list",
	    .summary = "List applications",
	    .options = list_options,
	    .run = service_list },
	{ .name = "show",
	    .summary = "Show one application",
	    .options = show_options,
	    .run = service_show },
	{ .name = "test",
	    .summary = "Say whether an address gets tickets, and why",
	    .details = "Ends with 0 if it does, with 1 if not.",
	    .options = service_test_options,
	    .run = service_test },
	{ .name = "explain",
	    .summary = "Say why a ticket was for another address",
	    .details = "Looks into the log for a validation that was answered "
		       "with INVALID_SERVICE, and\nfor the ticket; shows both "
		       "addresses and where they begin to differ.",
	    .options = service_explain_options,
	    .run = service_explain },
	{ .name = "set",
	    .summary = "Change what is set for an application",
	    .details = "What is not named stays as it is; '' takes out.",
	    .options = service_set_options,
	    .run = service_set },
	{ .name = "export",
	    .summary = "Write all applications as JSON",
	    .details = "\"portillon service import\" reads it.",
	    .options = service_export_options,
	    .run = service_export },
	{ .name = "import",
	    .summary = "Register the applications of a file or a folder",
	    .details =
		"Reads what \"portillon service export\" writes, and the "
		"JSON files of an\nApereo CAS registry. Of these it says "
		"for each field what became of it; if one\ncannot be "
		"honoured, it says so and registers nothing.",
	    .options = service_import_options,
	    .run = service_import },
	{ .name = "disable",
	    .summary = "Give an application no tickets any more",
	    .options = id_options,
	    .run = service_disable },
	{ .name = "enable",
	    .summary = "Give an application tickets again",
	    .options = id_options,
	    .run = service_enable },
	{ .name = "remove",
	    .summary = "Forget an application",
	    .options = id_options,
	    .run = service_remove },
	{ 0 },
};
