/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command of the program: its name, its help, its options, what it does.
 *
 * Help is asked for with --help behind any command, and needs neither settings
 * nor a database.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "base/str.h"
#include "ctl/options.h"

struct settings;

/* What the program ends with; scripts count on these numbers. */
enum outcome {
	OUTCOME_DONE = 0,
	OUTCOME_REFUSED = 1, /* refused, not found, or a finding of a check */
	OUTCOME_USAGE = 2,
	OUTCOME_UNUSABLE = 3, /* a database or file cannot be used */
};

struct command {
	const char *name;
	const char *summary; /* one line */
	const char *details; /* more for --help, NULL: nothing */
	const struct option_rule *options; /* NULL: none */
	int (*run)(const struct settings *, const struct options *);
	const struct command *parts; /* "add", "list"; ends with a NULL name */
	bool finds; /* wrong settings are a finding of this command */
};

/*
 * Runs the program: `commands` ends with a NULL name.  Gives what it is to end
 * with.
 */
int command_main(const struct command *commands, int count, char **words);

/* A sentence on standard error, behind "portillon: ". */
void command_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
