/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a long command is, on standard error: a bar that is drawn again on a
 * terminal, else a line every five seconds.
 */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	uint64_t total; /* bytes; 0: nobody knows */
	bool terminal;
	bool drawn; /* a bar stands there */
	int64_t next_at; /* monotonic; when to show it again */
};

void progress_begin(struct progress *, uint64_t total);

/* Call it often. */
void progress_show(struct progress *, uint64_t bytes, uint64_t people);

/* Takes the bar away, before something else is written. */
void progress_clear(struct progress *);

#endif
