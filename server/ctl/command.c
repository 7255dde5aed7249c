/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the words of a command line to the function of a command.
 *
 * Settings are read once the command line is known to be right, so that a slip
 * of the fingers is told before any trouble with files.
 */
#include "ctl/command.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/nearest.h"
#include "ctl/settings.h"

enum {
	SENTENCE_LONGEST = 8192
};

static const char default_file[] = "/etc/portillon/portillon.ini";

static const struct option_rule program_options[] = {
	{ "config", OPTION_TEXT, false, "FILE",
	    "settings; else $PORTILLON_CONFIG, "
	    "else /etc/portillon/portillon.ini" },
	{ "version", OPTION_FLAG, false, NULL, "say which version this is" },
	{ "help-settings", OPTION_FLAG, false, NULL, "explain every setting" },
	{ "sample-settings", OPTION_FLAG, false, NULL,
	    "write a settings file to start from" },
	{ "COMMAND", OPTION_REST, false, NULL, "what to do" },
	OPTION_END,
};

static const struct option_rule part_options[] = {
	{ "COMMAND", OPTION_REST, false, NULL, "what to do" },
	OPTION_END,
};

static const struct option_rule no_options[] = { OPTION_END };

void
command_complain(const char *format, ...)
{
	va_list arguments;

	fputs("portillon: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static const struct option_rule *
command_options(const struct command *c)
{
	if (c->options != NULL)
		return c->options;
	return c->parts != NULL ? part_options : no_options;
}

static void
command_list(const struct command *commands, FILE *out)
{
	fputs("\nCommands:\n", out);
	for (; commands->name != NULL; commands++)
		fprintf(out, "  %-26s %s\n", commands->name, commands->summary);
}

/* `path` is "portillon" and the names of the commands down to this one. */
static void
command_help(const struct command *c, struct str path, FILE *out)
{
	fprintf(out, "Usage: %.*s", STR_ARGS(path));
	options_usage(command_options(c), out);
	fprintf(out, "\n\n%s.\n", c->summary);
	if (c->details != NULL)
		fprintf(out, "\n%s\n", c->details);
	fputs("\nOptions:\n", out);
	options_help(command_options(c), out);
	if (c->parts != NULL)
		command_list(c->parts, out);
}

static int
command_misused(struct str path, const char *why)
{
	command_complain("%s", why);
	fprintf(stderr, "\"%.*s --help\" says more.\n", STR_ARGS(path));
	return OUTCOME_USAGE;
}

static const struct command *
command_find(const struct command *commands, struct str name, struct buf *why)
{
	struct nearest nearest;

	nearest_start(&nearest, name);
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (str_equal(str_of(c->name), name))
			return c;
		nearest_consider(&nearest, str_of(c->name));
	}
	buf_format(why, "there is no command \"%.*s\"", STR_ARGS(name));
	nearest_suggest(&nearest, why);
	return NULL;
}

/* --help counts wherever it stands before a "--". */
static bool
command_wants_help(int count, char **words)
{
	for (int i = 0; i < count; i++) {
		if (str_equal(str_of(words[i]), STR("--")))
			return false;
		if (str_equal(str_of(words[i]), STR("--help")))
			return true;
	}
	return false;
}

/*
 * An explicitly named file must be there; without the default one the
 * environment may say everything.
 */
static const char *
command_settings_file(struct str given)
{
	const char *named =
	    given.at != NULL ? given.at : getenv("PORTILLON_CONFIG");

	if (named != NULL && named[0] != '\0')
		return named;
	return access(default_file, F_OK) == 0 ? default_file : NULL;
}

static int
command_run(const struct command *c, const struct options *o, const char *file)
{
	CLEANUP(settings_clear) struct settings settings = { 0 };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	if (settings_load(&settings, file, &why))
		return c->run(&settings, o);
	if (c->finds) {
		printf("finding: settings: %s\n", buf_cstr(&why));
		return OUTCOME_REFUSED;
	}
	command_complain("%s", buf_cstr(&why));
	return OUTCOME_UNUSABLE;
}

/*
 * Goes down from `commands` to the one that `words` name; `path` grows on the
 * way.  NULL and a sentence if there is no such one.
 */
static const struct command *
command_descend(const struct command *commands, struct buf *path, int *count,
    char ***words, struct buf *why)
{
	const struct command *c = NULL;

	while (commands != NULL && *count > 0 && (**words)[0] != '-') {
		c = command_find(commands, str_of(**words), why);
		if (c == NULL)
			return NULL;
		buf_format(path, " %s", c->name);
		commands = c->parts;
		++*words;
		--*count;
	}
	if (c == NULL ||
	    (c->parts != NULL && !command_wants_help(*count, *words))) {
		buf_words(why, "a command is missing");
		return NULL;
	}
	return c;
}

static int
command_start(const struct command *commands, const struct options *program,
    const char *file)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(256);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	CLEANUP(options_end) struct options *o = NULL;
	const struct command *c;
	char **words;
	int count = options_rest(program, &words);

	buf_words(&path, "portillon");
	c = command_descend(commands, &path, &count, &words, &why);
	if (c == NULL)
		return command_misused(buf_str(&path), buf_cstr(&why));
	if (command_wants_help(count, words)) {
		command_help(c, buf_str(&path), stdout);
		return OUTCOME_DONE;
	}
	o = options_parse(command_options(c), count, words, &why);
	if (o == NULL)
		return command_misused(buf_str(&path), buf_cstr(&why));
	return command_run(c, o, file);
}

static void
program_help(const struct command *commands)
{
	fputs("Usage: portillon", stdout);
	options_usage(program_options, stdout);
	fputs("\n\nSingle sign-on for applications that speak CAS.\n"
	      "\nOptions:\n",
	    stdout);
	options_help(program_options, stdout);
	command_list(commands, stdout);
	fputs("\n\"portillon COMMAND --help\" says more about each.\n"
	      "Ends with 0: done, 1: refused, not found or a finding, "
	      "2: wrong usage,\n3: a database or file cannot be used.\n",
	    stdout);
}

/* --help before the command is about the program. */
static bool
program_wants_help(int count, char **words)
{
	for (int i = 0; i < count && words[i][0] == '-'; i++) {
		if (str_equal(str_of(words[i]), STR("--help")))
			return true;
		i += str_equal(str_of(words[i]), STR("--config"));
	}
	return false;
}

static int
program_run(const struct command *commands, int count, char **words)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	CLEANUP(options_end) struct options *program = NULL;

	if (program_wants_help(count, words)) {
		program_help(commands);
		return OUTCOME_DONE;
	}
	program = options_parse(program_options, count, words, &why);
	if (program == NULL)
		return command_misused(STR("portillon"), buf_cstr(&why));
	if (options_has(program, "version")) {
		puts("portillon " PORTILLON_VERSION);
		return OUTCOME_DONE;
	}
	if (options_has(program, "help-settings")) {
		settings_help(stdout);
		return OUTCOME_DONE;
	}
	if (options_has(program, "sample-settings")) {
		settings_sample(stdout);
		return OUTCOME_DONE;
	}
	return command_start(commands, program,
	    command_settings_file(options_text(program, "config")));
}

int
command_main(const struct command *commands, int count, char **words)
{
	int outcome = program_run(commands, count - 1, words + 1);

	if (fflush(stdout) == 0 && !ferror(stdout))
		return outcome;
	command_complain("cannot write the answer: %s", strerror(errno));
	return OUTCOME_UNUSABLE;
}
