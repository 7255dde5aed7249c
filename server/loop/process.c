/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master's loop: signals, what children say, and what has become due.
 *
 * It never blocks on anything but its own poll(), and forks from here only.
 */
#include "loop/process.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "loop/clock.h"
#include "loop/master.h"
#include "loop/notify.h"
#include "loop/scoreboard.h"

enum {
	STOP_PATIENCE_US = 15 * 1000000,
	LOOK_US = 1000000, /* at the least so often */
	LOOK_LATE_US = 3 * 1000000, /* the master itself did not run */
	WATCHED_MOST = 1 + 2 * PROCESSES_MOST,
};

static void
children_signal(struct master *master, int number)
{
	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		if (master->children[i].pid > 0)
			kill(master->children[i].pid, number);
		if (master->elders[i].pid > 0)
			kill(master->elders[i].pid, number);
	}
}

static void
child_terminate(const struct child *child, bool serves)
{
	if (child->pid > 0 && child->process->serves == serves)
		kill(child->pid, SIGTERM);
}

static void
children_terminate(struct master *master, bool serves)
{
	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		child_terminate(&master->children[i], serves);
		child_terminate(&master->elders[i], serves);
	}
}

/* When nobody is left whom they work for. */
static void
master_stop_rest(struct master *master)
{
	if (master->stops_rest ||
	    children_serve(master->children, PROCESSES_MOST) ||
	    children_serve(master->elders, PROCESSES_MOST))
		return;
	master->stops_rest = true;
	children_terminate(master, false);
}

static void
master_stop(struct master *master)
{
	if (master->stop_began_us > 0) { /* asked twice */
		children_signal(master, SIGKILL);
		return;
	}
	log_plain(LOG_INFO, "stopping");
	notify_stopping();
	scoreboard_level(LEVEL_DRAINING, 1);
	master->stop_began_us = clock_monotonic();
	if (master->trying > 0)
		kill(master->trying, SIGKILL);
	children_terminate(master, true);
}

static struct child *
child_find(struct master *master, pid_t pid)
{
	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		if (master->children[i].pid == pid)
			return &master->children[i];
		if (master->elders[i].pid == pid)
			return &master->elders[i];
	}
	return NULL;
}

/* Another start cannot help: not this program's, if an older one serves. */
static void
master_lose_hope(struct master *master, int status)
{
	if (master->announced || master->stop_began_us > 0 ||
	    !WIFEXITED(status) || WEXITSTATUS(status) != PROCESS_HOPELESS)
		return;
	if (master->succeed_by_us > 0) {
		upgrade_give_up(master,
		    "the new processes cannot work; the old ones go on");
	} else {
		master->hopeless = true;
		master_stop(master);
	}
}

static void
master_reap(struct master *master)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *child = child_find(master, pid);

		if (upgrade_tried(master, pid, status) || child == NULL)
			continue;
		child_ended(master, child, status);
		master_lose_hope(master, status);
	}
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
			reload_begin(master);
		else if (signal.ssi_signo == SIGUSR2)
			upgrade_try(master);
	}
	master_reap(master);
}

static void
master_announce(struct master *master)
{
	for (size_t i = 0; i < master->plan->count; i++) {
		const struct child *child = &master->children[i];

		if (child->process->serves && !child->ready)
			return;
	}
	master->announced = true;
	log_plain(LOG_INFO, "ready");
	notify_ready();
}

/* Kills who hangs, or should have gone; starts who is due. */
static void
child_look(struct master *master, struct child *child, int64_t now)
{
	bool hangs = now - child->heard_us > CHILD_HANGS_US;
	bool overdue = child->leave_by_us > 0 && now > child->leave_by_us;

	if (child->pid == 0 || master->stop_began_us > 0 ||
	    (!hangs && !overdue))
		return;
	log_event(LOG_ERROR, hangs ? "process hangs" : "process does not leave",
	    LOG_TEXT("process", str_of(child->process->name)),
	    LOG_NUMBER("child", child->pid));
	kill(child->pid, SIGKILL);
	child->heard_us = now; /* said once */
	child->leave_by_us =
	    overdue ? now + CHILD_HANGS_US : child->leave_by_us;
}

