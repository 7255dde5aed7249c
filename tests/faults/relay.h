/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections of a relay, and the harm that is done to them.
 */
#ifndef FAULTS_RELAY_H
#define FAULTS_RELAY_H

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/str.h"

struct event_base;
struct evconnlistener;
struct pair;

enum way_kind {
	TO_SERVER,
	TO_CLIENT,
	WAY_COUNT,
};

#define NOWHERE UINT64_MAX

struct harm {
	unsigned delay_ms;
	unsigned jitter_ms; /* up to so much more */
	uint64_t rate; /* bytes a second each way; 0: no limit */
	uint64_t cut_at[WAY_COUNT]; /* ends behind so many bytes */
	uint64_t flip_at[WAY_COUNT]; /* one bit of this byte, from 0 */
	bool stalled;
	bool refusing;
	bool mix_up_row; /* once */
};

extern const struct harm harmless;

struct relay {
	struct event_base *base;
	struct evconnlistener *listener;
	struct sockaddr_storage target;
	socklen_t target_len;
	struct harm harm;
	uint64_t dice;
	uint64_t connections; /* that were ever made */
	struct pair *pairs;
};

/* Takes over the client's socket. */
void relay_connect(struct relay *, int client);

/* Passes on what waits, after harm was taken back. */
void relay_wake(struct relay *);

void relay_reset(struct relay *);
void relay_half_close(struct relay *);
void relay_end(struct relay *);

#endif
