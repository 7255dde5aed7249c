/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon account import`.
 *
 * People are read, checked and sent in batches within one transaction, which
 * ends well only after the last line.  Bad lines do not stop the reading, so
 * that all of them are told at once; a trial run does the same and then takes
 * everything back.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/account.h"
#include "ctl/account_record.h"
#include "ctl/account_source.h"
#include "ctl/bad_lines.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/logins_seen.h"
#include "ctl/progress.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/people.h"
#include "store/row.h"
#include "store/store.h"

enum {
	BATCH_PEOPLE = 500,
	BATCH_BYTES = 1024 * 1024, /* then it is sent, however few they are */
	BATCH_LONGEST = 4 * 1024 * 1024,
	REASON_LONGEST = 2048,
};

struct importing {
	bool update;
	bool skip_bad;
	bool trial;
	enum account_format format;
	const char *path;
	int fd;
	struct people *people;
	struct audit_origin origin;
	struct buf *why; /* of what ends everything */
	json_t *batch;
	size_t batch_bytes;
	struct logins_seen *seen;
	struct bad_lines bad;
	struct progress progress;
	uint64_t read; /* people so far, bad ones too */
	uint64_t added;
	uint64_t changed;
	uint64_t same;
};

static void
importing_refuse(
    struct importing *i, uint64_t line, struct str login, struct str why)
{
	const struct bad_line bad = { line, login, why };

	bad_lines_add(&i->bad, &bad);
}

static void
importing_refuse_outcome(
    struct importing *i, const struct people_outcome *outcome)
{
	struct str why = outcome->outcome;

	if (str_equal(why, STR("login taken")))
		why = i->update ? STR("somebody else added this login just now")
				: STR("there is such an account already; "
				      "--update changes it");
	else if (str_equal(why, STR("name missing")))
		why = STR("there is no such account yet, and a new one needs a "
			  "display_name");
	else if (str_equal(why, STR("tenant unknown")))
		why = STR("there is no such tenant; \"portillon tenant list\" "
			  "shows all");
	importing_refuse(i, (uint64_t)outcome->line, outcome->login, why);
}

static void
importing_count(struct importing *i, const struct people_outcome *outcome)
{
	if (str_equal(outcome->outcome, STR("added")))
		i->added++;
	else if (str_equal(outcome->outcome, STR("changed")))
		i->changed++;
	else if (str_equal(outcome->outcome, STR("same")))
		i->same++;
	else
		importing_refuse_outcome(i, outcome);
}

/* Sends the batch and tells the bad lines up to here. */
static bool
importing_flush(struct importing *i)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	CLEANUP(buf_clear) struct buf text = BUF_INIT(BATCH_LONGEST);
	struct row_list outcomes = { 0 };
	const struct people_outcome *list;

	if (json_array_size(i->batch) > 0) {
		json_write(&text, json_incref(i->batch));
		json_array_clear(i->batch);
		i->batch_bytes = 0;
		if (!people_put(i->people, buf_str(&text), i->update,
			&i->origin, &arena, &outcomes))
			return false;
	}
	list = outcomes.items;
	for (size_t at = 0; at < outcomes.count; at++)
		importing_count(i, &list[at]);
	bad_lines_settle(&i->bad, &i->progress);
	return true;
}

static bool
importing_flush_full(struct importing *i)
{
	if (json_array_size(i->batch) + i->bad.count < BATCH_PEOPLE &&
	    i->batch_bytes < BATCH_BYTES)
		return true;
	return importing_flush(i);
}

static bool
importing_check(
    struct importing *i, json_t *person, uint64_t line, struct buf *why)
{
	uint64_t before;

	if (!account_record_check(person, why))
		return false;
	if (!i->update && json_object_get(person, "display_name") == NULL) {
		buf_words(why, "the display_name is missing");
		return false;
	}
	before = logins_seen_add(i->seen,
	    account_record_text(json_object_get(person, "login")), line);
	if (before > 0)
		buf_format(
		    why, "the same login stands in line %" PRIu64, before);
	return before == 0;
}

static bool
importing_person(void *state, json_t *person, uint64_t line)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(REASON_LONGEST);
	struct importing *i = state;

	i->read++;
	if (importing_check(i, person, line, &why)) {
		json_put(person, "line", json_integer((json_int_t)line));
		i->batch_bytes += json_dumpb(person, NULL, 0, JSON_COMPACT);
		json_append(i->batch, person);
	} else {
		importing_refuse(i, line,
		    account_record_text(json_object_get(person, "login")),
		    buf_str(&why));
		json_decref(person);
	}
	return importing_flush_full(i);
}

static bool
importing_bad(void *state, uint64_t line, struct str why)
{
	struct importing *i = state;

	i->read++;
	importing_refuse(i, line, STR_NONE, why);
	return importing_flush_full(i);
}

static bool
importing_moved(void *state, uint64_t bytes)
{
	struct importing *i = state;

	progress_show(&i->progress, bytes, i->read);
	return true;
}

static const struct account_takers importing_takers = {
	.person = importing_person,
	.bad = importing_bad,
	.moved = importing_moved,
};

static uint64_t
importing_refused(const struct importing *i)
{
	return i->bad.total;
}

/* "100 added, 2 changed, 0 as before, 1 left out". */
static void
importing_tell(const struct importing *i)
{
	printf("%s: %" PRIu64 " added, %" PRIu64 " changed, %" PRIu64
	       " as before, %" PRIu64 " left out\n",
	    i->trial ? "this would be imported" : "imported", i->added,
	    i->changed, i->same, importing_refused(i));
}

static bool
importing_commit(struct importing *i)
{
	CLEANUP(buf_clear) struct buf detail = BUF_INIT(REASON_LONGEST);

	json_write(&detail,
	    json_pack("{s:I, s:I, s:I, s:I}", "added", (json_int_t)i->added,
		"changed", (json_int_t)i->changed, "same", (json_int_t)i->same,
		"left_out", (json_int_t)importing_refused(i)));
	return people_note(i->people, STR("people imported"), buf_str(&detail),
		   &i->origin) &&
	       people_commit(i->people);
}

/* Of those who have another password or state now. */
static bool
importing_end_sessions(struct importing *i)
{
	if (i->trial || !i->update || people_end_sessions(i->people))
		return true;
	command_complain("people are imported, but %s; some applications have "
			 "not been told that sessions have ended, the next "
			 "import with --update tells them",
	    buf_cstr(i->why));
	return false;
}

/* Everything was read and sent. */
static int
importing_end(struct importing *i)
{
	if (importing_refused(i) > 0 && !i->skip_bad) {
		command_complain("%" PRIu64 " bad line%s; nothing was changed "
				 "(--skip-bad imports all others)",
		    importing_refused(i), importing_refused(i) > 1 ? "s" : "");
		return OUTCOME_REFUSED;
	}
	if (!i->trial && !importing_commit(i)) {
		command_complain("%s", buf_cstr(i->why));
		return OUTCOME_UNUSABLE;
	}
	importing_tell(i);
	return importing_end_sessions(i) ? OUTCOME_DONE : OUTCOME_UNUSABLE;
}

static int
importing_read(struct importing *i)
{
	enum source_outcome outcome =
	    account_source_read(i->fd, i->format, &importing_takers, i, i->why);

	if (outcome == SOURCE_DONE && !importing_flush(i))
		outcome = SOURCE_STOPPED;
	bad_lines_settle(&i->bad, &i->progress);
	progress_clear(&i->progress);
	if (!bad_lines_end(&i->bad, i->why))
		outcome = SOURCE_UNREADABLE;
	if (outcome == SOURCE_DONE)
		return importing_end(i);
	command_complain(
	    "%s: %s; nothing was changed", i->path, buf_cstr(i->why));
	return outcome == SOURCE_CROOKED ? OUTCOME_REFUSED : OUTCOME_UNUSABLE;
}

static bool
importing_open(struct importing *i)
{
	struct stat facts;
	bool given = str_equal(str_of(i->path), STR("-"));

	i->fd = given ? STDIN_FILENO : open(i->path, O_RDONLY | O_CLOEXEC);
	if (i->fd < 0 || fstat(i->fd, &facts) != 0) {
		buf_format(
		    i->why, "cannot open %s: %s", i->path, strerror(errno));
		return false;
	}
	progress_begin(&i->progress, S_ISREG(facts.st_mode) && facts.st_size > 0
					 ? (uint64_t)facts.st_size
					 : 0);
	return true;
}

static void
importing_clear(struct importing *i)
{
	people_close(i->people);
	json_decref(i->batch);
	logins_seen_free(i->seen);
	bad_lines_clear(&i->bad);
	if (i->fd > STDIN_FILENO)
		close(i->fd);
}

static int
importing_run(struct importing *i, const struct settings *settings,
    const struct options *options)
{
	if (!account_format_choose(options_text(options, "format"),
		str_of(i->path), &i->format, i->why)) {
		command_complain("%s", buf_cstr(i->why));
		return OUTCOME_USAGE;
	}
	if (importing_open(i))
		i->people = people_open(settings->app, PEOPLE_WRITE, i->why);
	if (i->people == NULL ||
	    !bad_lines_open(
		&i->bad, options_text(options, "errors").at, i->why)) {
		command_complain("%s", buf_cstr(i->why));
		return OUTCOME_UNUSABLE;
	}
	return importing_read(i);
}

int
account_import(const struct settings *settings, const struct options *options)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	CLEANUP(buf_clear) struct buf why = BUF_INIT(REASON_LONGEST);
	CLEANUP(importing_clear)
	struct importing i = {
		.update = options_has(options, "update"),
		.skip_bad = options_has(options, "skip-bad"),
		.trial = options_has(options, "dry-run"),
		.path = options_text(options, "FILE").at,
		.fd = -1,
		.origin = run_origin(&arena),
		.why = &why,
		.batch = json_array(),
		.seen = logins_seen_new(),
	};

	return importing_run(&i, settings, options);
}

const struct option_rule account_import_options[] = {
	{ "FILE", OPTION_WORD, .help = "CSV or JSON; - is standard input" },
	{ "format", OPTION_TEXT, false, "FORMAT",
	    "csv, json or jsonl; else as the file's name ends" },
	{ "update", OPTION_FLAG, false, NULL,
	    "change accounts that are there; what a file does not name stays" },
	{ "skip-bad", OPTION_FLAG, false, NULL,
	    "import all but the bad lines" },
	{ "errors", OPTION_TEXT, false, "FILE",
	    "write all bad lines to a new CSV file" },
	{ "dry-run", OPTION_FLAG, false, NULL,
	    "check everything and change nothing" },
	OPTION_END,
};
