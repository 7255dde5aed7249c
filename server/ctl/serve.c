/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon serve`: reads everything that gates share, opens the sockets,
 * gives up root, and then only watches over the processes.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cas/saml_request.h"
#include "ctl/commands.h"
#include "ctl/configure.h"
#include "ctl/listen.h"
#include "ctl/serving.h"
#include "ctl/settings.h"
#include "loop/channel.h"
#include "loop/confine.h"
#include "loop/log_stream.h"
#include "loop/wipe.h"
#include "store/endpoints.h"
#include "text/address.h"
#include "web/configuration.h"

enum {
	EXIT_NOT_STARTED = 3,
	GATES_BY_DEFAULT_MOST = 4,
	STATEMENT_TIMEOUT_MS = 2000,
	UNITS_WAITING_MOST = 4096,
	CALLS_MOST = 64, /* of applications, at a time */
};

/* Of the lines to the courier a gate keeps its own end, `kept`, and the courier
 * the ends of its own: none reads what another is asked or told. */
static void
close_lines(const struct serving *serving, int kept)
{
	for (size_t i = 0; i < serving->gate_count; i++) {
		if (serving->gate_lines[i] != kept)
			close(serving->gate_lines[i]);
		if (kept >= 0)
			close(serving->courier_lines[i]);
	}
}

static int
run_gate(void *argument, int channel)
{
	const struct gate_start *start = argument;

	close_lines(start->context, start->courier_line);
	return gate_run(start, channel);
}

static int
run_courier(void *argument, int channel)
{
	const struct courier_start *start = argument;

	close_lines(start->context, -1);
	return courier_run(start, channel);
}

static size_t
cores(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (size_t)count : 1;
}

static size_t
gates_wanted(const struct settings *settings)
{
	size_t count = settings->gates > 0 ? (size_t)settings->gates : cores();

	if (settings->gates == 0 && count > GATES_BY_DEFAULT_MOST)
		count = GATES_BY_DEFAULT_MOST;
	return count < PROCESSES_MOST ? count : PROCESSES_MOST - 1;
}

/* Here, since a gate never waits for a name to be resolved. */
static bool
serving_find_database(struct serving *serving, struct buf *why)
{
	CLEANUP(buf_clear) struct buf trouble = BUF_INIT(1024);

	if (endpoints_resolve(
		serving->settings->app, &serving->database, &trouble))
		return true;
	buf_format(why, "database.app: %.*s", STR_ARGS(buf_str(&trouble)));
	return false;
}

static struct gate_start
serving_gate(struct serving *serving, size_t place)
{
	size_t threads = cores() / serving->gate_count;

	return (struct gate_start){
		.configuration = serving->configuration,
		.read = serving_read_gate,
		.context = serving,
		.store = serving->courier.store,
		.listeners = serving->sockets,
		.listener_count = serving->gate_count,
		.courier_line = serving->gate_lines[place],
		.status_listener = serving->status_socket,
		.hashing_threads = threads > 0 ? (unsigned)threads : 1,
	};
}

static struct http_caller_settings
serving_outbound(const struct settings *settings)
{
	struct http_caller_settings outbound = {
		.ca_file = settings->outbound_ca[0] != '\0'
			       ? settings->outbound_ca
			       : NULL,
		.home = settings->url,
		.parallel = CALLS_MOST,
	};
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);

	if (!networks_parse(
		str_of(settings->outbound_networks), &outbound.allowed, &why))
		outbound.allowed.count = 0; /* cannot be: it was checked */
	return outbound;
}

static void
serving_make_processes(struct serving *serving)
{
	const struct settings *s = serving->settings;

	serving->courier = (struct courier_start){
		.store = { .conninfo = buf_cstr(&serving->database),
		    .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		    .waiting_most = UNITS_WAITING_MOST },
		.keep_sessions_days = s->keep_sessions,
		.session = configure_session(s),
		.logout_on_expiry =
		    str_equal(str_of(s->logout_on_expiry), STR("yes")),
		.mailing = serving->mail.start,
		.outbound = serving_outbound(s),
		.lines = serving->courier_lines,
		.line_count = serving->gate_count,
		.keys = serving->configuration->keys,
		.read = serving_read_courier,
		.context = serving,
	};
	for (size_t i = 0; i < serving->gate_count; i++) {
		serving->gates[i] = serving_gate(serving, i);
		snprintf(serving->names[i], sizeof(serving->names[i]),
		    "gate %zu", i + 1);
		serving->processes[i] = (struct process){ serving->names[i],
			run_gate, &serving->gates[i], true };
	}
	serving->processes[serving->gate_count] = (struct process){ "courier",
		run_courier, &serving->courier, false };
}

static bool
serving_listen(struct serving *serving, struct buf *why)
{
	const struct settings *s = serving->settings;

	if (serving->gate_count > 0) { /* by inheritance */
		if (serving->gate_count != gates_wanted(s))
			log_event(LOG_WARNING, "settings wait for a restart",
			    LOG_TEXT("settings", STR("server.gates")));
		return true;
	}
	serving->gate_count = gates_wanted(s);
	return listen_open(str_of(s->listen), serving->sockets,
		   serving->gate_count, why) &&
	       (s->status_listen[0] == '\0' ||
		   listen_open(str_of(s->status_listen),
		       &serving->status_socket, 1, why));
}

static bool
serving_open_lines(struct serving *serving, struct buf *why)
{
	for (size_t i = 0; i < serving->gate_count; i++) {
		int ends[2];

		if (!channel_open(ends)) {
			buf_format(why, "no line from gate to courier: %s",
			    strerror(errno));
			return false;
		}
		serving->gate_lines[i] = ends[0];
		serving->courier_lines[i] = ends[1];
	}
	return true;
}

static bool
become_user(const char *name, struct buf *why)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return true;
	if (name[0] == '\0') {
		buf_words(why, "refusing to serve as root: set server.user to "
			       "an unprivileged user, or start as one");
		return false;
	}
	user = getpwnam(name);
	if (user == NULL || user->pw_uid == 0) {
		buf_format(why,
		    "server.user \"%s\" is not an unprivileged user "
		    "of this system",
		    name);
		return false;
	}
	if (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 ||
	    setuid(user->pw_uid) != 0) {
		buf_format(why, "cannot become %s: %s", name, strerror(errno));
		return false;
	}
	return true;
}

/*
 * As far as it goes, since a reload may want more connections when there is no
 * right to raise it any more.
 */
static void
raise_descriptor_limit(int64_t connections)
{
	rlim_t wanted = (rlim_t)connections + HTTP_DESCRIPTORS_BESIDES;
	struct rlimit limit;
	rlim_t before;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	before = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		limit.rlim_cur = before;
	if (limit.rlim_cur < wanted)
		log_event(LOG_WARNING, "fewer descriptors than connections",
		    LOG_NUMBER("descriptors", limit.rlim_cur),
		    LOG_NUMBER("wanted", wanted));
}

void
serving_start_log(const struct settings *settings)
{
	struct str wanted = str_of(settings->log_level);
	enum log_level level = LOG_DEBUG;

	while (level < LOG_ERROR &&
	       !str_equal(wanted, str_of(log_level_name(level))))
		level++;
	log_stream_start(level);
}

static void
serving_clear(struct serving *serving)
{
	for (size_t i = 0; i < serving->gate_count; i++) {
		if (serving->sockets[i] > 0)
			close(serving->sockets[i]);
		if (serving->gate_lines[i] > 0)
			close(serving->gate_lines[i]);
		if (serving->courier_lines[i] > 0)
			close(serving->courier_lines[i]);
	}
	if (serving->status_socket >= 0)
		close(serving->status_socket);
	configuration_unref(serving->configuration);
	mail_settings_clear(&serving->mail);
	buf_clear(&serving->database);
	free(serving);
}

static void
tell_confinement(void)
{
	struct confine_support kernel = confine_support();

	log_event(kernel.landlock > 0 && kernel.calls ? LOG_INFO : LOG_WARNING,
	    "confinement", LOG_NUMBER("landlock", kernel.landlock),
	    LOG_TEXT("seccomp", kernel.calls ? STR("yes") : STR("no")));
}

static int
serving_run(struct serving *serving)
{
	const struct settings *settings = serving->settings;
	const struct processes plan = {
		.list = serving->processes,
		.count = serving->gate_count + 1,
		.elders = serving->elders,
		.elder_count = serving->elder_count,
		.reload = serving_reload,
		.try_program = serving_try_program,
		.become_program = serving_become_program,
		.context = serving,
	};

	raise_descriptor_limit(settings->connections);
	confine_memory();
	wipe_what_libevent_frees();
	saml_request_memory(wipe_and_free, wipe_and_resize);
	tell_confinement();
	log_event(LOG_INFO, "serving", LOG_TEXT("url", str_of(settings->url)),
	    LOG_TEXT("listen", str_of(settings->listen)),
	    LOG_NUMBER("gates", serving->gate_count),
	    LOG_TEXT("version", STR(PORTILLON_VERSION)));
	return processes_run(&plan);
}

static bool
serving_prepare(struct serving *serving, struct buf *why)
{
	const struct settings *settings = serving->settings;
	bool root = geteuid() == 0;

	if (!serving_inherit(serving, why))
		return false;
	serving->configuration = configure(settings, why);
	if (serving->configuration == NULL ||
	    !serving_find_database(serving, why) ||
	    !mail_settings_read(&serving->mail, settings, why) ||
	    !serving_listen(serving, why) || !serving_open_lines(serving, why))
		return false;
	serving_make_processes(serving);
	serving->gave_up_root = root;
	return become_user(settings->user, why);
}

static int
serve(const struct settings *settings)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct serving *serving = memory_new(sizeof(*serving));
	int code = EXIT_NOT_STARTED;

	serving->settings = settings;
	serving->status_socket = -1;
	serving->database = (struct buf)BUF_INIT(ENDPOINTS_TEXT_MOST);
	if (serving_prepare(serving, &why))
		code = serving_run(serving);
	else
		log_event(
		    LOG_ERROR, "not started", LOG_TEXT("why", buf_str(&why)));
	serving_clear(serving);
	return code;
}

const struct option_rule serve_options[] = {
	{ "check", OPTION_FLAG, false, NULL,
	    "only read everything, and say whether it would start" },
	{ "listening", OPTION_TEXT, false, "ADDRESS",
	    "with --check: it would take over sockets at this address" },
	OPTION_END,
};

/* Everything that a start reads, and nothing that it opens. */
static int
serve_check(const struct settings *settings, struct str listening)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	CLEANUP(configuration_end)
	struct configuration *configuration = configure(settings, &why);

	if (configuration != NULL && listening.len > 0 &&
	    !str_equal(listening, str_of(settings->listen)))
		buf_format(&why,
		    "server.listen is \"%s\" now, but was \"%.*s\" at the "
		    "start: restart instead",
		    settings->listen, STR_ARGS(listening));
	if (why.len == 0) {
		log_event(LOG_INFO, "would start",
		    LOG_TEXT("version", STR(PORTILLON_VERSION)));
		return EXIT_SUCCESS;
	}
	log_event(LOG_ERROR, "would not start",
	    LOG_TEXT("version", STR(PORTILLON_VERSION)),
	    LOG_TEXT("why", buf_str(&why)));
	return EXIT_NOT_STARTED;
}

int
serve_command(const struct settings *settings, const struct options *options)
{
	serving_start_log(settings);
	if (options_has(options, "check"))
		return serve_check(
		    settings, options_text(options, "listening"));
	return serve(settings);
}
