/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service import` and `export`.
 *
 * Everything is read and judged before anything is written, and written in one
 * statement: a refusal leaves the registry as it was.
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "ctl/command.h"
#include "ctl/file.h"
#include "ctl/json.h"
#include "ctl/run.h"
#include "ctl/service.h"
#include "ctl/service_apereo.h"
#include "ctl/service_record.h"
#include "ctl/settings.h"
#include "store/store.h"

enum {
	FILE_LONGEST = 32 * 1024 * 1024,
	RECORDS_LONGEST = 64 * 1024 * 1024,
	REASONS_LONGEST = 256 * 1024,
};

struct service_importing {
	struct services_loaded loaded; /* the first: service_load_steps */
	struct service_import_rules rules;
	bool replace;
	json_t *records; /* those that can be registered */
	json_t *places; /* pattern: file that has it */
	size_t refused;
	struct buf text; /* the records, for the database */
	struct service_imported imported;
};

/* "FILE: FIELD: sentence" for each line. */
static void
print_lines(FILE *out, const char *file, struct str lines)
{
	struct str line;

	while (lines.len > 0) {
		str_cut(lines, '\n', &line, &lines);
		fprintf(out, "%s: %.*s\n", file, STR_ARGS(line));
	}
}

static void
importing_refuse(
    struct service_importing *i, const char *file, struct str lines)
{
	i->refused++;
	print_lines(stderr, file, lines);
}

/* The record of an object of either kind; NULL: refused. */
static json_t *
importing_read(
    struct service_importing *i, const char *file, const json_t *object)
{
	CLEANUP(buf_clear) struct buf notes = BUF_INIT(REASONS_LONGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(REASONS_LONGEST);
	json_t *record;

	if (service_apereo_is(object))
		record = service_apereo_read(object, &i->rules, &notes, &why);
	else
		record = json_deep_copy(object);
	print_lines(stdout, file, buf_str(&notes));
	if (record != NULL && service_record_settle(record, &i->rules, &why))
		return record;
	json_decref(record);
	importing_refuse(i, file, buf_str(&why));
	return NULL;
}

/* A pattern in two places: which should count? */
static void
importing_keep(struct service_importing *i, const char *file, json_t *record)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(REASONS_LONGEST);
	const char *pattern =
	    json_string_value(json_object_get(record, "pattern"));
	const char *other =
	    json_string_value(json_object_get(i->places, pattern));

	if (other == NULL) {
		json_put(i->places, pattern, json_words(str_of(file)));
		json_append(i->records, record);
		return;
	}
	buf_format(&why, "pattern: %s has %s, too", other, pattern);
	importing_refuse(i, file, buf_str(&why));
	json_decref(record);
}

static void
importing_take(
    struct service_importing *i, const char *file, const json_t *object)
{
	json_t *record = NULL;

	if (!json_is_object(object))
		importing_refuse(i, file, STR("this is no JSON object"));
	else
		record = importing_read(i, file, object);
	if (record != NULL)
		importing_keep(i, file, record);
}

static bool
importing_file(struct service_importing *i, const char *path)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(FILE_LONGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(2048);
	json_error_t error;
	json_t *all, *one;
	size_t place;

	if (!file_read(path, &text, &why)) {
		command_complain("%s", buf_cstr(&why));
		return false;
	}
	all = json_loadb(text.len > 0 ? text.at : "", text.len,
	    JSON_REJECT_DUPLICATES, &error);
	if (all == NULL) {
		buf_format(&why, "line %d, column %d: %s", error.line,
		    error.column, error.text);
		importing_refuse(i, path, buf_str(&why));
	} else if (json_is_array(all)) {
		json_array_foreach(all, place, one)
		    importing_take(i, path, one);
	} else {
		importing_take(i, path, all);
	}
	json_decref(all);
	return true;
}

static int
is_json_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       str_ends(str_of(entry->d_name), STR(".json"));
}

/* In the order of their names. */
static bool
importing_folder(struct service_importing *i, const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_json_file, alphasort);
	bool fine = count > 0;

	if (count <= 0)
		command_complain("%s: %s", path,
		    count == 0 ? "no file here ends with .json"
			       : "this folder cannot be read");
	for (int k = 0; k < count; k++) {
		CLEANUP(buf_clear) struct buf file = BUF_INIT(8192);

		buf_format(&file, "%s/%s", path, entries[k]->d_name);
		fine = fine && importing_file(i, buf_cstr(&file));
		free(entries[k]);
	}
	free(entries);
	return fine;
}

static bool
importing_path(struct service_importing *i, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return importing_folder(i, path);
	return importing_file(i, path);
}

/* Patterns that are registered already. */
static void
importing_compare(struct service_importing *i)
{
	const struct service *services = i->loaded.list.items;

	for (size_t k = 0; k < i->loaded.list.count && !i->replace; k++) {
		CLEANUP(buf_clear) struct buf why = BUF_INIT(REASONS_LONGEST);
		const char *file = json_string_value(json_object_getn(i->places,
		    services[k].pattern.at, services[k].pattern.len));

		if (file == NULL)
			continue;
		buf_format(&why,
		    "pattern: service %lld has %.*s already; --replace "
		    "replaces it",
		    (long long)services[k].id, STR_ARGS(services[k].pattern));
		importing_refuse(i, file, buf_str(&why));
	}
}

static enum flow_next
importing_write(struct flow *f)
{
	struct run *run = flow_state(f);
	struct service_importing *i = run->state;

	services_import(run->store, f, buf_str(&i->text), i->replace,
	    &run->origin, &i->imported);
	return FLOW_NEXT;
}

static const struct flow_step import_steps[] = {
	FLOW_STEP(importing_write),
	FLOW_STEP(run_end),
	FLOW_END,
};

static int
importing_outcome(const struct service_importing *i)
{
	if (i->imported.strange > 0)
		command_complain("%lld of these services belong to a tenant "
				 "that there is not; \"portillon tenant list\" "
				 "shows all. Nothing was imported",
		    (long long)i->imported.strange);
	else if (i->imported.taken > 0)
		command_complain("somebody registered one of these patterns "
				 "meanwhile; nothing was imported");
	else
		printf("registered %lld services, replaced %lld\n",
		    (long long)i->imported.added,
		    (long long)i->imported.replaced);
	return i->imported.strange + i->imported.taken > 0 ? OUTCOME_REFUSED
							   : OUTCOME_DONE;
}

static int
importing_run(struct run *run, const struct settings *settings,
    const struct options *options)
{
	struct service_importing *i = run->state;
	size_t count;

	if (!importing_path(i, options_text(options, "PATH").at))
		return OUTCOME_UNUSABLE;
	if (!run_or_complain(run, settings, service_load_steps))
		return OUTCOME_UNUSABLE;
	importing_compare(i);
	count = json_array_size(i->records);
	if (i->refused > 0) {
		command_complain("%zu services are refused, as said above; "
				 "nothing was imported",
		    i->refused);
		return OUTCOME_REFUSED;
	}
	if (options_has(options, "dry-run")) {
		printf("%zu services could be imported; this was a dry run\n",
		    count);
		return OUTCOME_DONE;
	}
	json_write(&i->text, json_incref(i->records));
	if (!buf_ok(&i->text)) {
		command_complain("these are too many services at once");
		return OUTCOME_REFUSED;
	}
	if (!run_or_complain(run, settings, import_steps))
		return OUTCOME_UNUSABLE;
	return importing_outcome(i);
}

int
service_import(const struct settings *settings, const struct options *options)
{
	struct service_importing i = {
		.rules = {
			.allow_http = options_has(options, "allow-http"),
			.any_host = options_has(options, "any-host"),
			.tenant = options_has(options, "tenant")
				      ? options_text(options, "tenant")
				      : STR("main"),
			.ticket_life = settings->ticket_life,
		},
		.replace = options_has(options, "replace"),
		.records = json_array(),
		.places = json_object(),
		.text = BUF_INIT(RECORDS_LONGEST),
	};
	CLEANUP(run_clear) struct run run = { .state = &i };
	int outcome = importing_run(&run, settings, options);

	json_decref(i.records);
	json_decref(i.places);
	buf_clear(&i.text);
	return outcome;
}

const struct option_rule service_import_options[] = {
	{ "PATH", OPTION_WORD,
	    .help = "a file of JSON objects, or a folder of .json files" },
	{ "dry-run", OPTION_FLAG, .help = "say what would be done" },
	{ "replace", OPTION_FLAG,
	    .help = "replace services that have the same pattern" },
	{ "tenant", OPTION_TEXT, false, "SLUG",
	    "organisation of those that name none; else \"main\"" },
	{ "allow-http", OPTION_FLAG, .help = "accept addresses without https" },
	{ "any-host", OPTION_FLAG,
	    .help = "accept expressions that fit any host" },
	OPTION_END,
};

int
service_export(const struct settings *settings, const struct options *options)
{
	struct services_loaded loaded = { 0 };
	CLEANUP(run_clear) struct run run = { .state = &loaded };
	const struct service *services;
	json_t *list;

	(void)options;
	if (!run_or_complain(&run, settings, service_load_steps))
		return OUTCOME_UNUSABLE;
	services = loaded.list.items;
	list = json_array();
	for (size_t k = 0; k < loaded.list.count; k++)
		json_append(list, service_json(&services[k]));
	json_print(list);
	return OUTCOME_DONE;
}

const struct option_rule service_export_options[] = {
	OPTION_END,
};
