/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process gives up for good what it will not need.
 *
 * Whoever takes over a gate through a mistake in it then holds no more than
 * what the gate itself holds: no program to run, no file to write, no door to
 * the rest of the network.
 */
#ifndef LOOP_CONFINE_H
#define LOOP_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CONFINE_PORTS_MOST = 16
};

/* TCP ports that a confined process may still connect to. */
struct confine_ports {
	bool any; /* the list does not count */
	size_t count;
	uint16_t list[CONFINE_PORTS_MOST];
};

/* One more than fit makes it any port. */
void confine_ports_add(struct confine_ports *, uint16_t port);

/* What this kernel can enforce. */
struct confine_support {
	unsigned landlock; /* version of its interface; 0: there is none */
	bool calls; /* seccomp, with the killing of a process */
};

struct confine_support confine_support(void);

/*
 * Memory stays private: no core file, no debugger and no reading through
 * /proc but by root; and no program that is executed gains rights.  For every
 * process that holds keys.  Lines about /proc/self/fd come before this call.
 */
void confine_memory(void);

/*
 * All that a gate or the courier gives up, in the order of the parts below.
 * For the one thread that there is; later ones inherit it.  What the kernel
 * does not offer is left out; what it offers and refuses ends the process.
 */
void confine(const struct confine_ports *);

/*
 * The parts.  False, with errno, if the kernel refused.
 *
 * Files (Landlock): nothing is written, made, removed or executed by its name;
 * reading stays, for a reload.  What is open stays open.  Where the kernel
 * knows how: no TCP but to `ports`, no listening, no signals to others.
 */
bool confine_files(const struct confine_ports *ports, unsigned landlock);

/*
 * System calls (seccomp): those that a server needs go through, those that
 * only an intruder makes end the process with SIGSYS, and the rest is answered
 * as by a kernel too old to know it, which libraries are prepared for.
 */
bool confine_calls(void);

#endif
