/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one program to the next, with the sockets and the processes.
 *
 * The old program hands over in the environment: the listening sockets, behind
 * a slash that of the status listener, if there is one, and behind another
 * number, process and channel of each child: "5 6/7/0:811:9 1:812:10 2:813:12".
 *  The new one believes none of it unseen.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "ctl/listen.h"
#include "ctl/serving.h"
#include "ctl/settings.h"
#include "loop/channel.h"

enum {
	HANDED_LONGEST = 8192,
	WORDS_MOST = 8,
	DESCRIPTOR_HIGHEST = 1 << 20,
	PROCESS_HIGHEST = 1 << 22, /* proc(5), pid_max */
	NOT_EXECUTED = 127,
};

static const char variable[] = "PORTILLON_UPGRADE";

/*
 * Executes the program by the path that it was started with: whatever lies
 * there now.  `words` follow the settings file and end with NULL.
 */
static void
program_execute(const struct settings *settings, char **words)
{
	static char option[] = "--config";
	char *path = (char *)getauxval(AT_EXECFN);
	char *line[WORDS_MOST] = { path };
	size_t count = 1;

	if (settings->file != NULL) {
		line[count++] = option;
		line[count++] = settings->file;
	}
	while (*words != NULL && count < WORDS_MOST - 1)
		line[count++] = *words++;
	execv(path, line);
	log_event(LOG_ERROR, "not upgraded", LOG_TEXT("program", str_of(path)),
	    LOG_TEXT("why", str_of(strerror(errno))));
}

pid_t
serving_try_program(void *context)
{
	struct serving *serving = context;
	char serve[] = "serve", check[] = "--check", listen[] = "--listening";
	char *words[] = { serve, check, listen, serving->settings->listen,
		NULL };
	sigset_t none;
	pid_t pid = fork();

	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		program_execute(serving->settings, words);
		_exit(NOT_EXECUTED);
	}
	if (pid < 0)
		log_event(LOG_ERROR, "not upgraded",
		    LOG_TEXT("why", str_of(strerror(errno))));
	return pid;
}

static void
descriptor_survives(int fd, bool survives)
{
	if (fcntl(fd, F_SETFD, survives ? 0 : FD_CLOEXEC) != 0)
		abort(); /* it is not ours: a mistake */
}

static void
descriptors_survive(const struct serving *serving, const struct elder *children,
    size_t count, bool survive)
{
	for (size_t i = 0; i < serving->gate_count; i++)
		descriptor_survives(serving->sockets[i], survive);
	if (serving->status_socket >= 0)
		descriptor_survives(serving->status_socket, survive);
	for (size_t i = 0; i < count; i++)
		descriptor_survives(children[i].channel, survive);
}

void
serving_become_program(
    const struct elder *children, size_t count, void *context)
{
	CLEANUP(buf_clear) struct buf handed = BUF_INIT(HANDED_LONGEST);
	struct serving *serving = context;
	char serve[] = "serve";
	char *words[] = { serve, NULL };

	for (size_t i = 0; i < serving->gate_count; i++)
		buf_format(
		    &handed, "%s%d", i > 0 ? " " : "", serving->sockets[i]);
	buf_words(&handed, "/");
	if (serving->status_socket >= 0)
		buf_format(&handed, "%d", serving->status_socket);
	buf_words(&handed, "/");
	for (size_t i = 0; i < count; i++)
		buf_format(&handed, "%s%zu:%d:%d", i > 0 ? " " : "",
		    children[i].number, (int)children[i].pid,
		    children[i].channel);
	if (!buf_ok(&handed) || setenv(variable, buf_cstr(&handed), 1) != 0)
		abort(); /* out of memory, or a mistake */
	descriptors_survive(serving, children, count, true);
	program_execute(serving->settings, words);
	descriptors_survive(serving, children, count, false);
	unsetenv(variable);
}

static bool
inherit_socket(struct serving *serving, struct str word)
{
	uint64_t fd;

	if (serving->gate_count == PROCESSES_MOST - 1 ||
	    !str_number(word, DESCRIPTOR_HIGHEST, &fd) || fd <= STDERR_FILENO ||
	    !listen_is_at((int)fd, str_of(serving->settings->listen)))
		return false;
	descriptor_survives((int)fd, false);
	serving->sockets[serving->gate_count++] = (int)fd;
	return true;
}

static bool
inherit_status_socket(struct serving *serving, struct str word)
{
	uint64_t fd;

	if (!str_number(word, DESCRIPTOR_HIGHEST, &fd) || fd <= STDERR_FILENO ||
	    !listen_is_at((int)fd, str_of(serving->settings->status_listen)))
		return false;
	descriptor_survives((int)fd, false);
	serving->status_socket = (int)fd;
	return true;
}

/* A zombie counts: its end is still to be heard of. */
static bool
is_child_of_ours(pid_t pid)
{
	siginfo_t facts;

	return waitid(P_PID, (id_t)pid, &facts, WEXITED | WNOHANG | WNOWAIT) ==
	       0;
}

static bool
inherit_child(struct serving *serving, struct str word)
{
	struct str number, pid, channel;
	uint64_t place, process, fd;

	if (serving->elder_count == PROCESSES_MOST ||
	    !str_cut(word, ':', &number, &word) ||
	    !str_cut(word, ':', &pid, &channel) ||
	    !str_number(number, PROCESSES_MOST - 1, &place) ||
	    !str_number(pid, PROCESS_HIGHEST, &process) ||
	    !str_number(channel, DESCRIPTOR_HIGHEST, &fd) ||
	    fd <= STDERR_FILENO || !is_child_of_ours((pid_t)process) ||
	    !channel_is_one((int)fd))
		return false;
	descriptor_survives((int)fd, false);
	serving->elders[serving->elder_count++] =
	    (struct elder){ (size_t)place, (pid_t)process, (int)fd };
	return true;
}

static bool
inherit_list(struct serving *serving, struct str list,
    bool (*take)(struct serving *, struct str))
{
	struct str word;

	while (list.len > 0) {
		(void)str_cut(list, ' ', &word, &list);
		if (!take(serving, word))
			return false;
	}
	return true;
}

bool
serving_inherit(struct serving *serving, struct buf *why)
{
	CLEANUP(buf_clear) struct buf handed = BUF_INIT(HANDED_LONGEST);
	const char *text = getenv(variable);
	struct str sockets, status, children;
	bool fine;

	if (text == NULL)
		return true;
	buf_words(&handed, text);
	unsetenv(variable);
	(void)str_cut(buf_str(&handed), '/', &sockets, &children);
	(void)str_cut(children, '/', &status, &children);
	fine = buf_ok(&handed) && sockets.len > 0 &&
	       inherit_list(serving, sockets, inherit_socket) &&
	       inherit_list(serving, status, inherit_status_socket) &&
	       inherit_list(serving, children, inherit_child);
	if (!fine)
		buf_format(why,
		    "%s is set, and not by a Portillon that handed over "
		    "sockets at %s: take it out of the environment",
		    variable, serving->settings->listen);
	return fine;
}
