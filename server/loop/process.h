/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master's work: start processes, start again one that dies or hangs, stop
 * them, let them reload, and replace them all by those of a new program.
 */
#ifndef LOOP_PROCESS_H
#define LOOP_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/str.h"

enum {
	PROCESSES_MOST = 64,
	PROCESS_HOPELESS =
	    3, /* the exit code for "another start cannot help" */
};

struct process {
	const char *name; /* "gate 1", "courier" */
	/*
	 * Runs in the child, which ends with its result.  `channel` is its end
	 * of the way to the master: loop/lifeline.h takes it.
	 */
	int (*run)(void *argument, int channel);
	void *argument;
	/*
	 * It says when it is ready, and is then bidden to accept from the
	 * listening socket of its number in the list, as every other such
	 * process can.
	 */
	bool serves;
};

/* A child of the program that ran under this process number before. */
struct elder {
	size_t number; /* in the list of processes */
	pid_t pid;
	int channel;
};

struct processes {
	const struct process *list;
	size_t count;

	/* Children of the program before an upgrade: they serve meanwhile. */
	const struct elder *elders;
	size_t elder_count;

	/*
	 * Reads everything aside and checks it; if it is right, children that
	 * are started from now on have it.  False, and has logged why, if not.
	 */
	bool (*reload)(void *context);
	/*
	 * Starts a child that ends with 0 if the program on disk would start
	 * now; -1, and has logged why, if that is not possible.
	 */
	pid_t (*try_program)(void *context);
	/*
	 * Becomes the program on disk, with these children.  Returns only if
	 * that fails, and has logged why.
	 */
	void (*become_program)(
	    const struct elder *, size_t count, void *context);
	void *context;
};

/*
 * For a process that was started: its handler of SIGTERM stands.  Until then
 * the signal waits, so that none comes too early to be understood.
 */
void process_may_stop(void);

/*
 * Starts the processes and watches over them until SIGTERM or SIGINT, then ends
 * them with SIGTERM; what is left after 15 seconds, or at a second signal, is
 * killed.
 *
 * A process that dies is started again at once; one that dies within a second
 * of its start, after 100 milliseconds, doubled each time up to ten seconds,
 * until it has lived for half a minute.  While one that serves keeps dying, or
 * is silent, another accepts from its socket.  One that is silent for ten
 * seconds is killed.  Before all were ready, one that ends with
 * PROCESS_HOPELESS stops the start.
 *
 * SIGHUP: reload.  SIGUSR2: try_program, and if it ends with 0, become_program.
 *
 * Returns the master's exit code: 0, 1 if a process had to be killed or failed,
 * PROCESS_HOPELESS.
 */
int processes_run(const struct processes *);

#endif
