/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program `portillon`: one table of its commands.
 *
 * What they do stands in ctl/, one file each; this only names them.
 */
#include "base/memory.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/environment.h"

static const struct command commands[] = {
	{ .name = "serve",
	    .summary = "Serve in the foreground until SIGTERM",
	    .details = "Starts the gates and the courier, and starts again "
		       "one that dies.  Logs to\nstandard error; the event "
		       "\"ready\" says that all gates serve.\n\n"
		       "SIGTERM  lets requests that were accepted end, and "
		       "stops\n"
		       "SIGHUP   reads settings, keys, pages and certificate "
		       "again\n"
		       "SIGUSR2  goes on as the program on disk, with the same "
		       "sockets",
	    .options = serve_options,
	    .run = serve_command },
	{ .name = "migrate",
	    .summary = "Bring the tables of the database up to date",
	    .details = "Applies the migrations that are missing, as the role "
		       "of database.migrator.",
	    .options = migrate_options,
	    .run = migrate_command },
	{ .name = "check",
	    .summary = "Check settings, keys, database and templates",
	    .details = "One line for each finding, and one for each thing "
		       "that is in order.  Ends with 1\nif there is any "
		       "finding.",
	    .run = check_command,
	    .finds = true },
	{ .name = "account",
	    .summary = "Accounts of people: add, list, change",
	    .parts = account_parts },
	{ .name = "service",
	    .summary = "Registered services: add, list, try an address",
	    .parts = service_parts },
	{ .name = "tenant",
	    .summary = "Organisations: add, list",
	    .parts = tenant_parts },
	{ .name = "policy",
	    .summary = "Who must prove what: apply, show, test",
	    .parts = policy_parts },
	{ .name = "zone",
	    .summary = "Networks: set, remove, list",
	    .parts = zone_parts },
	{ .name = "decision",
	    .summary = "Why somebody was asked: show, by a support code",
	    .parts = decision_parts },
	{ .name = "keys",
	    .summary = "The keys of the installation: make, change, list",
	    .parts = keys_parts },
	{ .name = "logout",
	    .summary = "Single logout: how it stands with applications",
	    .parts = logout_parts },
	{ .name = "mail",
	    .summary = "Mails: try whether they arrive",
	    .parts = mail_parts },
	{ .name = "restored",
	    .summary = "Say that a backup of the database came back",
	    .details = "Tickets from before do not open any more, and all "
		       "sessions end, since some of\nthem had ended after the "
		       "backup was made.  Run it before \"serve\".",
	    .run = restored_command },
	{ 0 },
};

int
main(int count, char **words)
{
	environment_clean();
	return command_main(commands, count, words);
}
