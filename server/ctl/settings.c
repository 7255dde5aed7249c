/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings from the file and the environment, and the table told to people.
 *
 * inih cuts lines at 200 bytes and joins indented lines to the one before;
 * both are refused here, since half a connection string would be worse.
 */
#include "ctl/settings.h"

#include <ini.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/file.h"
#include "ctl/nearest.h"
#include "ctl/settings_table.h"

enum {
	SETTINGS_FILE_LARGEST = 64 * 1024,
	SETTINGS_LINE_LONGEST = 198, /* inih's buffer less newline and NUL */
	SETTINGS_MOST = 64,
	HELP_WIDTH = 76,
};

struct settings_reading {
	struct settings *settings;
	const char *file;
	struct str left; /* of the file's content */
	unsigned line; /* that inih works on */
	bool seen[SETTINGS_MOST]; /* stood in the file already */
	struct buf *why;
	bool failed; /* `why` has the first trouble */
};

static const char variable_prefix[] = "PORTILLON_";

/* Not settings, but read by the program. */
static const char *const other_variables[] = {
	"PORTILLON_CONFIG",
	"PORTILLON_UPGRADE",
	"PORTILLON_TEST_CLOCK",
};

static void
reading_fail(struct settings_reading *r, const char *what)
{
	if (r->failed)
		return;
	r->failed = true;
	buf_format(r->why, "%s, line %u: %s", r->file, r->line, what);
}

/* inih asks for one line after the other; so the line number is known here. */
static char *
reading_line(char *line, int size, void *stream)
{
	struct settings_reading *r = stream;
	struct str text, left;
	bool more = str_cut(r->left, '\n', &text, &left);

	if (r->failed || (!more && text.len == 0) || size < 2)
		return NULL;
	r->line++;
	r->left = left;
	if (str_ends(text, STR("\r")))
		text.len--;
	if (text.len > SETTINGS_LINE_LONGEST || text.len > (size_t)size - 2) {
		reading_fail(r, "this line is longer than 198 bytes; longer "
				"values can be given in the environment");
		return NULL;
	}
	if (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t') &&
	    str_trim(text).len > 0) {
		reading_fail(r, "this line starts with a blank");
		return NULL;
	}
	memcpy(line, text.at != NULL ? text.at : "", text.len);
	line[text.len] = '\n';
	line[text.len + 1] = '\0';
	return line;
}

static void
reading_unknown(struct settings_reading *r, struct str section, struct str name)
{
	CLEANUP(buf_clear) struct buf typed = BUF_INIT(512);
	CLEANUP(buf_clear) struct buf what = BUF_INIT(1024);
	struct nearest nearest;

	buf_format(&typed, "%.*s.%.*s", STR_ARGS(section), STR_ARGS(name));
	nearest_start(&nearest, buf_str(&typed));
	for (size_t i = 0; i < settings_count; i++) {
		CLEANUP(buf_clear) struct buf known = BUF_INIT(128);

		buf_format(&known, "%s.%s", settings_table[i].section,
		    settings_table[i].name);
		nearest_consider(&nearest, buf_str(&known));
	}
	buf_format(&what, "there is no setting \"%s\"", buf_cstr(&typed));
	nearest_suggest(&nearest, &what);
	reading_fail(r, buf_cstr(&what));
}

static void
reading_put(
    struct settings_reading *r, const struct setting *s, struct str value)
{
	CLEANUP(buf_clear) struct buf what = BUF_INIT(2048);
	bool *seen = &r->seen[s - settings_table];

	buf_format(&what, "%s.%s ", s->section, s->name);
	if (*seen)
		buf_words(&what, "is set for the second time");
	if (*seen || !setting_put(s, r->settings, value, &what))
		reading_fail(r, buf_cstr(&what));
	*seen = true;
}

/* inih's handler: 0 makes it remember an error, which `failed` tells better. */
static int
reading_setting(
    void *user, const char *section, const char *name, const char *value)
{
	struct settings_reading *r = user;
	const struct setting *s = setting_find(str_of(section), str_of(name));

	if (r->failed)
		return 0;
	if (s == NULL)
		reading_unknown(r, str_of(section), str_of(name));
	else
		reading_put(r, s, str_of(value));
	return r->failed ? 0 : 1;
}

static bool
settings_read_file(struct settings *settings, const char *file, struct buf *why)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT(SETTINGS_FILE_LARGEST);
	struct settings_reading r = {
		.settings = settings, .file = file, .why = why
	};

	if (!file_read(file, &content, why))
		return false;
	if (!str_is_utf8(buf_str(&content))) {
		buf_format(why, "%s is not UTF-8 text", file);
		return false;
	}
	r.left = buf_str(&content);
	if (ini_parse_stream(reading_line, &r, reading_setting, &r) != 0)
		reading_fail(&r, "neither [section] nor name = value");
	return !r.failed;
}

static bool
settings_unknown_variable(struct str name, struct buf *why)
{
	struct nearest nearest;

	nearest_start(&nearest, name);
	for (size_t i = 0; i < settings_count; i++) {
		char known[SETTING_VARIABLE_SIZE];

		setting_variable(&settings_table[i], known);
		nearest_consider(&nearest, str_of(known));
	}
	buf_format(
	    why, "environment: there is no setting \"%.*s\"", STR_ARGS(name));
	nearest_suggest(&nearest, why);
	return false;
}