/*
 * After a pause of the whole machine nobody has been heard for long, and nobody
 * is to blame.
 */
static void
master_forgive_pause(struct master *master, int64_t now)
{
	int64_t pause = now - master->looked_us;

	for (size_t i = 0; pause > LOOK_LATE_US && i < PROCESSES_MOST; i++)
		master->children[i].heard_us = master->elders[i].heard_us = now;
	master->looked_us = now;
}

/* False: it has stopped. */
static bool
master_look(struct master *master)
{
	int64_t now = clock_monotonic();
	bool running = false;

	master_forgive_pause(master, now);
	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		struct child *child = &master->children[i];

		child_look(master, child, now);
		child_look(master, &master->elders[i], now);
		if (i < master->plan->count && child->pid == 0 &&
		    master->stop_began_us == 0 && child->start_at_us <= now)
			child_start(master, child);
		running |= child->pid > 0 || master->elders[i].pid > 0;
	}
	if (master->stop_began_us > 0) {
		master_stop_rest(master);
		if (now - master->stop_began_us > STOP_PATIENCE_US)
			children_signal(master, SIGKILL);
		return running;
	}
	if (!master->announced)
		master_announce(master);
	upgrade_settle(master, now);
	adoption_settle(master, now);
	reload_settle(master);
	return true;
}

static void
master_tell_alive(struct master *master)
{
	int64_t period = notify_period(), now = clock_monotonic();

	if (period == 0 || now - master->notified_us < period)
		return;
	master->notified_us = now;
	notify_alive();
}

/* Milliseconds until something may be due. */
static int
master_patience(const struct master *master)
{
	int64_t now = clock_monotonic(), due = now + LOOK_US;
	int64_t period = notify_period();

	if (period > 0 && master->notified_us + period < due)
		due = master->notified_us + period;
	for (size_t i = 0; i < master->plan->count; i++) {
		const struct child *child = &master->children[i];

		if (child->pid == 0 && master->stop_began_us == 0 &&
		    child->start_at_us < due)
			due = child->start_at_us;
	}
	return due <= now ? 0 : (int)((due - now) / 1000) + 1;
}

static void
master_wait(struct master *master)
{
	struct pollfd watched[WATCHED_MOST] = { { .fd = master->signals,
	    .events = POLLIN } };
	struct child *whose[WATCHED_MOST] = { NULL };
	nfds_t count = 1;

	for (size_t i = 0; i < 2 * PROCESSES_MOST; i++) {
		struct child *child = i < PROCESSES_MOST
					  ? &master->children[i]
					  : &master->elders[i - PROCESSES_MOST];

		if (child->pid == 0 || child->channel < 0)
			continue;
		watched[count] =
		    (struct pollfd){ .fd = child->channel, .events = POLLIN };
		whose[count++] = child;
	}
	if (poll(watched, count, master_patience(master)) <= 0)
		return;
	for (nfds_t i = 1; i < count; i++) {
		if (watched[i].revents != 0)
			child_listen(master, whose[i]);
	}
	if (watched[0].revents != 0)
		master_read_signals(master);
}

static bool
master_init(struct master *master, const struct processes *plan)
{
	sigset_t watched;

	master->plan = plan;
	master->pid = getpid();
	master->looked_us = clock_monotonic();
	for (size_t i = 0; i < plan->count; i++) {
		master->children[i].process = &plan->list[i];
		master->children[i].adopter = NOBODY;
	}
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGHUP);
	sigaddset(&watched, SIGUSR2);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	master->signals = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
	upgrade_take_elders(master);
	return master->signals >= 0;
}

int
processes_run(const struct processes *plan)
{
	struct master *master = memory_new(sizeof(*master));
	int code;

	if (plan->count > PROCESSES_MOST || !master_init(master, plan)) {
		free(master);
		return 1;
	}
	scoreboard_open(plan->count);
	master_reap(master); /* an elder may have died before we watched */
	while (master_look(master)) {
		master_wait(master);
		master_tell_alive(master);
	}
	log_plain(LOG_INFO, "stopped");
	code = master->hopeless ? PROCESS_HOPELESS : master->killed_one;
	close(master->signals);
	free(master);
	return code;
}
