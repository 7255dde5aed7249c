/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: its phases and deadlines (inside http/ only).
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <event2/event_struct.h>
#include <sys/queue.h>

#include "http/neighbours.h"
#include "http/server.h"
#include "loop/scores.h"

struct bufferevent;
struct http_connection;
struct http_listener;

/* TLS is agreed in three phases with one deadline, plain HTTP begins idle. */
enum connection_phase {
	PHASE_HELLO, /* the client has not said what it can */
	PHASE_LINE, /* it has, and waits for its turn */
	PHASE_HANDSHAKE,
	PHASE_IDLE, /* nothing of a next request has come */
	PHASE_HEAD,
	PHASE_BODY,
	PHASE_ANSWER, /* the handler has the request */
	PHASE_SENDING,
	PHASE_CLOSING, /* all sent; waiting for the client to close */
	PHASE_COUNT,
};

TAILQ_HEAD(connection_list, http_connection);

struct http_server {
	struct event_base *base;
	struct http_server_settings settings;
	struct http_handler handler;
	struct http_listener *listeners;
	struct event *accept_again; /* after running out of descriptors */
	int reserve_fd; /* given up to turn a client away then */
	struct event *relief; /* for those who wait in PHASE_LINE */
	struct connection_list in_phase[PHASE_COUNT]; /* who is there longest
							 comes first */
	size_t count[PHASE_COUNT]; /* of in_phase */
	uint64_t entries; /* into phases, ever */
	size_t connection_count;
	size_t crowd; /* most connections since a crowd has gone */
	struct event *shrink; /* its memory, when it has */
	unsigned shrinks_left;
	size_t connections_most; /* of the settings, or of the descriptors */
	struct neighbours neighbours;
	const struct timeval *deadlines[PHASE_COUNT];
	struct http_exchange *spare; /* for reuse */
	size_t spare_count;
	bool draining;
};

struct http_connection {
	TAILQ_ENTRY(http_connection) link;
	struct http_server *server;
	int fd;
	struct event *hello; /* only in PHASE_HELLO */
	struct bufferevent *stream; /* NULL before the handshake */
	struct http_exchange *exchange; /* NULL while idle */
	struct neighbour *neighbour; /* NULL for a trusted proxy */
	struct address peer;
	struct event deadline;
	enum connection_phase phase;
	uint64_t entered; /* its number among all entries into phases */
	bool hello_begun; /* a part of it has been looked at */
	int64_t handshake_us; /* when that began, by clock_monotonic() */
	bool close_after; /* this answer is the last */
	bool client_ended; /* it sends no more */
	bool encrypted;
	size_t discarded; /* bytes thrown away while closing */
};

/* Takes over the descriptor; `neighbour` is NULL for a trusted proxy. */
void http_connection_new(struct http_server *, int fd, const struct address *,
    struct neighbour *neighbour);
void http_connection_free(struct http_connection *);

/* A connection has gone. */
void server_counts_fewer(struct http_server *);

/* Into the next phase, with the deadline of that one. */
void connection_enter(struct http_connection *, enum connection_phase);

/* Gives it a stream, which from now on owns the descriptor. */
void connection_begin(struct http_connection *, struct bufferevent *);

/*
 * Sends an answer, at once as far as the kernel takes it, and goes on to the
 * next request.  May free the connection.
 */
void http_connection_answer(
    struct http_connection *, struct str fields, struct str body);

/* On the scoreboard, if the server is counted there. */
void http_server_count(const struct http_server *, enum score);
void http_server_tell_connections(const struct http_server *);

#endif
