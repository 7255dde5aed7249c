/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the store share: a loop, a store on the private
 * PostgreSQL, trials (one flow that asks and ends), and a superuser beside.
 */
#ifndef TESTS_STORE_HARNESS_H
#define TESTS_STORE_HARNESS_H

#include "base/arena.h"
#include "store/store.h"

struct event_base;
struct pg_conn;
struct trial;

struct harness {
	struct event_base *base;
	struct store *store;
	struct pg_conn *super; /* user postgres, past all rights */
};

extern struct harness harness;

/* Migrates, makes partitions around today, connects as the app. */
void harness_begin(void);
void harness_end(void);

/* A store of our own choice in place of the usual one. */
void harness_reconnect(const char *conninfo, size_t waiting_most);
void harness_wait_ready(void);
void harness_turn(int milliseconds); /* lets the loop run for a while */

/* The first column of the first row as a number; -1 for NULL or no row. */
int64_t harness_number(const char *sql);
void harness_sql(const char *sql);

/* Stops the server without any flush, and starts it again. */
void harness_crash(void);
void harness_stop(void);
void harness_start(void);

/* Runs a program to its end and returns its exit status. */
int harness_run(const char *const *arguments);

typedef void trial_ask(struct flow *, void *argument);

enum trial_outcome {
	TRIAL_GOING,
	TRIAL_DONE,
	TRIAL_UNAVAILABLE,
};

struct trial {
	trial_ask *ask;
	void *argument;
	enum trial_outcome outcome;
	bool released;
	struct arena arena;
};

/* Begins a flow of two steps: ask, and end. */
void trial_begin(struct trial *, trial_ask *, void *argument);

/* Until all of them have ended and nothing points to them any more. */
void trials_finish(struct trial *, size_t count);

/* Both, for one; the texts of answers live until the next. */
enum trial_outcome trial_run(trial_ask *, void *argument);

#endif
