/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon service explain`: why a ticket was not good for an application, by
 * the id that the log gives the request.
 *
 * The log has no tickets and no queries; it has the session of both requests,
 * that for the ticket and that with it, and their addresses up to the query.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctl/command.h"
#include "ctl/plain.h"
#include "ctl/service.h"

enum {
	LINE_LONGEST = 64 * 1024
};

#define WRONG_SERVICE STR("This ticket was issued for another service.")

/* One line of the log, as far as it matters here. */
struct entry {
	struct str request;
	struct str outcome;
	struct str service;
	struct str session;
};

struct explaining {
	struct arena arena;
	const char *path;
	struct entry failed;
	struct str issued; /* the nearest address, empty: none */
	size_t issued_count;
};

/* The value behind ` name=`, in quotes or not.  What visitors wrote has its
 * quotes escaped, so it cannot look like a field. */
static struct str
field_of(struct str line, struct str name)
{
	for (size_t i = 0; i + name.len < line.len; i++) {
		struct str rest = str_from(line, i);

		if (!str_starts(rest, name))
			continue;
		rest = str_from(rest, name.len);
		if (str_starts(rest, STR("\"")))
			return str_first(str_from(rest, 1),
			    str_find(str_from(rest, 1), '"'));
		return str_first(rest, str_find(rest, ' '));
	}
	return STR_NONE;
}

static struct entry
entry_of(struct str line)
{
	return (struct entry){
		.request = field_of(line, STR(" request=")),
		.outcome = field_of(line, STR(" outcome=")),
		.service = field_of(line, STR(" service=")),
		.session = field_of(line, STR(" session=")),
	};
}

/* Up to the first character that differs. */
static size_t
alike(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len, i = 0;

	while (i < len && a.at[i] == b.at[i])
		i++;
	return i;
}

/* False when the line that is looked for has been reached. */
static bool
take_failed(struct explaining *e, const struct entry *entry, struct str id)
{
	if (!str_equal(entry->request, id) || entry->outcome.len == 0)
		return true;
	e->failed = (struct entry){
		.request = arena_text(&e->arena, entry->request),
		.outcome = arena_text(&e->arena, entry->outcome),
		.service = arena_text(&e->arena, entry->service),
		.session = arena_text(&e->arena, entry->session),
	};
	return false;
}

/* Whoever asked for it: a browser, a program, or an application. */
static bool
is_issue(struct str outcome)
{
	return str_equal(outcome, STR("Ticket issued.")) ||
	       str_equal(outcome, STR("Ticket issued by REST.")) ||
	       str_equal(outcome, STR("Proxy ticket issued."));
}

/* The nearest address counts, of equals the last. */
static bool
take_issued(struct explaining *e, const struct entry *entry, struct str id)
{
	struct str wanted = e->failed.service;

	if (str_equal(entry->request, id) && entry->outcome.len > 0)
		return false;
	if (!str_equal(entry->session, e->failed.session) ||
	    !is_issue(entry->outcome))
		return true;
	e->issued_count++;
	if (e->issued.len == 0 ||
	    alike(entry->service, wanted) >= alike(e->issued, wanted))
		e->issued = arena_text(&e->arena, entry->service);
	return true;
}

/* Over the lines until one is what was looked for; false: no such file. */
static bool
explaining_read(struct explaining *e, struct str id,
    bool (*take)(struct explaining *, const struct entry *, struct str id))
{
	FILE *log = fopen(e->path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool more = true;

	if (log == NULL) {
		command_complain(
		    "cannot open %s: %s", e->path, strerror(errno));
		return false;
	}
	while (more && (len = getline(&line, &room, log)) > 0) {
		struct str text = { line, (size_t)len - 1 };
		struct entry entry;

		if (text.len > LINE_LONGEST)
			continue;
		entry = entry_of(text);
		more = take(e, &entry, id);
	}
	free(line);
	fclose(log);
	return true;
}

static struct str
difference(struct explaining *e)
{
	struct str given = e->failed.service, issued = e->issued;
	size_t same = alike(given, issued);

	if (same == given.len && same == issued.len)
		return STR("none up to the query, which the log does not "
			   "keep: the queries differ");
	return arena_format(&e->arena,
	    "character %zu: \"%.*s\" was issued, \"%.*s\" came", same + 1,
	    STR_ARGS(str_from(issued, same)), STR_ARGS(str_from(given, same)));
}

static int
explaining_print(struct explaining *e)
{
	const struct str facts[] = { STR("answer"), e->failed.outcome,
		STR("validated as"), e->failed.service, STR("issued for"),
		e->issued, STR("difference"), difference(e) };

	plain_facts(stdout, facts, COUNT_OF(facts) / 2);
	if (e->issued_count > 1)
		printf("\nThe session had %zu tickets before; this is the "
		       "nearest.\n",
		    e->issued_count);
	return OUTCOME_DONE;
}

static int
explaining_run(struct explaining *e, struct str id)
{
	if (!explaining_read(e, id, take_failed))
		return OUTCOME_UNUSABLE;
	if (e->failed.request.len == 0) {
		command_complain("%s has no answer to a validation with the "
				 "id \"%.*s\"",
		    e->path, STR_ARGS(id));
		return OUTCOME_REFUSED;
	}
	if (!str_equal(e->failed.outcome, WRONG_SERVICE)) {
		command_complain("no address is to blame; the answer was: "
				 "%.*s",
		    STR_ARGS(e->failed.outcome));
		return OUTCOME_REFUSED;
	}
	if (!explaining_read(e, id, take_issued))
		return OUTCOME_UNUSABLE;
	if (e->issued.len > 0)
		return explaining_print(e);
	command_complain("%s does not have the ticket's issue: another node "
			 "may, or an older file",
	    e->path);
	return OUTCOME_REFUSED;
}

int
service_explain(const struct settings *settings, const struct options *options)
{
	struct explaining e = { .arena = ARENA_INIT,
		.path = options_text(options, "log").at };
	int outcome;

	(void)settings;
	outcome = explaining_run(&e, options_text(options, "REQUEST"));
	arena_clear(&e.arena);
	return outcome;
}

const struct option_rule service_explain_options[] = {
	{ "REQUEST", OPTION_WORD,
	    .help = "the id that the log gives the failed validation" },
	{ "log", OPTION_TEXT, true, "FILE", "the log of the server" },
	OPTION_END,
};
