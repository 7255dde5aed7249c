/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon zone`: the networks of an organisation.
 *
 * All zones of an organisation are checked together before one is written, in
 * the very way a gate does, so that what was taken holds.
 */
#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "policy/zones.h"
#include "store/policies.h"
#include "store/store.h"
#include "text/json_texts.h"

enum {
	LABEL_LONGEST = 128,
	PREFIXES_LONGEST = 1024 * 1024,
};

struct zone_flow {
	struct zone_row row;
	bool wrong; /* together with the others */
	struct buf *why;
	struct zone_changed changed;
	struct row_list list; /* of struct zone_row */
};

static struct str
tenant_of(const struct options *options)
{
	return options_has(options, "tenant") ? options_text(options, "tenant")
					      : STR("main");
}

static enum flow_next
zone_fetch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct zone_flow *z = run->state;

	zones_list(run->store, f, &z->list);
	return FLOW_NEXT;
}

static bool
zone_of(struct run *run, const struct zone_row *row, struct zone *zone)
{
	struct texts prefixes;

	if (!json_texts(row->prefixes, &run->arena, &prefixes))
		return false;
	*zone = (struct zone){ .key = row->key,
		.label = row->label,
		.prefixes = prefixes.items,
		.prefix_count = prefixes.count,
		.skip_ok = row->skip_ok,
		.shared_computers = row->shared_computers,
		.enrol_ok = row->enrol_ok,
		.blocked = row->blocked };
	return true;
}

/* The others of the organisation as they are, and this one as it is to be. */
static bool
zones_hold(struct run *run)
{
	struct zone_flow *z = run->state;
	const struct zone_row *rows = z->list.items;
	struct zone *zones =
	    arena_alloc(&run->arena, (z->list.count + 1) * sizeof(*zones));
	struct zones *made;
	size_t count = 1;

	if (!zone_of(run, &z->row, &zones[0]))
		return false;
	for (size_t i = 0; i < z->list.count; i++) {
		if (str_equal(rows[i].tenant, z->row.tenant) &&
		    !str_equal(rows[i].key, z->row.key) &&
		    zone_of(run, &rows[i], &zones[count]))
			count++;
	}
	made = zones_new(zones, count, z->why);
	zones_unref(made);
	return made != NULL;
}

static enum flow_next
zone_write(struct flow *f)
{
	struct run *run = flow_state(f);
	struct zone_flow *z = run->state;

	z->wrong = !zones_hold(run);
	if (!z->wrong)
		zones_put(run->store, f, &z->row, &run->origin, &z->changed);
	return FLOW_NEXT;
}

static enum flow_next
zone_erase(struct flow *f)
{
	struct run *run = flow_state(f);
	struct zone_flow *z = run->state;

	zones_remove(run->store, f, z->row.tenant, z->row.key, &run->origin,
	    &z->changed);
	return FLOW_NEXT;
}

static const struct flow_step zone_set_steps[] = {
	FLOW_STEP(zone_fetch),
	FLOW_STEP(zone_write),
	FLOW_STEP(run_end),
	FLOW_END,
};

static const struct flow_step zone_list_steps[] = {
	FLOW_STEP(zone_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

static const struct flow_step zone_remove_steps[] = {
	FLOW_STEP(zone_erase),
	FLOW_STEP(run_end),
	FLOW_END,
};

static void
prefixes_write(const struct options *options, struct buf *out)
{
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < options_count(options, "prefix"); i++)
		json_append(
		    list, json_words(options_item(options, "prefix", i)));
	text = json_dumps(list, JSON_COMPACT);
	if (text != NULL)
		buf_words(out, text);
	free(text);
	json_decref(list);
}

static int
zone_set(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1000);
	CLEANUP(buf_clear) struct buf prefixes = BUF_INIT(PREFIXES_LONGEST);
	struct str label = options_text(options, "label");
	struct zone_flow z = { .why = &why,
		.row = {
		    .tenant = tenant_of(options),
		    .key = options_text(options, "KEY"),
		    .label =
			label.len > 0 ? label : options_text(options, "KEY"),
		    .skip_ok = options_has(options, "no-code"),
		    .shared_computers = options_has(options, "shared"),
		    .enrol_ok = options_has(options, "set-up"),
		    .blocked = options_has(options, "blocked"),
		} };
	CLEANUP(run_clear) struct run run = { .state = &z };

	if (!zone_key_is_valid(z.row.key) ||
	    !plain_text_allowed(z.row.label, LABEL_LONGEST)) {
		command_complain("a key is 1 to %d of a-z 0-9 _ -, a label 1 "
				 "to %d bytes of plain text",
		    ZONE_KEY_LONGEST, LABEL_LONGEST);
		return OUTCOME_REFUSED;
	}
	prefixes_write(options, &prefixes);
	z.row.prefixes = buf_str(&prefixes);
	if (!run_or_complain(&run, settings, zone_set_steps))
		return OUTCOME_UNUSABLE;
	if (z.wrong || z.changed.id == 0) {
		command_complain(
		    "%s", z.wrong ? buf_cstr(&why) : "there is no such tenant");
		return OUTCOME_REFUSED;
	}
	printf("zone %.*s is in force\n", STR_ARGS(z.row.key));
	return OUTCOME_DONE;
}

static int
zone_remove(const struct settings *settings, const struct options *options)
{
	struct zone_flow z = { .row = { .tenant = tenant_of(options),
				   .key = options_text(options, "KEY") } };
	CLEANUP(run_clear) struct run run = { .state = &z };

	if (!run_or_complain(&run, settings, zone_remove_steps))
		return OUTCOME_UNUSABLE;
	if (z.changed.id == 0) {
		command_complain("there is no zone \"%.*s\"; \"portillon zone "
				 "list\" shows them",
		    STR_ARGS(z.row.key));
		return OUTCOME_REFUSED;
	}
	printf("removed zone %.*s\n", STR_ARGS(z.row.key));
	return OUTCOME_DONE;
}

static void
zone_print_json(const struct zone_row *rows, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_append(
		    list, json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b}",
			      "tenant", json_words(rows[i].tenant), "key",
			      json_words(rows[i].key), "label",
			      json_words(rows[i].label), "prefixes",
			      json_column(rows[i].prefixes), "no_code",
			      rows[i].skip_ok, "shared",
			      rows[i].shared_computers, "set_up",
			      rows[i].enrol_ok, "blocked", rows[i].blocked));
	json_print(list);
}

static void
zone_print(struct arena *arena, const struct zone_row *rows, size_t count)
{
	enum {
		COLUMNS = 5
	};
	struct str *cells =
	    arena_alloc(arena, (count + 1) * COLUMNS * sizeof(*cells));
	struct str *cell = cells;

	*cell++ = STR("TENANT");
	*cell++ = STR("KEY");
	*cell++ = STR("LABEL");
	*cell++ = STR("PREFIXES");
	*cell++ = STR("WHAT");
	for (size_t i = 0; i < count; i++) {
		*cell++ = rows[i].tenant;
		*cell++ = rows[i].key;
		*cell++ = rows[i].label;
		*cell++ = rows[i].prefixes;
		*cell++ = arena_format(arena, "%s%s%s%s",
		    rows[i].skip_ok ? "no-code " : "",
		    rows[i].shared_computers ? "shared " : "",
		    rows[i].enrol_ok ? "set-up " : "",
		    rows[i].blocked ? "blocked" : "");
	}
	plain_table(stdout, cells, COLUMNS, count + 1);
}

static int
zone_list(const struct settings *settings, const struct options *options)
{
	struct zone_flow z = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &z };

	if (!run_or_complain(&run, settings, zone_list_steps))
		return OUTCOME_UNUSABLE;
	if (options_has(options, "json"))
		zone_print_json(z.list.items, z.list.count);
	else
		zone_print(&run.arena, z.list.items, z.list.count);
	return OUTCOME_DONE;
}

static const struct option_rule set_options[] = {
	{ "KEY", OPTION_WORD, .help = "as policies name it, \"campus\"" },
	{ "prefix", OPTION_LIST, true, "NETWORK", "\"10.0.0.0/8\"" },
	{ "label", OPTION_TEXT, false, "WORDS", "for people; else the key" },
	{ "tenant", OPTION_TEXT, false, "SLUG", "organisation; else \"main\"" },
	{ "no-code", OPTION_FLAG, .help = "a policy may ask for no code here" },
	{ "shared", OPTION_FLAG, .help = "computers here are nobody's own" },
	{ "set-up", OPTION_FLAG,
	    .help = "being here is proof enough to set up a factor" },
	{ "blocked", OPTION_FLAG, .help = "nobody signs in from here" },
	OPTION_END,
};

static const struct option_rule remove_options[] = {
	{ "KEY", OPTION_WORD, .help = "as \"zone list\" shows it" },
	{ "tenant", OPTION_TEXT, false, "SLUG", "organisation; else \"main\"" },
	OPTION_END,
};

static const struct option_rule list_options[] = {
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

const struct command zone_parts[] = {
	{ .name = "set",
	    .summary = "Add a network, or change it as a whole",
	    .options = set_options,
	    .run = zone_set },
	{ .name = "remove",
	    .summary = "Forget a network",
	    .options = remove_options,
	    .run = zone_remove },
	{ .name = "list",
	    .summary = "List networks",
	    .options = list_options,
	    .run = zone_list },
	{ 0 },
};
