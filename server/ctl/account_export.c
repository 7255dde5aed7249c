/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon account export`.
 *
 * That people were exported is on record before the first of them leaves.  The
 * pages are read in one transaction, so they show one moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/account.h"
#include "ctl/account_columns.h"
#include "ctl/account_source.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/progress.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/people.h"
#include "store/row.h"
#include "store/store.h"

enum {
	REASON_LONGEST = 2048,
	PERSON_LONGEST = 1024 * 1024, /* bytes, written */
};

struct exporting {
	bool with_passwords;
	enum account_format format;
	const char *path;
	bool to_stdout;
	FILE *file;
	struct people *people;
	struct account_columns *columns; /* of CSV */
	struct buf *why;
	struct progress progress;
	uint64_t written; /* people */
};

/* Hashes are for a file that others cannot read, or for a pipe. */
static bool
exporting_stdout_allowed(struct buf *why)
{
	struct stat facts;

	if (fstat(STDOUT_FILENO, &facts) != 0 || isatty(STDOUT_FILENO) == 1) {
		buf_words(why, "passwords are not written to a terminal; name "
			       "a file");
		return false;
	}
	if (S_ISREG(facts.st_mode) &&
	    (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		buf_words(why, "passwords are not written to a file that "
			       "others may read; name a file instead of -");
		return false;
	}
	return true;
}

static bool
exporting_open(struct exporting *e)
{
	int fd;

	if (e->to_stdout) {
		e->file = stdout;
		return true;
	}
	fd = open(e->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd < 0) {
		buf_format(
		    e->why, "cannot make %s: %s", e->path, strerror(errno));
		return false;
	}
	e->file = fdopen(fd, "w");
	if (e->file == NULL)
		abort(); /* out of memory */
	return true;
}

static bool
exporting_note(const struct exporting *e, const struct settings *settings)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	CLEANUP(buf_clear) struct buf detail = BUF_INIT(REASON_LONGEST);
	struct audit_origin origin = run_origin(&arena);
	struct people *p = people_open(settings->app, PEOPLE_WRITE, e->why);
	bool noted;

	json_write(
	    &detail, json_pack("{s:b}", "with_passwords", e->with_passwords));
	noted =
	    p != NULL &&
	    people_note(p, STR("people exported"), buf_str(&detail), &origin) &&
	    people_commit(p);
	people_close(p);
	return noted;
}

static bool
exporting_put(const struct exporting *e, const struct buf *text)
{
	struct str all = buf_str(text);

	if (!buf_ok(text)) {
		buf_format(e->why, "an account has more than an export holds");
		return false;
	}
	if (all.len == 0 || fwrite(all.at, 1, all.len, e->file) == all.len)
		return true;
	buf_format(e->why, "cannot write %s: %s", e->path, strerror(errno));
	return false;
}

static bool
exporting_start_table(struct exporting *e)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	CLEANUP(buf_clear) struct buf line = BUF_INIT(PERSON_LONGEST);
	struct people_shape shape = { 0 };
	struct account_columns_wanted wanted = {
		.passwords = e->with_passwords,
	};
	json_t *attributes;

	if (!people_look(e->people, &arena, &shape))
		return false;
	attributes = json_column(shape.attributes);
	wanted.attributes = attributes;
	/* one at least: without it, an import would add them to the main one */
	wanted.memberships =
	    shape.memberships_most > 0 ? (size_t)shape.memberships_most : 1;
	e->columns = account_columns_make(&wanted);
	json_decref(attributes);
	account_columns_header(e->columns, &line);
	return exporting_put(e, &line);
}

static json_t *
exporting_person(const struct person *person)
{
	json_t *object = json_object();

	json_put(object, "login", json_words(person->login));
	json_put(object, "display_name", json_words(person->display_name));
	if (person->password.at != NULL)
		json_put(object, "password", json_words(person->password));
	json_put(object, "state", json_words(person->state));
	json_put(object, "attributes", json_column(person->attributes));
	json_put(object, "memberships", json_column(person->memberships));
	return object;
}

/* Each person on a line, in all formats. */
static bool
exporting_write(struct exporting *e, const struct person *person)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(PERSON_LONGEST);
	json_t *object = exporting_person(person);

	if (e->format == FORMAT_CSV) {
		account_columns_write(e->columns, object, &line);
		json_decref(object);
	} else {
		if (e->format == FORMAT_JSON)
			buf_words(&line, e->written > 0 ? ",\n" : "[\n");
		json_write(&line, object);
		if (e->format == FORMAT_JSON_LINES)
			buf_char(&line, '\n');
	}
	e->written++;
	return exporting_put(e, &line);
}

/* Writes a page; `last` becomes the login to go on behind, or empty. */
static bool
exporting_page(struct exporting *e, struct buf *last)
{
	CLEANUP(arena_clear) struct arena arena = ARENA_INIT;
	struct row_list page = { 0 };
	const struct person *people;

	if (!people_page(
		e->people, buf_str(last), e->with_passwords, &arena, &page))
		return false;
	people = page.items;
	buf_reset(last);
	for (size_t i = 0; i < page.count; i++)
		if (!exporting_write(e, &people[i]))
			return false;
	if (page.count > 0)
		buf_text(last, people[page.count - 1].login);
	return true;
}

static bool
exporting_pages(struct exporting *e)
{
	CLEANUP(buf_clear) struct buf last = BUF_INIT(REASON_LONGEST);

	buf_words(&last, "");
	do {
		if (!exporting_page(e, &last))
			return false;
		if (!e->to_stdout)
			progress_show(&e->progress, 0, e->written);
	} while (last.len > 0);
	return true;
}

static bool
exporting_end(struct exporting *e)
{
	CLEANUP(buf_clear) struct buf end = BUF_INIT(16);
	bool done;

	if (e->format == FORMAT_JSON)
		buf_words(&end, e->written > 0 ? "\n]\n" : "[]\n");
	if (!exporting_put(e, &end))
		return false;
	done = fflush(e->file) == 0 &&
	       (e->to_stdout || fsync(fileno(e->file)) == 0);
	if (!done)
		buf_format(
		    e->why, "cannot write %s: %s", e->path, strerror(errno));
	return done;
}

static bool
exporting_all(struct exporting *e, const struct settings *settings)
{
	if (!exporting_note(e, settings))
		return false;
	e->people = people_open(settings->app, PEOPLE_READ, e->why);
	if (e->people == NULL)
		return false;
	progress_begin(&e->progress, 0);
	return (e->format != FORMAT_CSV || exporting_start_table(e)) &&
	       exporting_pages(e) && exporting_end(e);
}

static int
exporting_run(struct exporting *e, const struct settings *settings)
{
	bool done;

	if (!exporting_open(e)) {
		command_complain("%s", buf_cstr(e->why));
		return OUTCOME_UNUSABLE;
	}
	done = exporting_all(e, settings);
	progress_clear(&e->progress);
	if (!done) {
		command_complain("%s", buf_cstr(e->why));
		if (!e->to_stdout) /* half of the people is no export */
			unlink(e->path);
		return OUTCOME_UNUSABLE;
	}
	if (!e->to_stdout)
		printf("exported %llu people to %s\n",
		    (unsigned long long)e->written, e->path);
	return OUTCOME_DONE;
}

static void
exporting_clear(struct exporting *e)
{
	people_close(e->people);
	account_columns_free(e->columns);
	if (e->file != NULL && !e->to_stdout)
		fclose(e->file);
}

int
account_export(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(REASON_LONGEST);
	struct str path = options_text(options, "FILE");
	CLEANUP(exporting_clear)
	struct exporting e = {
		.with_passwords = options_has(options, "with-passwords"),
		.path = path.at,
		.to_stdout = str_equal(path, STR("-")),
		.why = &why,
	};

	if (!account_format_choose(
		options_text(options, "format"), path, &e.format, &why)) {
		command_complain("%s", buf_cstr(&why));
		return OUTCOME_USAGE;
	}
	if (e.with_passwords && e.to_stdout &&
	    !exporting_stdout_allowed(&why)) {
		command_complain("%s", buf_cstr(&why));
		return OUTCOME_REFUSED;
	}
	return exporting_run(&e, settings);
}

const struct option_rule account_export_options[] = {
	{ "FILE", OPTION_WORD, .help = "a new file; - is standard output" },
	{ "format", OPTION_TEXT, false, "FORMAT",
	    "csv, json or jsonl; else as the file's name ends" },
	{ "with-passwords", OPTION_FLAG, false, NULL,
	    "with the hashes of passwords, for moving to another place" },
	OPTION_END,
};
