/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon migrate`: the tables of the database, brought up to date.
 *
 * A release is installed as one folder with templates, static files and
 * migrations; so these are looked for beside the templates.
 */
#include "store/migrate.h"

#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/settings.h"

enum {
	PATH_LONGEST = 4096
};

void
migrate_folder(const struct settings *settings, struct buf *out)
{
	struct str templates = str_of(settings->templates);
	size_t len;

	while (str_ends(templates, STR("/")))
		templates.len--;
	len = templates.len;
	while (len > 0 && templates.at[len - 1] != '/')
		len--;
	buf_text(out, str_first(templates, len));
	buf_words(out, "migrations");
}

int
migrate_command(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf folder = BUF_INIT(PATH_LONGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(8192);
	struct str given = options_text(options, "folder");
	bool done;

	if (given.at != NULL)
		buf_text(&folder, given);
	else
		migrate_folder(settings, &folder);
	if (options_has(options, "status"))
		done = migrate_status(
		    settings->migrator, buf_cstr(&folder), stdout, &why);
	else
		done = migrate_run(
		    settings->migrator, buf_cstr(&folder), stdout, &why);
	if (done)
		return OUTCOME_DONE;
	fflush(stdout);
	command_complain("%s", buf_cstr(&why));
	return OUTCOME_UNUSABLE;
}

const struct option_rule migrate_options[] = {
	{ "status", OPTION_FLAG, false, NULL,
	    "say which are applied, and change nothing" },
	{ "folder", OPTION_TEXT, false, "FOLDER",
	    "of migrations; else \"migrations\" beside pages.templates" },
	OPTION_END,
};
