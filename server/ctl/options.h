/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words behind a command, read by a table that also gives its help.
 *
 * "--name VALUE" and "--name=VALUE" are the same; "--" ends the options.  What
 * a table does not name is refused, and so is one option given twice.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdio.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct options;

enum option_kind {
	OPTION_FLAG, /* --json */
	OPTION_TEXT, /* --name NAME */
	OPTION_LIST, /* like OPTION_TEXT, as often as wanted */
	OPTION_WORD, /* a word without dashes, in the order of the table */
	OPTION_REST, /* this word and all behind it, whatever they are */
};

struct option_rule {
	const char *name; /* "json"; of a word what help shows, "LOGIN" */
	enum option_kind kind;
	bool required; /* words are always required */
	const char *value; /* what help shows for the value, "NAME" */
	const char *help;
};

/* clang-format off */
#define OPTION_END { NULL }
/* clang-format on */

/* Views into `words`.  NULL and a sentence in `why` if they do not fit. */
struct options *options_parse(
    const struct option_rule *, int count, char **words, struct buf *why);
void options_free(struct options *);
void options_end(struct options **); /* options_free() for CLEANUP */

/* Asking for a name that is not in the table is a mistake of ours: aborts. */
bool options_has(const struct options *, const char *name);
/* STR_NONE if it was not given. */
struct str options_text(const struct options *, const char *name);
size_t options_count(const struct options *, const char *name);
struct str options_item(const struct options *, const char *name, size_t);

/* What OPTION_REST took; `words` is NULL if there was none. */
int options_rest(const struct options *, char ***words);

/* "[--json] LOGIN", and a line for each rule. */
void options_usage(const struct option_rule *, FILE *);
void options_help(const struct option_rule *, FILE *);

#endif
