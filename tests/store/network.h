/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network between store and PostgreSQL, as the tests of the store drive it;
 * network.py says what it understands.
 */
#ifndef TESTS_STORE_NETWORK_H
#define TESTS_STORE_NETWORK_H

struct network {
	int pid;
	int to; /* its standard input */
	int from;
	int port; /* of 127.0.0.1 */
};

void network_start(struct network *);
void network_stop(struct network *);

/* The command holds when this returns. */
void network_tell(struct network *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
