/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon serve`: the master.
 */
#ifndef CTL_SERVE_H
#define CTL_SERVE_H

struct settings;

/* Serves until SIGTERM.  An exit code: 0 stopped cleanly, 1 a process had to be
 * killed, 3 it could not start. */
int serve_command(const struct settings *);

#endif
