/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the master knows of its children (inside loop/ only).
 */
#ifndef LOOP_MASTER_H
#define LOOP_MASTER_H

#include <signal.h>
#include <stdint.h>

#include "loop/process.h"

enum {
	CHILD_HANGS_US = 10 * 1000000, /* silent for so long */
	NOBODY = -1,
};

struct child {
	const struct process *process;
	pid_t pid; /* 0: not running */
	int channel;
	int64_t started_us;
	int64_t start_at_us; /* when to start, while it is not running */
	int64_t heard_us; /* when it last said anything */
	unsigned short_lives; /* in a row, or nearly */
	bool ready;
	bool open; /* was bidden to accept from its own socket */
	bool reloading; /* asked to, and has not answered */
	int adopter; /* the child that accepts from its socket too, or NOBODY */
	int64_t leave_by_us; /* told to leave: killed then; 0: not told */
};

struct master {
	const struct processes *plan;
	pid_t pid;
	struct child children[PROCESSES_MOST]; /* plan->count of them */
	/*
	 * Of the program before, or of the one that was tried and gave up; the
	 * place tells the number of the process.  They are not started again.
	 */
	struct child elders[PROCESSES_MOST];
	int signals; /* signalfd */
	bool announced; /* all were ready once */
	bool killed_one;
	bool hopeless;
	int64_t stop_began_us; /* 0: not stopping */
	bool stops_rest; /* also those that do not serve were told so */
	int64_t looked_us; /* when the loop came round last */
	int64_t notified_us; /* when the service manager heard last */

	bool reloading;
	bool reload_again; /* asked for meanwhile */
	unsigned reload_kept; /* how many kept what they had */

	pid_t trying; /* the program on disk; 0: not */
	int64_t try_by_us;
	int64_t succeed_by_us; /* when the elders stay; 0: no such question */
};

/* child.c: the life of one child. */
/* Does one of so many that serve still run?  The rest work for it. */
bool children_serve(const struct child *, size_t count);
void child_start(struct master *, struct child *);
void child_ended(struct master *, struct child *, int status);
/* Reads what it has said. */
void child_listen(struct master *, struct child *);
/* It runs, is ready and has not fallen silent. */
bool child_serves(const struct child *, int64_t now);
void child_say_leave(struct child *, int64_t now);
void child_close_channel(struct child *);

/* adoption.c: who accepts from which socket. */
void adoption_settle(struct master *, int64_t now);
void adoption_forget(struct master *, const struct child *ended);

/* reload.c: the master's part of a reload. */
void reload_begin(struct master *);
void reload_settle(struct master *);

/* upgrade.c: from one program to the next. */
void upgrade_try(struct master *);
/* True if it was the child that tried the program. */
bool upgrade_tried(struct master *, pid_t, int status);
void upgrade_take_elders(struct master *);
void upgrade_settle(struct master *, int64_t now);
/* The elders go on; what was to replace them leaves. */
void upgrade_give_up(struct master *, const char *why);

#endif
