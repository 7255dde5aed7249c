/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon tenant`: the organisations that services and people belong to.
 */
#include <jansson.h>

#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "store/inspect.h"
#include "store/services.h"

enum {
	SLUG_LONGEST = 63,
	NAME_LONGEST = 256,
};

struct tenant_flow {
	struct str slug;
	struct str name;
	struct row_list list; /* of struct tenant_listed */
	bool taken;
	struct service_changed changed;
};

static enum flow_next
tenant_fetch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct tenant_flow *t = run->state;

	inspect_tenants(run->store, f, &t->list);
	return FLOW_NEXT;
}

static enum flow_next
tenant_insert(struct flow *f)
{
	struct run *run = flow_state(f);
	struct tenant_flow *t = run->state;
	const struct tenant_listed *tenants = t->list.items;

	for (size_t i = 0; i < t->list.count; i++)
		t->taken |= str_equal(tenants[i].slug, t->slug);
	if (!t->taken)
		services_add_tenant(
		    run->store, f, t->slug, t->name, &run->origin, &t->changed);
	return FLOW_NEXT;
}

static const struct flow_step tenant_add_steps[] = {
	FLOW_STEP(tenant_fetch),
	FLOW_STEP(tenant_insert),
	FLOW_STEP(run_end),
	FLOW_END,
};

static const struct flow_step tenant_list_steps[] = {
	FLOW_STEP(tenant_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

static bool
tenant_slug_allowed(struct str slug)
{
	struct str letters = STR("abcdefghijklmnopqrstuvwxyz0123456789-");

	for (size_t i = 0; i < slug.len; i++)
		if (str_find(letters, slug.at[i]) == letters.len)
			return false;
	return slug.len > 0 && slug.len <= SLUG_LONGEST && slug.at[0] != '-';
}

static int
tenant_add(const struct settings *settings, const struct options *options)
{
	struct tenant_flow t = {
		.slug = options_text(options, "SLUG"),
		.name = options_text(options, "NAME"),
	};
	CLEANUP(run_clear) struct run run = { .state = &t };

	if (!tenant_slug_allowed(t.slug)) {
		command_complain("a slug is 1 to %d of the letters a to z, "
				 "digits and \"-\", and starts with a letter "
				 "or digit",
		    SLUG_LONGEST);
		return OUTCOME_REFUSED;
	}
	if (t.name.len == 0 || !plain_text_allowed(t.name, NAME_LONGEST)) {
		command_complain("a name is 1 to %d bytes of UTF-8 without "
				 "control characters",
		    NAME_LONGEST);
		return OUTCOME_REFUSED;
	}
	if (!run_or_complain(&run, settings, tenant_add_steps))
		return OUTCOME_UNUSABLE;
	if (t.taken || t.changed.id == 0) {
		command_complain(
		    "there is a tenant \"%.*s\" already", STR_ARGS(t.slug));
		return OUTCOME_REFUSED;
	}
	printf("added tenant %.*s\n", STR_ARGS(t.slug));
	return OUTCOME_DONE;
}

static void
tenant_print_json(const struct tenant_listed *tenants, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_append(
		    list, json_pack("{s:o, s:o, s:I, s:I}", "slug",
			      json_words(tenants[i].slug), "name",
			      json_words(tenants[i].name), "accounts",
			      (json_int_t)tenants[i].accounts, "services",
			      (json_int_t)tenants[i].services));
	json_print(list);
}

static void
tenant_print(
    struct arena *arena, const struct tenant_listed *tenants, size_t count)
{
	enum {
		COLUMNS = 4
	};
	struct str *cells =
	    arena_alloc(arena, (count + 1) * COLUMNS * sizeof(*cells));
	struct str *row = cells;

	*row++ = STR("SLUG");
	*row++ = STR("NAME");
	*row++ = STR("ACCOUNTS");
	*row++ = STR("SERVICES");
	for (size_t i = 0; i < count; i++) {
		*row++ = tenants[i].slug;
		*row++ = tenants[i].name;
		*row++ =
		    arena_format(arena, "%lld", (long long)tenants[i].accounts);
		*row++ =
		    arena_format(arena, "%lld", (long long)tenants[i].services);
	}
	plain_table(stdout, cells, COLUMNS, count + 1);
}

static int
tenant_list(const struct settings *settings, const struct options *options)
{
	struct tenant_flow t = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &t };

	if (!run_or_complain(&run, settings, tenant_list_steps))
		return OUTCOME_UNUSABLE;
	if (options_has(options, "json"))
		tenant_print_json(t.list.items, t.list.count);
	else
		tenant_print(&run.arena, t.list.items, t.list.count);
	return OUTCOME_DONE;
}

static const struct option_rule add_options[] = {
	{ "SLUG", OPTION_WORD, .help = "short name, such as \"main\"" },
	{ "NAME", OPTION_WORD, .help = "name for people" },
	OPTION_END,
};

static const struct option_rule list_options[] = {
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

const struct command tenant_parts[] = {
	{ .name = "add",
	    .summary = "Add an organisation",
	    .options = add_options,
	    .run = tenant_add },
	{ .name = "list",
	    .summary = "List organisations",
	    .options = list_options,
	    .run = tenant_list },
	{ 0 },
};
