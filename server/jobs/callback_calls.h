/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier calls applications with their proxy-granting tickets, for the
 * gates that wait for it (loop/callback_line.h).
 *
 * Nothing is kept and nothing is tried twice.  One host is called a few times
 * at a time, so that one that hangs holds up no other; who comes after that
 * waits for a place, and hears "no" when there is none in time, or when too
 * many wait for that host.
 */
#ifndef JOBS_CALLBACK_CALLS_H
#define JOBS_CALLBACK_CALLS_H

#include <stdbool.h>
#include <stddef.h>

struct callback_calls;
struct event_base;
struct http_caller_settings;

/* The lines stay the caller's; of the settings, `parallel` does not count. */
struct callback_calls *callback_calls_new(struct event_base *, const int *lines,
    size_t count, const struct http_caller_settings *);

/* Only when it is idle. */
void callback_calls_free(struct callback_calls *);

/* Lets go who waited in vain; to be called several times a second. */
void callback_calls_turn(struct callback_calls *);

/* Nothing new is begun; what is under way ends in its time. */
void callback_calls_stop(struct callback_calls *);

/* Nothing is under way. */
bool callback_calls_idle(const struct callback_calls *);

#endif
