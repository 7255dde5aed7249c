/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon check`: is everything in place to serve?
 *
 * Each look prints its own lines and none stops the others, so that one run
 * tells all there is to mend.  Changes nothing.
 */
#include <libpq-fe.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/buf.h"
#include "crypto/keys.h"
#include "ctl/commands.h"
#include "ctl/configure.h"
#include "ctl/file.h"
#include "ctl/mail_settings.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "loop/clock.h"
#include "store/endpoints.h"
#include "store/generation.h"
#include "store/inspect.h"
#include "store/migrate.h"
#include "store/store.h"
#include "web/assets.h"

enum {
	SENTENCE_LONGEST = 8192,
	CLOCKS_APART_MOST_MS = 2000,
	DAYS_AHEAD_LEAST = 2,
	GATES_BY_DEFAULT_MOST = 4,
	CONNECTIONS_A_PROCESS = 4, /* quick, flush, slow, bulk */
};

struct check {
	const struct settings *settings;
	struct keys *keys; /* NULL: not usable */
	unsigned findings;
	struct database_facts facts;
	struct generation generation;
};

/* On one line: libpq explains itself in several. */
static void
check_say(const char *mark, struct str text)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(SENTENCE_LONGEST);

	for (size_t i = 0; i < text.len; i++)
		buf_char(&line, text.at[i] == '\n' || text.at[i] == '\t'
				    ? ' '
				    : text.at[i]);
	fprintf(stdout, "%s: ", mark);
	plain_write(stdout, str_trim(buf_str(&line)));
	putchar('\n');
}

static void __attribute__((format(printf, 3, 4)))
check_report(struct check *c, bool fine, const char *format, ...)
{
	va_list arguments;
	char sentence[SENTENCE_LONGEST];

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	check_say(fine ? "ok" : "finding", str_of(sentence));
	c->findings += !fine;
}

static void
check_settings(struct check *c)
{
	CLEANUP(buf_clear) struct buf findings = BUF_INIT(SENTENCE_LONGEST);
	struct str left, finding;

	if (settings_check(c->settings, &findings)) {
		check_report(c, true, "settings");
		return;
	}
	left = buf_str(&findings);
	while (left.len > 0) {
		str_cut(left, '\n', &finding, &left);
		check_report(c, false, "settings: %.*s", STR_ARGS(finding));
	}
}

static void
check_keys(struct check *c)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	c->keys = file_read_keys(c->settings->keys_file, &why);
	check_report(c, c->keys != NULL, "keys%s%s",
	    c->keys != NULL ? "" : ": ", buf_cstr(&why));
}

static void
check_pages(struct check *c)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	const struct page_sources sources = configure_pages(c->settings);
	struct page_set *pages = page_set_load(&sources, &why);

	check_report(c, pages != NULL, "templates%s%s",
	    pages != NULL ? "" : ": ", buf_cstr(&why));
	page_set_free(pages);
}

static void
check_static(struct check *c)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	struct asset_set *assets =
	    asset_set_load(c->settings->static_files, &why);
	const struct str needed[] = { STR("portillon.css"), STR("icon.svg") };

	for (size_t i = 0; assets != NULL && i < COUNT_OF(needed); i++)
		if (asset_name(assets, needed[i]).at == NULL)
			buf_format(&why, "%s%.*s is missing in %s",
			    why.len > 0 ? ", " : "", STR_ARGS(needed[i]),
			    c->settings->static_files);
	check_report(c, assets != NULL && why.len == 0, "static files%s%s",
	    why.len == 0 ? "" : ": ", buf_cstr(&why));
	asset_set_free(assets);
}

static void
check_clock(struct check *c, PGconn *pg)
{
	int64_t before = clock_now(), middle, apart_ms, theirs = 0;
	PGresult *result = PQexec(pg,
	    "select (extract(epoch from clock_timestamp()) * 1000000)::bigint,"
	    " current_setting('is_superuser')");
	bool read = PQresultStatus(result) == PGRES_TUPLES_OK;
	uint64_t number;

	middle = before + (clock_now() - before) / 2;
	read = read &&
	       str_number(str_of(PQgetvalue(result, 0, 0)), INT64_MAX, &number);
	if (read)
		theirs = (int64_t)number;
	apart_ms = (theirs > middle ? theirs - middle : middle - theirs) / 1000;
	if (!read)
		check_report(c, false, "database: %s", PQerrorMessage(pg));
	else
		check_report(c, apart_ms <= CLOCKS_APART_MOST_MS,
		    "clocks of this machine and of the database are %lld ms "
		    "apart",
		    (long long)apart_ms);
	if (read && str_equal(str_of(PQgetvalue(result, 0, 1)), STR("on")))
		check_report(c, false,
		    "database.app connects as a superuser, who may do "
		    "everything; use the role portillon_app");
	PQclear(result);
}

/* As gates will see it: with addresses for its names. */
static bool
check_database_text(struct check *c)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(ENDPOINTS_TEXT_MOST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	bool ok = endpoints_resolve(c->settings->app, &text, &why);

	if (!ok)
		check_report(c, false, "database.app: %s", buf_cstr(&why));
	return ok;
}

/* A connection apart from the store, since it tells why it fails. */
static bool
check_database(struct check *c)
{
	const char *names[] = { "dbname", "connect_timeout", NULL };
	const char *values[] = { c->settings->app, "5", NULL };
	PGconn *pg;
	bool reached;

	if (!check_database_text(c))
		return false;
	pg = PQconnectdbParams(names, values, 1);
	reached = PQstatus(pg) == CONNECTION_OK;

	if (reached)
		check_report(c, true, "database");
	else
		check_report(c, false, "database: %s", PQerrorMessage(pg));
	if (reached)
		check_clock(c, pg);
	PQfinish(pg);
	return reached;
}

static void
check_migrations(struct check *c)
{
	CLEANUP(buf_clear) struct buf folder = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	char *lines = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&lines, &size);
	struct str left, line;
	unsigned waiting = 0;
	bool known;

	if (out == NULL)
		abort();
	migrate_folder(c->settings, &folder);
	known =
	    migrate_status(c->settings->migrator, buf_cstr(&folder), out, &why);
	fclose(out);
	for (left = str_of(lines); left.len > 0;) {
		str_cut(left, '\n', &line, &left);
		waiting += str_ends(line, STR(" waiting"));
	}
	if (!known)
		check_report(c, false, "migrations: %s", buf_cstr(&why));
	else if (waiting > 0)
		check_report(c, false,
		    "migrations: %u not applied; \"portillon migrate\" does "
		    "that",
		    waiting);
	else
		check_report(c, true, "migrations");
	free(lines);
}

static enum flow_next
check_fetch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct check *c = run->state;

	inspect_database(run->store, f, clock_now(), &c->facts);
	return FLOW_NEXT;
}

/* On the quick lane, so not in the same step. */
static enum flow_next
check_fetch_generation(struct flow *f)
{
	struct run *run = flow_state(f);
	struct check *c = run->state;

	generation_read(run->store, f, &c->generation);
	return FLOW_NEXT;
}

static const struct flow_step check_steps[] = {
	FLOW_STEP(check_fetch),
	FLOW_STEP(check_fetch_generation),
	FLOW_STEP(run_end),
	FLOW_END,
};

static void
check_connections(struct check *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t gates = c->settings->gates, needed, room;

	if (gates == 0)
		gates = cores < GATES_BY_DEFAULT_MOST ? cores
						      : GATES_BY_DEFAULT_MOST;
	needed = (gates + 1) * CONNECTIONS_A_PROCESS; /* 1: the courier */
	room = c->facts.connections_most - c->facts.connections_reserved;
	check_report(c, needed <= room,
	    "connections: a node like this takes %lld, the database gives "
	    "%lld, enough for %lld of them",
	    (long long)needed, (long long)room, (long long)(room / needed));
}

static void
check_active_key(struct check *c)
{
	const struct generation *g = &c->generation;
	int64_t check;
	const char *found = "which the key file has";

	if (c->keys == NULL)
		return;
	check = keys_check(c->keys, (unsigned)g->active_key);
	if (check == 0)
		found = "which the key file lacks: copy the file from another "
			"node";
	else if (g->active_check != 0 && g->active_check != check)
		found = "under which the key file has another secret: copy "
			"the file from another node";
	check_report(c,
	    check != 0 && (g->active_check == 0 || g->active_check == check),
	    "the active key is number %lld, %s", (long long)g->active_key,
	    found);
	if (keys_check(c->keys, (unsigned)g->throttle_key) == 0)
		check_report(c, false,
		    "counters of failures are named with key %lld, which the "
		    "key file lacks: copy the file from another node",
		    (long long)g->throttle_key);
}

static void
check_store(struct check *c)
{
	CLEANUP(run_clear) struct run run = { .state = c };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	if (!run_steps(&run, c->settings, check_steps, &why)) {
		check_report(c, false, "schema: %s", buf_cstr(&why));
		return;
	}
	check_report(c, true, "schema");
	check_report(c, c->facts.days_ahead >= DAYS_AHEAD_LEAST,
	    "partitions: %lld days ahead%s", (long long)c->facts.days_ahead,
	    c->facts.days_ahead >= DAYS_AHEAD_LEAST
		? ""
		: "; \"portillon serve\" makes them, is its courier running?");
	check_connections(c);
	check_active_key(c);
}

static void
check_mail(struct check *c)
{
	CLEANUP(mail_settings_clear) struct mail_settings mail = { 0 };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	if (c->settings->mail_server[0] == '\0')
		return;
	smtp_begin();
	if (mail_settings_read(&mail, c->settings, &why) &&
	    smtp_probe(&mail.start.smtp, &why))
		check_report(c, true, "mail server");
	else
		check_report(c, false, "mail server %s: %s",
		    c->settings->mail_server, buf_cstr(&why));
}

int
check_command(const struct settings *settings, const struct options *options)
{
	struct check c = { .settings = settings };

	(void)options;
	check_settings(&c);
	check_keys(&c);
	check_pages(&c);
	check_static(&c);
	if (check_database(&c)) {
		check_migrations(&c);
		check_store(&c);
	}
	check_mail(&c);
	keys_free(c.keys);
	return c.findings == 0 ? OUTCOME_DONE : OUTCOME_REFUSED;
}
