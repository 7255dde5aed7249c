/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon account set-address|remove-address`: where mail reaches a person.
 */
#include <stdio.h>

#include "base/buf.h"
#include "ctl/account.h"
#include "ctl/command.h"
#include "ctl/run.h"
#include "store/accounts.h"
#include "store/second_step.h"
#include "text/mail_address.h"

struct address_flow {
	struct str login;
	struct str email;
	struct str kind;
	struct account_changed changed;
};

static enum flow_next
address_put(struct flow *f)
{
	struct run *run = flow_state(f);
	struct address_flow *a = run->state;

	addresses_put(run->store, f, a->login, a->email, a->kind, &run->origin,
	    &a->changed);
	return FLOW_NEXT;
}

static enum flow_next
address_remove(struct flow *f)
{
	struct run *run = flow_state(f);
	struct address_flow *a = run->state;

	addresses_remove(
	    run->store, f, a->login, a->email, &run->origin, &a->changed);
	return FLOW_NEXT;
}

static const struct flow_step put_steps[] = {
	FLOW_STEP(address_put),
	FLOW_STEP(run_end),
	FLOW_END,
};

static const struct flow_step remove_steps[] = {
	FLOW_STEP(address_remove),
	FLOW_STEP(run_end),
	FLOW_END,
};

int
account_set_address(
    const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(128);
	CLEANUP(buf_clear) struct buf email = BUF_INIT(MAIL_ADDRESS_LONGEST);
	bool institutional = options_has(options, "institutional");
	struct address_flow a = { .kind = institutional ? STR("institutional")
							: STR("personal") };
	CLEANUP(run_clear) struct run run = { .state = &a };

	if (!account_login(options, &login))
		return OUTCOME_REFUSED;
	if (!mail_address_canonical(options_text(options, "ADDRESS"), &email)) {
		command_complain("%s", MAIL_ADDRESS_RULE);
		return OUTCOME_REFUSED;
	}
	a.login = buf_str(&login);
	a.email = buf_str(&email);
	if (!run_or_complain(&run, settings, put_steps))
		return OUTCOME_UNUSABLE;
	if (a.changed.id == 0)
		return account_missing(a.login);
	printf("mail reaches %.*s at %.*s\n", STR_ARGS(a.login),
	    STR_ARGS(a.email));
	return OUTCOME_DONE;
}

int
account_remove_address(
    const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf login = BUF_INIT(128);
	struct address_flow a = { .email = options_text(options, "ADDRESS") };
	CLEANUP(run_clear) struct run run = { .state = &a };

	if (!account_login(options, &login))
		return OUTCOME_REFUSED;
	a.login = buf_str(&login);
	if (!run_or_complain(&run, settings, remove_steps))
		return OUTCOME_UNUSABLE;
	if (a.changed.id == 0) {
		command_complain("%.*s has no address %.*s; \"portillon "
				 "account show\" tells",
		    STR_ARGS(a.login), STR_ARGS(a.email));
		return OUTCOME_REFUSED;
	}
	printf("mail does not reach %.*s at %.*s any more\n", STR_ARGS(a.login),
	    STR_ARGS(a.email));
	return OUTCOME_DONE;
}

const struct option_rule account_address_options[] = {
	{ "LOGIN", OPTION_WORD, .help = "whom" },
	{ "ADDRESS", OPTION_WORD, .help = "a mail address" },
	{ "institutional", OPTION_FLAG,
	    .help = "behind this very sign-in; else it is personal" },
	OPTION_END,
};

const struct option_rule account_no_address_options[] = {
	{ "LOGIN", OPTION_WORD, .help = "whom" },
	{ "ADDRESS", OPTION_WORD, .help = "a mail address" },
	OPTION_END,
};
