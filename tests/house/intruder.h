/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an intruder would try from inside a gate, one call each.
 *
 * A function returns FINE, the errno that it got, or ODD if it did not come as
 * far as the call that it is about.
 */
#ifndef HOUSE_INTRUDER_H
#define HOUSE_INTRUDER_H

#include <errno.h>
#include <stdint.h>

enum {
	FINE = 0,
	ODD = 250, /* nothing that was thought of */
};

/* What the attempts are made on. */
extern struct world {
	char folder[32];
	char file[128]; /* inside it, writable */
	char listening[96]; /* a Unix socket that listens */
	int doors[2]; /* TCP sockets that listen; the first one's port is
			 allowed */
	uint16_t ports[2];
} world;

static inline int
result_of(long returned)
{
	return returned < 0 ? errno : FINE;
}

/* To this machine itself. */
int connect_to(uint16_t port);

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
