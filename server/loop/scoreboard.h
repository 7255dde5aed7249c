/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processes of this node have counted, in memory that they share.
 *
 * Each process has a slot of its own and writes no other; any process may read
 * all of them.  So counting is an addition in memory, without a lock, and what
 * a process that died had counted is still there.
 *
 * Only the thread of the event loop counts.  In a program that never called
 * scoreboard_open(), counts go to a slot that nobody reads.
 */
#ifndef LOOP_SCOREBOARD_H
#define LOOP_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/scores.h"

/* For the master, before it forks: room for so many processes besides it. */
void scoreboard_open(size_t processes);

/*
 * Slot 0 is the master's.  The others are given out by the master, which must
 * name a slot before, and leave it after, the life of the process that takes
 * it.
 */
void scoreboard_name(size_t slot, const char *name);
void scoreboard_take(size_t slot);
void scoreboard_leave(size_t slot);

void scoreboard_count(enum score);
void scoreboard_level(enum score_level, int64_t value);
void scoreboard_time(enum score_time, int64_t took_us);

/* A request was answered; `route` is its place in the table of routes. */
void scoreboard_request(size_t route, bool is_post, unsigned status);

/* What all processes have counted together. */
uint64_t scoreboard_total(enum score);
uint64_t scoreboard_requests(size_t route, bool is_post, unsigned status_class);
void scoreboard_times(enum score_time, struct score_times *);

struct scoreboard_process {
	char name[SCORE_NAME_SIZE]; /* "gate 1", "courier", "master" */
	bool runs;
	int64_t levels[LEVEL_COUNT];
};

size_t scoreboard_slots(void);
void scoreboard_process(size_t slot, struct scoreboard_process *);

/* The one thing that several write: the log's last line is cut off. */
atomic_bool *scoreboard_log_is_torn(void);

#endif
