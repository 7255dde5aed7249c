/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon account add` and `set-password`.
 *
 * Everything is checked and the password hashed before the database is
 * reached, so that no connection waits for somebody typing.
 */
#include <jansson.h>

#include "base/buf.h"
#include "crypto/password.h"
#include "ctl/account.h"
#include "ctl/account_record.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/plain.h"
#include "ctl/prompt.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/accounts.h"

enum {
	PASSWORD_ROOM = PASSWORD_LONGEST + 2,
};

struct account_adding {
	struct account_new account;
	struct account_changed changed;
	struct account existing; /* who has the login already */
};

/* Options whose values are free text, and how long they may be. */
struct account_limit {
	const char *option;
	size_t most;
	bool may_be_empty;
};

static const struct account_limit account_limits[] = {
	{ "name", DISPLAY_NAME_LONGEST, false },
	{ "type", TYPE_LONGEST, true },
	{ "group", GROUP_LONGEST, false },
};

static enum flow_next
adding_insert(struct flow *f)
{
	struct run *run = flow_state(f);
	struct account_adding *a = run->state;

	accounts_add(run->store, f, &a->account, &run->origin, &a->changed);
	return FLOW_NEXT;
}

/* If it was refused: because of the login, or of the tenant? */
static enum flow_next
adding_look(struct flow *f)
{
	struct run *run = flow_state(f);
	struct account_adding *a = run->state;

	if (a->changed.id == 0)
		accounts_find(run->store, f, a->account.login, &a->existing);
	return FLOW_NEXT;
}

static const struct flow_step adding_steps[] = {
	FLOW_STEP(adding_insert),
	FLOW_STEP(adding_look),
	FLOW_STEP(run_end),
	FLOW_END,
};

static bool
adding_check_texts(const struct options *options)
{
	for (size_t i = 0; i < COUNT_OF(account_limits); i++) {
		const struct account_limit *limit = &account_limits[i];
		size_t count = options_count(options, limit->option);

		for (size_t item = 0; item < count; item++) {
			struct str text =
			    options_item(options, limit->option, item);

			if (plain_text_allowed(text, limit->most) &&
			    (limit->may_be_empty || text.len > 0))
				continue;
			command_complain("--%s takes 1 to %zu bytes of UTF-8 "
					 "without control characters",
			    limit->option, limit->most);
			return false;
		}
	}
	return true;
}

/* "NAME=VALUE" into the object: name to list of texts. */
static bool
adding_attribute(json_t *attributes, struct str given)
{
	CLEANUP(buf_clear) struct buf name_text = BUF_INIT(VALUE_LONGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(2048);
	struct str name, value;

	if (!str_cut(given, '=', &name, &value)) {
		command_complain("--attribute takes NAME=VALUE, not \"%.*s\"",
		    STR_ARGS(given));
		return false;
	}
	if (!account_attribute_allowed(name, value, &why)) {
		command_complain("%s", buf_cstr(&why));
		return false;
	}
	buf_text(&name_text, name);
	if (json_object_get(attributes, buf_cstr(&name_text)) == NULL)
		json_put(attributes, buf_cstr(&name_text), json_array());
	json_append(json_object_get(attributes, buf_cstr(&name_text)),
	    json_words(value));
	return true;
}

static bool
adding_attributes(const struct options *options, struct buf *out)
{
	json_t *attributes = json_object();
	size_t count = options_count(options, "attribute");
	bool fine = true;

	for (size_t i = 0; i < count && fine; i++)
		fine = adding_attribute(
		    attributes, options_item(options, "attribute", i));
	json_write(out, attributes);
	if (fine && !buf_ok(out))
		command_complain("these attributes take more than %d bytes",
		    ATTRIBUTES_LONGEST);
	return fine && buf_ok(out);
}

static bool
adding_groups(const struct options *options, struct buf *out)
{
	json_t *groups = json_array();
	size_t count = options_count(options, "group");

	for (size_t i = 0; i < count; i++)
		json_append(
		    groups, json_words(options_item(options, "group", i)));
	json_write(out, groups);
	if (!buf_ok(out))
		command_complain(
		    "these groups take more than %d bytes", ATTRIBUTES_LONGEST);
	return buf_ok(out);
}

static bool
account_hash_new(
    const struct settings *settings, bool from_stdin, struct buf *out)
{
	CLEANUP(buf_clear) struct buf password = BUF_INIT(PASSWORD_ROOM);
	const struct password_cost cost = {
		.memory_kib = (uint32_t)settings->password_memory,
		.passes = (uint32_t)settings->password_passes,
		.lanes = (uint32_t)settings->password_lanes,
	};

	if (!prompt_new_password(from_stdin, &password))
		return false;
	if (password_hash(buf_str(&password), &cost, out) && buf_ok(out))
		return true;
	command_complain("there is not enough memory to hash a password at "
			 "the cost of password.memory");
	return false;
}

static bool
adding_password(const struct settings *settings, const struct options *options,
    struct buf *out)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct str given = options_text(options, "password-hash");
	bool from_stdin = options_has(options, "password-stdin");

	if (given.at == NULL)
		return account_hash_new(settings, from_stdin, out);
	if (from_stdin) {
		command_complain("--password-stdin and --password-hash cannot "
				 "both be given");
		return false;
	}
	if (!account_hash_allowed(given, &why)) {
		command_complain("%s", buf_cstr(&why));
		return false;
	}
	buf_text(out, given);
	return buf_ok(out);
}

static int
adding_outcome(const struct account_adding *a)
{
	if (a->changed.id != 0) {
		printf("added account %.*s\n", STR_ARGS(a->account.login));
		return OUTCOME_DONE;
	}
	if (a->existing.id != 0)
		command_complain("there is an account \"%.*s\" already",
		    STR_ARGS(a->account.login));
	else
		command_complain("there is no tenant \"%.*s\"; "
				 "\"portillon tenant list\" shows all",
		    STR_ARGS(a->account.tenant));
	return OUTCOME_REFUSED;
}

int
account_add(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(128);
	CLEANUP(buf_clear) struct buf attributes = BUF_INIT(ATTRIBUTES_LONGEST);
	CLEANUP(buf_clear) struct buf groups = BUF_INIT(ATTRIBUTES_LONGEST);
	CLEANUP(buf_clear) struct buf password = BUF_INIT(HASH_LONGEST);
	struct account_adding a = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &a };

	if (!account_login(options, &login) || !adding_check_texts(options) ||
	    !adding_attributes(options, &attributes) ||
	    !adding_groups(options, &groups) ||
	    !adding_password(settings, options, &password))
		return OUTCOME_REFUSED;
	a.account = (struct account_new){
		.login = buf_str(&login),
		.display_name = options_text(options, "name"),
		.password = buf_str(&password),
		.attributes = buf_str(&attributes),
		.tenant = options_has(options, "tenant")
			      ? options_text(options, "tenant")
			      : STR("main"),
		.type = options_text(options, "type"),
		.groups = buf_str(&groups),
	};
	if (!plain_text_allowed(a.account.tenant, TYPE_LONGEST)) {
		command_complain("--tenant takes the slug of a tenant");
		return OUTCOME_REFUSED;
	}
	if (!run_or_complain(&run, settings, adding_steps))
		return OUTCOME_UNUSABLE;
	return adding_outcome(&a);
}

const struct option_rule account_add_options[] = {
	{ "LOGIN", OPTION_WORD, .help = "what the person types to sign in" },
	{ "name", OPTION_TEXT, true, "NAME", "name for people" },
	{ "tenant", OPTION_TEXT, false, "SLUG", "organisation; else \"main\"" },
	{ "type", OPTION_TEXT, false, "TYPE",
	    "what the person is there: teacher, student ..." },
	{ "group", OPTION_LIST, false, "GROUP", "a group there" },
	{ "attribute", OPTION_LIST, false, "NAME=VALUE",
	    "something services may be told" },
	{ "password-stdin", OPTION_FLAG, false, NULL,
	    "read the password from standard input" },
	{ "password-hash", OPTION_TEXT, false, "HASH",
	    "take over an Argon2id or crypt(5) hash" },
	OPTION_END,
};

struct account_password {
	struct str login;
	struct str password; /* hashed */
	struct account_changed changed;
};

static enum flow_next
password_change(struct flow *f)
{
	struct run *run = flow_state(f);
	struct account_password *p = run->state;

	accounts_set_password(
	    run->store, f, p->login, p->password, &run->origin, &p->changed);
	return FLOW_NEXT;
}

static const struct flow_step password_steps[] = {
	FLOW_STEP(password_change),
	FLOW_STEP(run_end),
	FLOW_END,
};

int
account_set_password(
    const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(128);
	CLEANUP(buf_clear) struct buf hash = BUF_INIT(HASH_LONGEST);
	struct account_password p = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &p };

	if (!account_login(options, &login) ||
	    !account_hash_new(
		settings, options_has(options, "password-stdin"), &hash))
		return OUTCOME_REFUSED;
	p.login = buf_str(&login);
	p.password = buf_str(&hash);
	if (!run_or_complain(&run, settings, password_steps))
		return OUTCOME_UNUSABLE;
	if (p.changed.id == 0)
		return account_missing(p.login);
	printf("set the password of %.*s; all its sessions have ended\n",
	    STR_ARGS(p.login));
	return OUTCOME_DONE;
}

const struct option_rule account_password_options[] = {
	{ "LOGIN", OPTION_WORD, .help = "whose password" },
	{ "password-stdin", OPTION_FLAG, false, NULL,
	    "read the password from standard input" },
	OPTION_END,
};
