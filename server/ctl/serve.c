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
#include "crypto/keys.h"
#include "ctl/file.h"
#include "ctl/listen.h"
#include "ctl/settings.h"
#include "http/tls.h"
#include "jobs/courier.h"
#include "loop/log_stream.h"
#include "loop/process.h"
#include "text/url.h"
#include "web/assets.h"
#include "web/gate.h"
#include "web/page.h"

enum {
	EXIT_NOT_STARTED = 3,
	GATES_BY_DEFAULT_MOST = 4,
	STATEMENT_TIMEOUT_MS = 2000,
	UNITS_WAITING_MOST = 4096,
	DESCRIPTORS_BESIDES = 256, /* files and database, beside connections */
};

struct master {
	const struct settings *settings;
	struct keys *keys;
	struct page_set *pages;
	struct asset_set *assets;
	struct ssl_ctx_st *tls;
	size_t gate_count;
	int sockets[PROCESSES_MOST];
	struct gate_start gates[PROCESSES_MOST];
	struct courier_start courier;
	struct process processes[PROCESSES_MOST];
	char names[PROCESSES_MOST][sizeof("gate 18446744073709551615")];
	struct buf origin;
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

/* What the public address means for gates; views into settings and master. */
static bool
master_read_url(
    struct master *master, struct gate_settings *gate, struct buf *why)
{
	const struct settings *settings = master->settings;
	struct url url;
	struct str standard_port;

	if (!url_parse(str_of(settings->url), &url)) {
		buf_format(
		    why, "server.url \"%s\" is not an address", settings->url);
		return false;
	}
	standard_port =
	    str_equal(url.scheme, STR("https")) ? STR("443") : STR("80");
	if (str_equal(url.port, standard_port))
		url.port = STR_NONE; /* browsers leave it out */
	buf_reset(&master->origin);
	buf_format(&master->origin, "%.*s://%.*s%s%.*s", STR_ARGS(url.scheme),
	    STR_ARGS(url.host), url.port.len > 0 ? ":" : "",
	    STR_ARGS(url.port));
	gate->origin = buf_str(&master->origin);
	gate->host = url.host;
	gate->port = url.port.len > 0 ? url.port : standard_port;
	gate->prefix = url.path;
	while (str_ends(gate->prefix, STR("/")))
		gate->prefix.len--;
	return true;
}

static bool
master_read_files(struct master *master, struct buf *why)
{
	const struct settings *s = master->settings;
	const char *override =
	    s->templates_override[0] != '\0' ? s->templates_override : NULL;

	master->keys = file_read_keys(s->keys_file, why);
	if (master->keys == NULL)
		return false;
	master->pages = page_set_load(s->templates, override, why);
	if (master->pages == NULL)
		return false;
	master->assets = asset_set_load(s->static_files, why);
	if (master->assets == NULL)
		return false;
	if (s->tls_certificate[0] == '\0')
		return true;
	master->tls = tls_context_new(s->tls_certificate, s->tls_key, why);
	return master->tls != NULL;
}

static struct gate_start
master_gate(struct master *master, const struct gate_settings *address)
{
	const struct settings *s = master->settings;
	struct gate_start gate = {
		.settings = *address,
		.store = { .conninfo = s->app,
		    .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		    .waiting_most = UNITS_WAITING_MOST },
		.http = { .tls = master->tls,
		    .connections_most = (size_t)s->connections,
		    .connections_per_address =
			(size_t)s->connections_per_address,
		    .plain_origin =
			str_starts(address->origin, STR("http://")) },
		.hashing_threads = (unsigned)(cores() > master->gate_count
						  ? cores() / master->gate_count
						  : 1),
		.hashing_queue = (size_t)s->password_queue,
		.keys = master->keys,
		.pages = master->pages,
		.assets = master->assets,
	};

	gate.settings.institution = str_of(s->institution);
	gate.settings.help_url = str_of(s->help_url);
	gate.settings.ticket_life = s->ticket_life;
	gate.settings.session =
	    (struct session_limits){ s->session_idle, s->session_max };
	gate.settings.password =
	    (struct password_cost){ (uint32_t)s->password_memory,
		    (uint32_t)s->password_passes, (uint32_t)s->password_lanes };
	return gate;
}

static bool
master_prepare(struct master *master, struct buf *why)
{
	const struct settings *s = master->settings;
	struct networks proxies;
	struct gate_settings address = { .prefix = STR_NONE };

	if (!settings_check(s, why) ||
	    !networks_parse(str_of(s->trusted_proxies), &proxies, why) ||
	    !master_read_url(master, &address, why) ||
	    !master_read_files(master, why) ||
	    !listen_open(
		str_of(s->listen), master->sockets, master->gate_count, why))
		return false;
	for (size_t i = 0; i < master->gate_count; i++) {
		struct gate_start *gate = &master->gates[i];

		*gate = master_gate(master, &address);
		gate->http.listener = master->sockets[i];
		gate->http.trusted_proxies = proxies;
		snprintf(master->names[i], sizeof(master->names[i]), "gate %zu",
		    i + 1);
		master->processes[i] =
		    (struct process){ master->names[i], run_gate, gate, true };
	}
	master->courier = (struct courier_start){
		.store = master->gates[0].store,
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
master_clear(struct master *master)
{
	for (size_t i = 0; i < master->gate_count; i++) {
		if (master->sockets[i] > 0)
			close(master->sockets[i]);
	}
	tls_context_free(master->tls);
	asset_set_free(master->assets);
	page_set_free(master->pages);
	keys_free(master->keys);
	buf_clear(&master->origin);
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
	master->gate_count = gates_wanted(settings);
	master->origin = (struct buf)BUF_INIT(1024);
	if (master_prepare(master, &why) && become_user(settings->user, &why)) {
		raise_descriptor_limit(settings->connections);
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
