/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes, and which of them are up: a small load balancer's view.
 *
 * Each is asked for /healthz on a fresh connection every quarter of a second;
 * two failures in a row take it out, one success brings it back.
 */
#ifndef FAULTS_NODES_H
#define FAULTS_NODES_H

#include "link.h"

enum {
	NODES_MOST = 8
};

struct nodes;

/* `settings` are those of all links; the port is that of each node. */
struct nodes *nodes_new(
    const struct link_settings *, const uint16_t *ports, size_t count);
void nodes_free(struct nodes *);

size_t nodes_count(const struct nodes *);

/* One that is up, but not one whose bit is in `tried`; -1: there is none. */
int nodes_choose(struct nodes *, unsigned tried, uint64_t *dice);

/* A link to it, the caller's. */
struct link *nodes_link(const struct nodes *, size_t node, uint32_t from);

#endif
