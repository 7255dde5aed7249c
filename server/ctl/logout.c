/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon logout`: which applications were told that sessions have ended,
 * and which could not be.
 */
#include "ctl/commands.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "store/logouts.h"
#include "store/store.h"

static enum flow_next
list_fetch(struct flow *f)
{
	struct run *run = flow_state(f);

	logouts_list(run->store, f, run->state);
	return FLOW_NEXT;
}

static const struct flow_step list_steps[] = {
	FLOW_STEP(list_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

static struct str
number(struct arena *arena, int64_t count)
{
	return arena_format(arena, "%lld", (long long)count);
}

static void
print_hosts(struct arena *arena, const struct logout_host *hosts, size_t count)
{
	enum {
		COLUMNS = 7
	};
	struct str *cells =
	    arena_alloc(arena, (count + 1) * COLUMNS * sizeof(*cells));
	struct str *row = cells;

	*row++ = STR("HOST");
	*row++ = STR("SERVICE");
	*row++ = STR("WAITING");
	*row++ = STR("GIVEN UP");
	*row++ = STR("DELIVERED");
	*row++ = STR("BY BROWSER");
	*row++ = STR("LAST ERROR");
	for (size_t i = 0; i < count; i++) {
		*row++ = hosts[i].host;
		*row++ = hosts[i].service;
		*row++ = number(arena, hosts[i].waiting);
		*row++ = number(arena, hosts[i].given_up);
		*row++ = number(arena, hosts[i].delivered);
		*row++ = number(arena, hosts[i].by_browser);
		*row++ = hosts[i].last_error;
	}
	plain_table(stdout, cells, COLUMNS, count + 1);
}

static void
print_hosts_json(const struct logout_host *hosts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *host = json_object();

		json_put(host, "host", json_words(hosts[i].host));
		json_put(host, "service", json_words(hosts[i].service));
		json_put(host, "waiting", json_integer(hosts[i].waiting));
		json_put(host, "given_up", json_integer(hosts[i].given_up));
		json_put(host, "delivered", json_integer(hosts[i].delivered));
		json_put(host, "by_browser", json_integer(hosts[i].by_browser));
		json_put(host, "last_error", json_words(hosts[i].last_error));
		json_append(list, host);
	}
	json_print(list);
}

static int
logout_list(const struct settings *settings, const struct options *options)
{
	struct row_list hosts = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &hosts };

	if (!run_or_complain(&run, settings, list_steps))
		return OUTCOME_UNUSABLE;
	if (options_has(options, "json"))
		print_hosts_json(hosts.items, hosts.count);
	else
		print_hosts(&run.arena, hosts.items, hosts.count);
	return OUTCOME_DONE;
}

static const struct option_rule list_options[] = {
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

const struct command logout_parts[] = {
	{ .name = "list",
	    .summary = "List applications by how telling them went",
	    .details = "Of the last five days, the worst first.",
	    .options = list_options,
	    .run = logout_list },
	{ 0 },
};
