/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay between store and PostgreSQL, as the tests of the store drive it;
 * relay.py says what it understands.
 */
#ifndef TESTS_STORE_RELAY_H
#define TESTS_STORE_RELAY_H

struct relay {
	int pid;
	int to; /* its standard input */
	int from;
	int port; /* of 127.0.0.1 */
};

void relay_start(struct relay *);
void relay_stop(struct relay *);

/* The command holds when this returns. */
void relay_tell(struct relay *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
