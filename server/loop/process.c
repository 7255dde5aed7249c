/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master's work: a small loop over signals and a pipe.
 *
 * Children are forked, not executed: they inherit the sockets, the keys and the
 * compiled pages.  A child whose master vanishes gets SIGTERM and drains.
 */
#include "loop/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/memory.h"
#include "loop/clock.h"
#include "loop/scoreboard.h"

enum {
	STOP_PATIENCE_US = 15 * 1000000,
	CRASH_LOOP_US = 1000000, /* a life shorter than this waits as long */
};

struct child {
	const struct process *process;
	pid_t pid; /* 0: not running */
	int64_t started_us;
	int64_t start_at_us; /* when to start, while it is not running */
	bool ready;
};

struct master {
	pid_t pid;
	struct child children[PROCESSES_MOST];
	size_t count;
	int signals; /* signalfd */
	int ready_pipe[2];
	bool announced;
	bool killed_one;
	bool hopeless;
	int64_t stop_began_us; /* 0: not stopping */
};

/* Tells systemd, if it started us (sd_notify(3), without its library). */
static void
notify_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path != NULL ? strlen(path) : 0;
	int fd;

	if (len == 0 || len >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, len);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		log_plain(LOG_WARNING, "service manager not told");
	close(fd);
}

static _Noreturn void
child_main(struct master *master, size_t index, const sigset_t *unblocked)
{
	const struct process *process = master->children[index].process;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master->pid)
		_exit(0); /* the master went in between */
	scoreboard_take(index + 1);
	signal(SIGHUP, SIG_IGN); /* the terminal's: the master decides */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN); /* clients and databases go away */
	sigprocmask(SIG_SETMASK, unblocked, NULL);
	close(master->signals);
	close(master->ready_pipe[0]);
	exit(process->run(process->argument,
	    process->tells_ready ? master->ready_pipe[1] : -1));
}

static void
child_start(struct master *master, size_t index, const sigset_t *unblocked)
{
	struct child *child = &master->children[index];
	pid_t pid;

	if (child->started_us != 0)
		scoreboard_count(SCORE_PROCESS_RESTARTS);
	scoreboard_name(index + 1, child->process->name);
	pid = fork();
	child->started_us = clock_monotonic();
	if (pid == 0)
		child_main(master, index, unblocked);
	if (pid < 0) {
		log_event(LOG_ERROR, "process not started",
		    LOG_TEXT("process", str_of(child->process->name)),
		    LOG_TEXT("why", str_of(strerror(errno))));
		child->start_at_us = child->started_us + CRASH_LOOP_US;
		return;
	}
	child->pid = pid;
	log_event(LOG_INFO, "process started",
	    LOG_TEXT("process", str_of(child->process->name)),
	    LOG_NUMBER("child", pid));
}

static struct child *
child_find(struct master *master, pid_t pid)
{
	for (size_t i = 0; i < master->count; i++) {
		if (master->children[i].pid == pid)
			return &master->children[i];
	}
	return NULL;
}

