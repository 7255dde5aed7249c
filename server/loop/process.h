/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master's work: start processes, start again one that dies, stop them.
 */
#ifndef LOOP_PROCESS_H
#define LOOP_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

struct process {
	const char *name; /* "gate 1", "courier" */
	/*
	 * Runs in the child, which ends with its result.  `ready_fd` takes one
	 * byte when the child can do its work; -1 for one that need not tell.
	 */
	int (*run)(void *argument, int ready_fd);
	void *argument;
	bool tells_ready;
};

enum {
	PROCESSES_MOST = 64,
	PROCESS_HOPELESS =
	    3, /* the exit code for "another start cannot help" */
};

/*
 * For a process that was started: its handler of SIGTERM stands.  Until then
 * the signal waits, so that none comes too early to be understood.
 */
void process_may_stop(void);

/*
 * Starts the processes and watches them until SIGTERM or SIGINT, then ends them
 * with SIGTERM; what is left after 15 seconds, or at a second signal, is
 * killed.  A process that dies is started again at once, one that dies within
 * a second of its start a second later; but before all were ready, one that
 * ends with PROCESS_HOPELESS stops the start.  Returns the master's exit code:
 * 0, 1 if a process had to be killed or failed, PROCESS_HOPELESS.
 */
int processes_run(const struct process *, size_t count);

#endif
