/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the outbox to the applications that are told that a session has ended.
 *
 * As with mails, rows are claimed, durably, before anybody is called and
 * settled afterwards, so a notice arrives at least once, and twice if this
 * process ends in between: then with the same bytes.  Those that hang hold up
 * nobody else for long: one host is called twice at a time at most, first calls
 * are short while others wait, and repetitions come last.
 */
#ifndef JOBS_LOGOUT_CALLS_H
#define JOBS_LOGOUT_CALLS_H

#include <stdbool.h>

struct event_base;
struct http_caller_settings;
struct logout_calls;
struct store;

struct logout_calls *logout_calls_new(
    struct event_base *, struct store *, const struct http_caller_settings *);

/* Only when it is idle. */
void logout_calls_free(struct logout_calls *);

/* Looks for work; to be called several times a second. */
void logout_calls_turn(struct logout_calls *);

/* Nothing new is begun, and what is under way ends soon. */
void logout_calls_stop(struct logout_calls *);

/* Nothing is under way. */
bool logout_calls_idle(const struct logout_calls *);

#endif
