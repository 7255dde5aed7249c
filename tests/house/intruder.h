/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an intruder would do in a gate that was taken over.
 */
#ifndef TESTS_HOUSE_INTRUDER_H
#define TESTS_HOUSE_INTRUDER_H

#include <stdint.h>

/* How an attempt ends; else as the errno that it met. */
enum {
	FINE = 0,
	KILLED = 200, /* by SIGSYS */
	ABORTED = 201,
	ODD = 250, /* nothing that was thought of */
};

/* What there is around the confined process. */
struct confined_world {
	char folder[32];
	char file[128]; /* inside it, writable */
	char listening[96]; /* a Unix socket that listens */
	int doors[2]; /* TCP sockets that listen; the first one's port is
			 allowed */
	uint16_t ports[2];
};

extern struct confined_world world;

int result_of(long returned);
int connect_to(uint16_t port);

/* Each returns FINE, ODD or an errno; some do not return. */
int run_a_program(void);
int run_an_open_program(void);
int make_a_process(void);
int make_a_process_anew(void);
int trace_a_process(void);
int read_a_process(void);
int signal_a_process(void);
int talk_to_the_kernel(void);
int catch_packets(void);
int make_memory_executable(void);
int map_executable_memory(void);
int leave_the_namespace(void);
int read_the_keyring(void);
int load_a_filter(void);
int open_a_ring(void);
int catch_faults(void);
int become_root(void);
int raise_a_limit(void);
int write_a_file(void);
int empty_a_file(void);
int make_a_file(void);
int remove_a_file(void);
int make_a_folder(void);
int call_out(void);
int open_a_door(void);

#endif