static bool
settings_put_variable(struct settings *settings, struct str name,
    struct str value, struct buf *why)
{
	for (size_t i = 0; i < COUNT_OF(other_variables); i++)
		if (str_equal(name, str_of(other_variables[i])))
			return true;
	for (size_t i = 0; i < settings_count; i++) {
		CLEANUP(buf_clear) struct buf what = BUF_INIT(2048);
		char known[SETTING_VARIABLE_SIZE];

		setting_variable(&settings_table[i], known);
		if (!str_equal(name, str_of(known)))
			continue;
		if (setting_put(&settings_table[i], settings, value, &what))
			return true;
		buf_format(why, "environment: %s %s", known, buf_cstr(&what));
		return false;
	}
	return settings_unknown_variable(name, why);
}

static bool
settings_read_environment(struct settings *settings, struct buf *why)
{
	for (char **at = environ; *at != NULL; at++) {
		struct str name, value;

		if (str_starts(str_of(*at), str_of(variable_prefix)) &&
		    str_cut(str_of(*at), '=', &name, &value) &&
		    !settings_put_variable(settings, name, value, why))
			return false;
	}
	return true;
}

static bool
settings_put_standard(struct settings *settings, struct buf *why)
{
	for (size_t i = 0; i < settings_count; i++)
		if (!setting_put(&settings_table[i], settings,
			str_of(settings_table[i].standard), why))
			return false;
	return settings_count <= SETTINGS_MOST;
}

bool
settings_load(struct settings *settings, const char *file, struct buf *why)
{
	*settings = (struct settings){
		.file = file != NULL ? memory_text(file, strlen(file)) : NULL,
	};
	return settings_put_standard(settings, why) &&
	       (file == NULL || settings_read_file(settings, file, why)) &&
	       settings_read_environment(settings, why);
}

void
settings_clear(struct settings *settings)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *s = &settings_table[i];

		if (s->type != SETTING_NUMBER)
			free(*setting_text(s, settings));
	}
	free(settings->file);
	*settings = (struct settings){ 0 };
}

/* `running` is only read; the table's functions know no const. */
static bool
setting_keep(const struct setting *s, struct settings *settings,
    struct settings *running)
{
	char **text;
	const char *kept;

	if (s->type == SETTING_NUMBER) {
		int64_t *number = setting_number(s, settings);
		bool same = *number == *setting_number(s, running);

		*number = *setting_number(s, running);
		return same;
	}
	text = setting_text(s, settings);
	kept = *setting_text(s, running);
	if (str_equal(str_of(*text), str_of(kept)))
		return true;
	free(*text);
	*text = memory_text(kept, strlen(kept));
	return false;
}

void
settings_keep_running(struct settings *settings, const struct settings *running,
    struct buf *names)
{
	struct settings kept = *running;

	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *s = &settings_table[i];

		if (s->at_start && !setting_keep(s, settings, &kept))
			buf_format(names, " %s.%s", s->section, s->name);
	}
}

/* Breaks a sentence at blanks, each line behind `margin`. */
static void
settings_write_wrapped(FILE *out, const char *margin, const char *sentence)
{
	struct str left = str_of(sentence), word;
	size_t width = HELP_WIDTH - str_of(margin).len, column = 0;

	while (left.len > 0) {
		str_cut(left, ' ', &word, &left);
		if (column > 0 && column + 1 + word.len > width) {
			fputc('\n', out);
			column = 0;
		}
		column += fprintf(out, "%s%.*s", column > 0 ? " " : margin,
			      STR_ARGS(word)) > 0
			      ? word.len + (column > 0)
			      : 0;
	}
	fputc('\n', out);
}

void
settings_help(FILE *out)
{
	fputs("Settings are read from a file of [sections] and \"name = "
	      "value\" lines, then from\nthe environment.\n",
	    out);
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *s = &settings_table[i];
		CLEANUP(buf_clear) struct buf range = BUF_INIT(512);
		char variable[SETTING_VARIABLE_SIZE];

		setting_variable(s, variable);
		setting_range(s, &range);
		fprintf(out, "\n%s.%s, or %s\n", s->section, s->name, variable);
		settings_write_wrapped(out, "    ", s->help);
		fprintf(out, "    Takes %s.\n", buf_cstr(&range));
		fprintf(out, "    Default: %s\n",
		    s->standard[0] != '\0' ? s->standard : "(empty)");
		if (s->at_start)
			fputs("    A reload does not change it.\n", out);
	}
}

void
settings_sample(FILE *out)
{
	const char *section = "";

	fputs("; Settings of Portillon.  Lines that start with \";\" are "
	      "comments and show the\n; defaults; "
	      "\"portillon --help-settings\" says the same in full.\n",
	    out);
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *s = &settings_table[i];

		if (!str_equal(str_of(section), str_of(s->section)))
			fprintf(out, "\n[%s]\n", s->section);
		section = s->section;
		fputc('\n', out);
		settings_write_wrapped(out, "; ", s->help);
		fprintf(out, ";%s =%s%s\n", s->name,
		    s->standard[0] != '\0' ? " " : "", s->standard);
	}
}
