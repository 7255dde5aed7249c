/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of one child, as the master sees it.
 *
 * Children are forked, not executed: they inherit the sockets and the
 * configuration.  A child whose master vanishes gets SIGTERM, and reads the end
 * of its channel, and drains.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/channel.h"
#include "loop/clock.h"
#include "loop/master.h"
#include "loop/scoreboard.h"

enum {
	LIFE_SHORT_US = 1000000,
	LIFE_LONG_US = 30 * 1000000, /* forgives the short ones */
	PAUSE_SHORTEST_US = 100 * 1000,
	PAUSE_LONGEST_US = 10 * 1000000,
	PAUSE_DOUBLINGS = 7, /* from the shortest to the longest */
	CHILD_SILENT_US = 3 * 1000000, /* no longer counted on */
	LEAVE_PATIENCE_US = 15 * 1000000,
};

void
child_close_channel(struct child *child)
{
	if (child->pid > 0 && child->channel >= 0)
		close(child->channel);
	child->channel = -1;
}

/* The ends of the others must not live on in it: they tell who is gone. */
static void
child_drop_masters(struct master *master)
{
	for (size_t i = 0; i < PROCESSES_MOST; i++) {
		child_close_channel(&master->children[i]);
		child_close_channel(&master->elders[i]);
	}
	close(master->signals);
}

/* Not an elder: those count where nobody of this program looks. */
static bool
child_is_ours(const struct master *master, const struct child *child)
{
	return child >= master->children &&
	       child < master->children + PROCESSES_MOST;
}

/* Its place on the scoreboard, behind the master's. */
static size_t
child_slot(const struct master *master, const struct child *child)
{
	return (size_t)(child - master->children) + 1;
}

/*
 * Once libevent looks no more, at the end.  Not SIG_IGN: that would throw away
 * a SIGTERM that came since the fork and waits, blocked, for
 * process_may_stop().
 */
static void
child_is_leaving_already(int number)
{
	(void)number;
}

static _Noreturn void
child_main(struct master *master, const struct child *child, int channel)
{
	const struct process *process = child->process;
	sigset_t blocked;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master->pid)
		_exit(0); /* the master went in between */
	scoreboard_take(child_slot(master, child));
	signal(SIGHUP, SIG_IGN); /* the master's business, all three */
	signal(SIGINT, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGPIPE, SIG_IGN); /* clients and databases go away */
	signal(SIGTERM, child_is_leaving_already);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM); /* until process_may_stop() */
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	child_drop_masters(master);
	exit(process->run(process->argument, channel));
}

void
process_may_stop(void)
{
	sigset_t terminate;

	sigemptyset(&terminate);
	sigaddset(&terminate, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &terminate, NULL);
}

/* How long to wait after so many short lives. */
static int64_t
child_pause(const struct child *child)
{
	int64_t pause = PAUSE_SHORTEST_US;

	if (child->short_lives == 0)
		return 0;
	if (child->short_lives > PAUSE_DOUBLINGS)
		return PAUSE_LONGEST_US;
	pause <<= child->short_lives - 1;
	return pause < PAUSE_LONGEST_US ? pause : PAUSE_LONGEST_US;
}

static void
child_not_started(struct child *child)
{
	log_event(LOG_ERROR, "process not started",
	    LOG_TEXT("process", str_of(child->process->name)),
	    LOG_TEXT("why", str_of(strerror(errno))));
	child->short_lives++;
	child->start_at_us = child->started_us + child_pause(child);
}

void
child_start(struct master *master, struct child *child)
{
	int ends[2];
	pid_t pid;

	if (child->started_us != 0)
		scoreboard_count(SCORE_PROCESS_RESTARTS);
	scoreboard_name(child_slot(master, child), child->process->name);
	child->started_us = child->heard_us = clock_monotonic();
	if (!channel_open(ends)) {
		child_not_started(child);
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child_main(master, child, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		child_not_started(child);
		close(ends[0]);
		return;
	}
	child->pid = pid;
	child->channel = ends[0];
	child->ready = child->open = false;
	log_event(LOG_INFO, "process started",
	    LOG_TEXT("process", str_of(child->process->name)),
	    LOG_NUMBER("child", pid));
}

static void
child_log_end(const struct child *child, bool expected, int status)
{
	log_event(expected && status == 0 ? LOG_INFO : LOG_ERROR,
	    "process ended", LOG_TEXT("process", str_of(child->process->name)),
	    LOG_NUMBER("child", child->pid),
	    LOG_NUMBER("exit", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
	    LOG_NUMBER("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
}

void
child_ended(struct master *master, struct child *child, int status)
{
	int64_t now = clock_monotonic();
	int64_t life = now - child->started_us;
	bool stopping = master->stop_began_us > 0;

	child_log_end(child, stopping || child->leave_by_us > 0, status);
	if (stopping && status != 0)
		master->killed_one = true;
	child_close_channel(child);
	if (child_is_ours(master, child))
		scoreboard_leave(child_slot(master, child));
	child->pid = 0;
	child->ready = child->reloading = false;
	child->leave_by_us = 0;
	if (life < LIFE_SHORT_US)
		child->short_lives++;
	else if (life > LIFE_LONG_US)
		child->short_lives = 0;
	child->start_at_us = now;
	if (life < LIFE_SHORT_US)
		child->start_at_us += child_pause(child);
	adoption_forget(master, child);
}

static void
child_hear(
    struct master *master, struct child *child, struct channel_message message)
{
	switch ((enum channel_word)message.word) {
	case CHANNEL_READY:
		child->ready = true;
		break;
	case CHANNEL_RELOADED:
		child->reloading = false;
		break;
	case CHANNEL_NOT_RELOADED:
		master->reload_kept += child->reloading;
		child->reloading = false;
		break;
	case CHANNEL_ALIVE:
	case CHANNEL_RELOAD:
	case CHANNEL_LEAVE:
	case CHANNEL_ADOPT:
	case CHANNEL_GIVE_BACK:
		break; /* that it spoke is enough, or they are not its words */
	}
}

/* At its end the channel stays silent; waitpid() tells the rest. */
void
child_listen(struct master *master, struct child *child)
{
	struct channel_message message;
	enum channel_outcome outcome;

	while ((outcome = channel_receive(child->channel, &message)) ==
	       CHANNEL_GOT) {
		child->heard_us = clock_monotonic();
		child_hear(master, child, message);
	}
	if (outcome == CHANNEL_CLOSED)
		child_close_channel(child);
}

bool
children_serve(const struct child *children, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (children[i].pid > 0 && children[i].process->serves)
			return true;
	}
	return false;
}

bool
child_serves(const struct child *child, int64_t now)
{
	return child->pid > 0 && child->ready && child->leave_by_us == 0 &&
	       now - child->heard_us < CHILD_SILENT_US;
}

void
child_say_leave(struct child *child, int64_t now)
{
	if (child->pid == 0 || child->leave_by_us > 0)
		return;
	child->leave_by_us = now + LEAVE_PATIENCE_US;
	if (child->channel < 0 ||
	    !channel_send(child->channel, CHANNEL_LEAVE, 0))
		kill(child->pid, SIGKILL); /* it hears nobody any more */
}
