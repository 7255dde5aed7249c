/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One keep-alive connection of a virtual browser to a node.
 *
 * It says precisely what became of a request, since the ledger must not take
 * "perhaps" for "no": a request is sent only on a connection that stands, TLS
 * included, so LINK_UNSENT means that the server never saw it.
 */
#ifndef FAULTS_LINK_H
#define FAULTS_LINK_H

#include "load/answer.h"

struct event_base;
struct link;
struct ssl_ctx_st;

enum link_end {
	LINK_ANSWERED,
	LINK_UNSENT, /* no connection came about */
	LINK_STALE, /* a kept connection ended without a byte of the answer */
	LINK_BROKEN, /* it ended within the answer, or a new one without */
	LINK_LATE, /* the deadline passed */
	LINK_MALFORMED,
};

const char *link_end_name(enum link_end);

struct link_settings {
	struct event_base *base;
	struct ssl_ctx_st *tls; /* NULL: plain HTTP */
	uint32_t from; /* our address, host byte order */
	uint16_t port; /* on 127.0.0.1 */
	unsigned connect_ms;
	unsigned answer_ms; /* from the sending on */
};

/* The answer is good during the call; NULL but for LINK_ANSWERED. */
typedef void link_done(void *argument, enum link_end, const struct answer *);

struct link *link_new(const struct link_settings *);

/* Not from inside of `done`. */
void link_free(struct link *);

/* One at a time; copies the request.  `done` never runs inside this call. */
void link_ask(struct link *, struct str request, link_done *, void *argument);

#endif
