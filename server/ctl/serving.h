/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `portillon serve` holds together (inside ctl/ only): settings,
 * configuration, sockets, and the processes made of them.
 *
 * Gates and courier are forked from the master and find their copy of it as it
 * was then; after a reload the master's is what the next ones are born with.
 */
#ifndef CTL_SERVING_H
#define CTL_SERVING_H

#include "base/buf.h"
#include "base/memory.h"
#include "ctl/mail_settings.h"
#include "jobs/courier.h"
#include "loop/process.h"
#include "web/gate.h"

struct settings;

struct serving {
	const struct settings *settings; /* of the start */
	struct configuration *configuration;
	bool gave_up_root;
	size_t gate_count;
	int sockets[PROCESSES_MOST]; /* one a gate */
	int status_socket; /* -1: none; all gates share it */
	int gate_lines[PROCESSES_MOST]; /* each gate's end to the courier */
	int courier_lines[PROCESSES_MOST]; /* and the other end of each */
	struct mail_settings mail;
	struct buf database; /* database.app with addresses for its names */
	struct gate_start gates[PROCESSES_MOST];
	struct courier_start courier;
	struct process processes[PROCESSES_MOST];
	char names[PROCESSES_MOST][sizeof("gate 18446744073709551615")];
	struct elder elders[PROCESSES_MOST];
	size_t elder_count;
};

/* serve.c */
void serving_start_log(const struct settings *);

/* reload.c: reads everything again; each logs why if something is wrong. */
bool serving_reload(void *serving); /* the master */
struct configuration *serving_read_gate(void *serving);
bool serving_read_courier(struct courier_start *);

/* upgrade.c: from one program to the next. */
pid_t serving_try_program(void *serving);
void serving_become_program(const struct elder *, size_t count, void *serving);
/*
 * Takes over what the program before an upgrade handed to this one, if one did.
 * False and a sentence if it is not what it should be.
 */
bool serving_inherit(struct serving *, struct buf *why) MUST_CHECK;

#endif
