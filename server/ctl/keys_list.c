/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon keys list`.
 *
 * Written large is what keeps this node from being ready.
 */
#include "ctl/keys_list.h"

#include "base/buf.h"
#include "crypto/keys.h"
#include "ctl/configure.h"
#include "ctl/file.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/keys.h"
#include "store/store.h"

struct keys_listing {
	const struct settings *settings;
	struct keys *keys; /* of this node's file */
	struct row_list list; /* of struct key_listed */
};

static enum flow_next
keys_ask_list(struct flow *f)
{
	struct run *run = flow_state(f);
	struct keys_listing *k = run->state;
	const struct session_limits limits = configure_session(k->settings);

	keys_list(run->store, f, run->origin.at, &limits, &k->list);
	return FLOW_NEXT;
}

static const struct flow_step keys_list_steps[] = {
	FLOW_STEP(keys_ask_list),
	FLOW_STEP(run_end),
	FLOW_END,
};

/* Numbers that nobody has and nothing hangs on are not shown. */
static bool
keys_worth_showing(const struct keys_listing *k, const struct key_listed *key)
{
	return keys_check(k->keys, (unsigned)key->id) != 0 || key->active ||
	       key->names_counters || key->sessions > 0;
}

static const char *
keys_state(const struct keys_listing *k, const struct key_listed *key)
{
	int64_t check = keys_check(k->keys, (unsigned)key->id);

	if (check == 0)
		return key->active ? "ACTIVE, MISSING HERE" : "missing here";
	if (key->active && key->active_check != 0 && key->active_check != check)
		return "ACTIVE, ANOTHER SECRET HERE";
	return key->active ? "active" : "accepted";
}

static void
keys_print_json(const struct keys_listing *k)
{
	const struct key_listed *keys = k->list.items;
	json_t *list = json_array();

	for (size_t i = 0; i < k->list.count; i++)
		if (keys_worth_showing(k, &keys[i]))
			json_append(
			    list, json_pack("{s:I, s:s, s:I, s:I, s:b, s:o}",
				      "key", (json_int_t)keys[i].id, "state",
				      keys_state(k, &keys[i]), "check",
				      (json_int_t)keys_check(
					  k->keys, (unsigned)keys[i].id),
				      "sessions", (json_int_t)keys[i].sessions,
				      "names_counters", keys[i].names_counters,
				      "last_active",
				      json_time(keys[i].last_active_at)));
	json_print(list);
}

static void
keys_print(const struct keys_listing *k, struct arena *arena)
{
	enum {
		COLUMNS = 5
	};
	const struct key_listed *keys = k->list.items;
	struct str *cells =
	    arena_alloc(arena, (k->list.count + 1) * COLUMNS * sizeof(*cells));
	struct str *cell = cells;

	*cell++ = STR("KEY");
	*cell++ = STR("STATE");
	*cell++ = STR("SESSIONS");
	*cell++ = STR("LAST ACTIVE");
	*cell++ = STR("CHECK");
	for (size_t i = 0; i < k->list.count; i++) {
		if (!keys_worth_showing(k, &keys[i]))
			continue;
		*cell++ = arena_format(arena, "%lld", (long long)keys[i].id);
		*cell++ = str_of(keys_state(k, &keys[i]));
		*cell++ =
		    arena_format(arena, "%lld", (long long)keys[i].sessions);
		*cell++ = keys[i].last_active_at != 0
			      ? plain_time(arena, keys[i].last_active_at)
			      : STR("-");
		*cell++ = arena_format(arena, "%016llx",
		    (unsigned long long)keys_check(
			k->keys, (unsigned)keys[i].id));
	}
	plain_table(stdout, cells, COLUMNS, (size_t)(cell - cells) / COLUMNS);
}

int
keys_list_command(
    const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(2048);
	struct keys_listing k = { .settings = settings };
	CLEANUP(run_clear) struct run run = { .state = &k };
	bool done;

	k.keys = file_read_keys(settings->keys_file, &why);
	if (k.keys == NULL) {
		command_complain("%s", buf_cstr(&why));
		return OUTCOME_UNUSABLE;
	}
	done = run_or_complain(&run, settings, keys_list_steps);
	if (done && options_has(options, "json"))
		keys_print_json(&k);
	else if (done)
		keys_print(&k, &run.arena);
	keys_free(k.keys);
	return done ? OUTCOME_DONE : OUTCOME_UNUSABLE;
}

const struct option_rule keys_list_options[] = {
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};
