/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon account`: the people who sign in.
 */
#include "ctl/account.h"

#include <jansson.h>

#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "store/accounts.h"
#include "store/inspect.h"
#include "store/store.h"
#include "text/login_name.h"

enum {
	ACCOUNTS_A_PAGE = 1000
};

bool
account_login(const struct options *options, struct buf *out)
{
	struct str typed = options_text(options, "LOGIN");

	if (login_name_canonical(typed, out))
		return true;
	command_complain(LOGIN_NAME_RULE);
	return false;
}

int
account_missing(struct str login)
{
	command_complain("there is no account \"%.*s\"", STR_ARGS(login));
	return OUTCOME_REFUSED;
}

struct account_listing {
	struct account_listed *accounts; /* all pages; texts in the arena */
	size_t count;
	struct row_list page;
	bool asked;
};

static enum flow_next listing_next(struct flow *);

static const struct flow_step listing_steps[] = {
	FLOW_STEP(listing_next),
	FLOW_END,
};

static void
listing_keep_page(struct account_listing *l)
{
	if (l->page.count == 0)
		return;
	l->accounts = memory_resize(
	    l->accounts, (l->count + l->page.count) * sizeof(*l->accounts));
	memcpy(l->accounts + l->count, l->page.items,
	    l->page.count * sizeof(*l->accounts));
	l->count += l->page.count;
}

/* Keeps one page and asks for the next, until one is not full. */
static enum flow_next
listing_next(struct flow *f)
{
	struct run *run = flow_state(f);
	struct account_listing *l = run->state;

	listing_keep_page(l);
	if (l->asked && l->page.count < ACCOUNTS_A_PAGE)
		return FLOW_DONE;
	l->asked = true;
	accounts_list(run->store, f,
	    l->count > 0 ? l->accounts[l->count - 1].login : STR(""), &l->page);
	flow_become(f, listing_steps);
	return FLOW_NEXT;
}

static json_t *
account_json(const struct account_listed *account)
{
	json_t *object = json_object();

	json_put(object, "login", json_words(account->login));
	json_put(object, "name", json_words(account->display_name));
	json_put(object, "state", json_words(account->state));
	json_put(object, "has_password", json_boolean(account->has_password));
	json_put(object, "memberships", json_column(account->memberships));
	json_put(object, "created_at", json_time(account->created_at));
	return object;
}

/* "main (teacher: maths, physics), other", from the JSON of the database. */
static struct str
memberships_words(struct arena *arena, struct str memberships)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(256 * 1024);
	json_t *list = json_column(memberships), *member, *group;
	size_t i, j;

	json_array_foreach(list, i, member)
	{
		const char *slug = "", *type = "";
		json_t *groups = NULL;

		json_unpack(member, "{s:s, s:s, s:o}", "tenant", &slug, "type",
		    &type, "groups", &groups);
		buf_format(&out, "%s%s%s%s", i > 0 ? ", " : "", slug,
		    type[0] != '\0' ? ", " : "", type);
		json_array_foreach(groups, j, group) buf_format(&out, "%s%s",
		    j > 0 ? " " : " in ", json_string_value(group));
	}
	json_decref(list);
	return arena_text(arena, buf_str(&out));
}

static void
listing_print(struct arena *arena, const struct account_listing *l)
{
	enum {
		COLUMNS = 4
	};
	struct str *cells =
	    arena_alloc(arena, (l->count + 1) * COLUMNS * sizeof(*cells));
	struct str *row = cells;

	*row++ = STR("LOGIN");
	*row++ = STR("NAME");
	*row++ = STR("STATE");
	*row++ = STR("BELONGS TO");
	for (size_t i = 0; i < l->count; i++) {
		*row++ = l->accounts[i].login;
		*row++ = l->accounts[i].display_name;
		*row++ = l->accounts[i].state;
		*row++ = memberships_words(arena, l->accounts[i].memberships);
	}
	plain_table(stdout, cells, COLUMNS, l->count + 1);
}

static void
listing_print_json(const struct account_listing *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->count; i++)
		json_append(list, account_json(&l->accounts[i]));
	json_print(list);
}

static int
account_list(const struct settings *settings, const struct options *options)
{
	struct account_listing l = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &l };
	bool done = run_or_complain(&run, settings, listing_steps);

	if (done && options_has(options, "json"))
		listing_print_json(&l);
	else if (done)
		listing_print(&run.arena, &l);
	free(l.accounts);
	return done ? OUTCOME_DONE : OUTCOME_UNUSABLE;
}

struct account_showing {
	struct str login;
	struct account_shown shown;
};

static enum flow_next
showing_fetch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct account_showing *s = run->state;

	inspect_account(run->store, f, s->login, &s->shown);
	return FLOW_NEXT;
}

static const struct flow_step showing_steps[] = {
	FLOW_STEP(showing_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

static void
showing_print_json(const struct account_shown *shown)
{
	json_t *object = account_json(&shown->account);

	json_put(object, "attributes", json_column(shown->attributes));
	json_print(object);
}

static void
showing_print_attributes(struct arena *arena, struct str attributes)
{
	json_t *object = json_column(attributes), *values, *value;
	const char *name;
	size_t i;

	json_object_foreach(object, name, values)
	    json_array_foreach(values, i, value)
	{
		struct str line = arena_format(
		    arena, "  %s = %s", name, json_string_value(value));

		plain_write(stdout, line);
		putchar('\n');
	}
	json_decref(object);
}

static void
showing_print(struct arena *arena, const struct account_shown *shown)
{
	const struct account_listed *account = &shown->account;
	const struct str facts[] = {
		STR("login"), account->login, STR("name"),
		account->display_name, STR("state"), account->state,
		STR("password"),
		account->has_password ? STR("set") : STR("not set"),
		STR("belongs to"),
		memberships_words(arena, account->memberships), STR("added"),
		plain_time(arena, account->created_at), STR("attributes"),
		shown->attributes.len > 2 ? STR_NONE : STR("none"), /* {} */
	};

	plain_facts(stdout, facts, COUNT_OF(facts) / 2);
	showing_print_attributes(arena, shown->attributes);
}

static int
account_show(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(128);
	struct account_showing s = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &s };

	if (!account_login(options, &login))
		return OUTCOME_REFUSED;
	s.login = buf_str(&login);
	if (!run_or_complain(&run, settings, showing_steps))
		return OUTCOME_UNUSABLE;
	if (s.shown.account.id == 0)
		return account_missing(s.login);
	if (options_has(options, "json"))
		showing_print_json(&s.shown);
	else
		showing_print(&run.arena, &s.shown);
	return OUTCOME_DONE;
}

struct account_switching {
	struct str login;
	struct str state;
	struct account_changed changed;
};

static enum flow_next
switching_change(struct flow *f)
{
	struct run *run = flow_state(f);
	struct account_switching *s = run->state;

	accounts_set_state(
	    run->store, f, s->login, s->state, &run->origin, &s->changed);
	return FLOW_NEXT;
}

static const struct flow_step switching_steps[] = {
	FLOW_STEP(switching_change),
	FLOW_STEP(run_end),
	FLOW_END,
};

static int
account_switch(const struct settings *settings, const struct options *options,
    struct str state)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(128);
	struct account_switching s = { .state = state };
	CLEANUP(run_clear) struct run run = { .state = &s };

	if (!account_login(options, &login))
		return OUTCOME_REFUSED;
	s.login = buf_str(&login);
	if (!run_or_complain(&run, settings, switching_steps))
		return OUTCOME_UNUSABLE;
	if (s.changed.id == 0)
		return account_missing(s.login);
	printf("account %.*s is %.*s\n", STR_ARGS(s.login), STR_ARGS(state));
	return OUTCOME_DONE;
}

static int
account_disable(const struct settings *settings, const struct options *options)
{
	return account_switch(settings, options, STR("disabled"));
}

static int
account_enable(const struct settings *settings, const struct options *options)
{
	return account_switch(settings, options, STR("active"));
}

static const struct option_rule list_options[] = {
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

static const struct option_rule show_options[] = {
	{ "LOGIN", OPTION_WORD, .help = "whose account" },
	{ "json", OPTION_FLAG, .help = "for scripts" },
	OPTION_END,
};

static const struct option_rule login_options[] = {
	{ "LOGIN", OPTION_WORD, .help = "whose account" },
	OPTION_END,
};

const struct command account_parts[] = {
	{ .name = "add",
	    .summary = "Add a person",
	    .details = "The password is asked on the terminal, unless "
		       "--password-stdin or\n--password-hash is given.",
	    .options = account_add_options,
	    .run = account_add },
	{ .name = "import",
	    .summary = "Add or change many people from a file",
	    .details =
		"Everything or nothing, unless --skip-bad is given.  CSV has "
		"a first line that\nnames its columns: login, display_name, "
		"password, state, attribute:NAME, tenant,\ntype, groups; "
		"several values stand behind \";\".  JSON is a list of objects "
		"with these\nfields, or one object behind the other.  "
		"Passwords are hashes: bcrypt, SHA-256-\nor SHA-512-crypt, "
		"yescrypt, Argon2id.",
	    .options = account_import_options,
	    .run = account_import },
	{ .name = "export",
	    .summary = "Write all people to a new file",
	    .details = "What is written can be imported again.  The file must "
		       "not be there before;\nonly its owner may read it.",
	    .options = account_export_options,
	    .run = account_export },
	{ .name = "list",
	    .summary = "List people",
	    .options = list_options,
	    .run = account_list },
	{ .name = "show",
	    .summary = "Show all about one person",
	    .options = show_options,
	    .run = account_show },
	{ .name = "set-password",
	    .summary = "Give another password and end all sessions",
	    .options = account_password_options,
	    .run = account_set_password },
	{ .name = "set-address",
	    .summary = "Say where mail reaches a person",
	    .options = account_address_options,
	    .run = account_set_address },
	{ .name = "remove-address",
	    .summary = "Say that it does not any more",
	    .options = account_no_address_options,
	    .run = account_remove_address },
	{ .name = "disable",
	    .summary = "Keep a person out and end all sessions",
	    .options = login_options,
	    .run = account_disable },
	{ .name = "enable",
	    .summary = "Let a person in again",
	    .options = login_options,
	    .run = account_enable },
	{ 0 },
};