static void
child_ended(struct master *master, struct child *child, int status)
{
	int64_t now = clock_monotonic();
	bool short_life = now - child->started_us < CRASH_LOOP_US;

	log_event(
	    master->stop_began_us > 0 && status == 0 ? LOG_INFO : LOG_ERROR,
	    "process ended", LOG_TEXT("process", str_of(child->process->name)),
	    LOG_NUMBER("child", child->pid),
	    LOG_NUMBER("exit", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
	    LOG_NUMBER("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
	if (master->stop_began_us > 0 && status != 0)
		master->killed_one = true;
	if (!master->announced && WIFEXITED(status) &&
	    WEXITSTATUS(status) == PROCESS_HOPELESS)
		master->hopeless = true;
	scoreboard_leave((size_t)(child - master->children) + 1);
	child->pid = 0;
	child->start_at_us = short_life ? now + CRASH_LOOP_US : now;
}

static void
children_reap(struct master *master)
{
	struct child *child;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		child = child_find(master, pid);
		if (child != NULL)
			child_ended(master, child, status);
	}
}

static void
children_signal(struct master *master, int number)
{
	for (size_t i = 0; i < master->count; i++) {
		if (master->children[i].pid > 0)
			kill(master->children[i].pid, number);
	}
}

static void
master_stop(struct master *master)
{
	if (master->stop_began_us > 0) { /* asked twice */
		children_signal(master, SIGKILL);
		return;
	}
	log_plain(LOG_INFO, "stopping");
	notify_manager("STOPPING=1");
	scoreboard_level(LEVEL_DRAINING, 1);
	master->stop_began_us = clock_monotonic();
	children_signal(master, SIGTERM);
}

static void
master_read_signals(struct master *master)
{
	struct signalfd_siginfo signal;

	while (
	    read(master->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
			master_stop(master);
		else if (signal.ssi_signo == SIGHUP)
			log_plain(LOG_WARNING,
			    "not reloaded: settings are read at start, so "
			    "restart");
	}
	children_reap(master);
	if (master->hopeless && master->stop_began_us == 0)
		master_stop(master);
}

/* A byte a process: which one does not matter, only how many. */
static void
master_read_ready(struct master *master)
{
	size_t wanted = 0, ready = 0;
	char bytes[PROCESSES_MOST];
	ssize_t came = read(master->ready_pipe[0], bytes, sizeof(bytes));

	for (size_t i = 0; i < master->count; i++) {
		struct child *child = &master->children[i];

		if (!child->process->tells_ready)
			continue;
		wanted++;
		if (!child->ready && came > 0) {
			child->ready = true;
			came--;
		}
		ready += child->ready;
	}
	if (ready == wanted && !master->announced) {
		master->announced = true;
		log_plain(LOG_INFO, "ready");
		notify_manager("READY=1");
	}
}

/* Milliseconds until something is due; -1: nothing is. */
static int
master_patience(const struct master *master)
{
	int64_t now = clock_monotonic(), due = INT64_MAX;

	if (master->stop_began_us > 0)
		due = master->stop_began_us + STOP_PATIENCE_US;
	for (size_t i = 0; i < master->count; i++) {
		const struct child *child = &master->children[i];

		if (child->pid == 0 && master->stop_began_us == 0 &&
		    child->start_at_us < due)
			due = child->start_at_us;
	}
	if (due == INT64_MAX)
		return -1;
	return due <= now ? 0 : (int)((due - now) / 1000) + 1;
}

static bool
master_start_due(struct master *master, const sigset_t *unblocked)
{
	bool running = false;

	for (size_t i = 0; i < master->count; i++) {
		struct child *child = &master->children[i];

		if (child->pid == 0 && master->stop_began_us == 0 &&
		    child->start_at_us <= clock_monotonic())
			child_start(master, i, unblocked);
		running |= child->pid > 0;
	}
	if (master->stop_began_us > 0 &&
	    clock_monotonic() - master->stop_began_us > STOP_PATIENCE_US)
		children_signal(master, SIGKILL);
	return running || master->stop_began_us == 0;
}

static bool
master_init(struct master *master, sigset_t *unblocked)
{
	sigset_t watched;

	master->pid = getpid();
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGHUP);
	sigprocmask(SIG_BLOCK, &watched, unblocked);
	sigaddset(unblocked, SIGTERM); /* until process_may_stop() */
	master->signals = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
	return master->signals >= 0 && pipe(master->ready_pipe) == 0;
}

void
process_may_stop(void)
{
	sigset_t terminate;

	sigemptyset(&terminate);
	sigaddset(&terminate, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &terminate, NULL);
}

int
processes_run(const struct process *processes, size_t count)
{
	struct master *master = memory_new(sizeof(*master));
	sigset_t unblocked;
	int code;

	if (count > PROCESSES_MOST || !master_init(master, &unblocked)) {
		free(master);
		return 1;
	}
	master->count = count;
	scoreboard_open(count);
	for (size_t i = 0; i < count; i++)
		master->children[i].process = &processes[i];
	while (master_start_due(master, &unblocked)) {
		struct pollfd watched[] = {
			{ .fd = master->signals, .events = POLLIN },
			{ .fd = master->ready_pipe[0], .events = POLLIN },
		};

		if (poll(watched, COUNT_OF(watched), master_patience(master)) <=
		    0)
			continue;
		if (watched[0].revents != 0)
			master_read_signals(master);
		if (watched[1].revents & POLLIN)
			master_read_ready(master);
	}
	log_plain(LOG_INFO, "stopped");
	code = master->hopeless ? PROCESS_HOPELESS : master->killed_one;
	close(master->signals);
	close(master->ready_pipe[0]);
	close(master->ready_pipe[1]);
	free(master);
	return code;
}
