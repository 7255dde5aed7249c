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
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/upkeep.h"

enum {
	PATH_LONGEST = 4096
};

/*
 * The courier keeps partitions ahead; making them here too lets a new
 * installation validate its first ticket at once.
 */
static enum flow_next
migrate_make_partitions(struct flow *f)
{
	struct run *run = flow_state(f);

	upkeep_partitions(
	    run->store, f, run->origin.at, UPKEEP_REDEMPTION_DAYS, run->state);
	return FLOW_NEXT;
}

static const struct flow_step migrate_partition_steps[] = {
	FLOW_STEP(migrate_make_partitions),
	FLOW_STEP(run_end),
	FLOW_END,
};

static bool
migrate_partitions(const struct settings *settings)
{
	struct upkeep_partitions partitions = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &partitions };

	return run_or_complain(&run, settings, migrate_partition_steps);
}

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
	fflush(stdout);
	if (done && !options_has(options, "status"))
		done = migrate_partitions(settings);
	if (done)
		return OUTCOME_DONE;
	if (why.len == 0) /* already said */
		return OUTCOME_UNUSABLE;
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
