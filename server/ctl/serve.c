/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon serve`: reads everything that gates share, opens the sockets,
 * gives up root, and then only watches over the processes.
 */
#include "ctl/serve.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "ctl/configure.h"
#include "ctl/listen.h"
#include "ctl/settings.h"
#include "jobs/courier.h"
#include "loop/confine.h"
#include "loop/log_stream.h"
#include "loop/process.h"
#include "web/configuration.h"
#include "web/gate.h"

enum {
	EXIT_NOT_STARTED = 3,
	GATES_BY_DEFAULT_MOST = 4,
	STATEMENT_TIMEOUT_MS = 2000,
	UNITS_WAITING_MOST = 4096,
	DESCRIPTORS_BESIDES = 256, /* files and database, beside connections */
};

struct master {
	const struct settings *settings;
	struct configuration *configuration;
	size_t gate_count;
	int sockets[PROCESSES_MOST];
	int status_socket; /* -1: none; all gates share it */
	struct gate_start gates[PROCESSES_MOST];
	struct courier_start courier;
	struct process processes[PROCESSES_MOST];
	char names[PROCESSES_MOST][sizeof("gate 18446744073709551615")];
};

static int
run_gate(void *argument, int ready_fd)
{
	return gate_run(argument, ready_fd);
}

static int
run_courier(void *argument, int ready_fd)
{
	(void)ready_fd;
	return courier_run(argument);
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

static bool
master_listen(struct master *master, struct buf *why)
{
	const struct settings *s = master->settings;
	struct str status = str_of(s->status_listen);

	return listen_open(str_of(s->listen), master->sockets,
		   master->gate_count, why) &&
	       (status.len == 0 ||
		   listen_open(status, &master->status_socket, 1, why));
}

static bool
master_prepare(struct master *master, struct buf *why)
{
	const struct settings *s = master->settings;
	const struct store_settings store = { .conninfo = s->app,
		.statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		.waiting_most = UNITS_WAITING_MOST };
	size_t spare = cores() / master->gate_count;

	master->configuration = configure(s, why);
	if (master->configuration == NULL || !master_listen(master, why))
		return false;
	for (size_t i = 0; i < master->gate_count; i++) {
		master->gates[i] = (struct gate_start){
			.configuration = master->configuration,
			.store = store,
			.listener = master->sockets[i],
			.status_listener = master->status_socket,
			.hashing_threads = spare > 0 ? (unsigned)spare : 1,
		};
		snprintf(master->names[i], sizeof(master->names[i]), "gate %zu",
		    i + 1);
		master->processes[i] = (struct process){ master->names[i],
			run_gate, &master->gates[i], true };
	}
	master->courier = (struct courier_start){
		.store = store,
		.keep_sessions_days = s->keep_sessions,
		.session_longest_seconds = s->session_max,
	};
	master->processes[master->gate_count] =
	    (struct process){ "courier", run_courier, &master->courier, false };
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

static void
raise_descriptor_limit(int64_t connections)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)connections + DESCRIPTORS_BESIDES;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_event(LOG_WARNING, "fewer descriptors than connections",
		    LOG_NUMBER("descriptors", limit.rlim_cur),
		    LOG_NUMBER("wanted", wanted));
}

static void
tell_confinement(void)
{
	struct confine_support kernel = confine_support();

	log_event(kernel.landlock > 0 && kernel.calls ? LOG_INFO : LOG_WARNING,
	    "confinement", LOG_NUMBER("landlock", kernel.landlock),
	    LOG_TEXT("seccomp", kernel.calls ? STR("yes") : STR("no")));
}

static void
master_clear(struct master *master)
{
	for (size_t i = 0; i < master->gate_count; i++) {
		if (master->sockets[i] > 0)
			close(master->sockets[i]);
	}
	if (master->status_socket >= 0)
		close(master->status_socket);
	configuration_unref(master->configuration);
	free(master);
}

static enum log_level
log_level_of(const char *name)
{
	for (enum log_level level = LOG_DEBUG; level < LOG_ERROR; level++) {
		if (str_equal(str_of(name), str_of(log_level_name(level))))
			return level;
	}
	return LOG_ERROR;
}

int
serve_command(const struct settings *settings)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct master *master = memory_new(sizeof(*master));
	int code = EXIT_NOT_STARTED;

	log_stream_start(log_level_of(settings->log_level));
	master->settings = settings;
	master->status_socket = -1;
	master->gate_count = gates_wanted(settings);
	if (master_prepare(master, &why) && become_user(settings->user, &why)) {
		raise_descriptor_limit(settings->connections);
		confine_memory();
		tell_confinement();
		log_event(LOG_INFO, "serving",
		    LOG_TEXT("url", str_of(settings->url)),
		    LOG_TEXT("listen", str_of(settings->listen)),
		    LOG_NUMBER("gates", master->gate_count),
		    LOG_TEXT("version", STR(PORTILLON_VERSION)));
		code = processes_run(master->processes, master->gate_count + 1);
	} else {
		log_event(
		    LOG_ERROR, "not started", LOG_TEXT("why", buf_str(&why)));
	}
	master_clear(master);
	return code;
}
