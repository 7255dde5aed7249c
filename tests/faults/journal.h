/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of a load: what was asked and what was answered, on disk before
 * anybody acts on it.
 *
 * Lines of one turn of the loop, and those that come while the disk is at work,
 * are flushed together.  A disk that refuses ends the program: a load without
 * a journal would prove nothing.
 */
#ifndef FAULTS_JOURNAL_H
#define FAULTS_JOURNAL_H

#include "base/str.h"

struct event_base;
struct journal;

/* NULL, and a line on stderr, if the file cannot be opened.  Appends. */
struct journal *journal_new(struct event_base *, const char *path);

/* What is not on disk yet is lost; see journal_is_idle(). */
void journal_free(struct journal *);

typedef void journal_then(void *argument);

/*
 * Adds a line (a newline is put behind it); `then` is called from the loop when
 * it is on disk, never from inside of this call.
 */
void journal_add(
    struct journal *, struct str line, journal_then *, void *argument);

/* Everything that was added is on disk, and was told. */
bool journal_is_idle(const struct journal *);

#endif
