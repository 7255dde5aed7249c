/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: its phases and deadlines (inside http/ only).
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <event2/event_struct.h>

#include "base/buf.h"
#include "http/server.h"
#include "loop/scores.h"

struct bufferevent;
struct http_connection;

enum connection_phase {
	PHASE_HANDSHAKE, /* TLS is being agreed */
	PHASE_IDLE, /* nothing of a next request has come */
	PHASE_HEAD,
	PHASE_BODY,
	PHASE_ANSWER, /* the handler has the request */
	PHASE_SENDING,
	PHASE_CLOSING, /* all sent; waiting for the client to close */
	PHASE_COUNT,
};

/* Connections of one address (of one /64). */
struct neighbour {
	struct neighbour *next;
	struct address address;
	size_t connections;
};

/* A socket to accept from. */
struct http_listener {
	struct http_listener *next;
	int socket;
	struct evconnlistener *accepting;
};

enum {
	NEIGHBOUR_BUCKETS = 1024,
	EXCHANGES_SPARE = 64
};

struct http_server {
	struct event_base *base;
	struct http_server_settings settings;
	struct http_handler handler;
	struct http_listener *listeners;
	struct event *accept_again; /* after running out of descriptors */
	int reserve_fd; /* given up to turn a client away then */
	struct http_connection *connections;
	size_t connection_count;
	struct neighbour *neighbours[NEIGHBOUR_BUCKETS];
	const struct timeval *deadlines[PHASE_COUNT];
	struct http_exchange *spare; /* for reuse */
	size_t spare_count;
	int64_t accept_complained_us; /* when last */
	bool draining;
};

struct http_connection {
	struct http_connection *next, *previous;
	struct http_server *server;
	struct bufferevent *stream;
	struct http_exchange *exchange; /* NULL while idle */
	struct neighbour *neighbour; /* NULL for a trusted proxy */
	struct address peer;
	struct event deadline;
	enum connection_phase phase;
	bool close_after; /* this answer is the last */
	bool client_ended; /* it sends no more */
	bool encrypted;
	size_t discarded; /* bytes thrown away while closing */
};

/* One request on a connection, and the memory of its head. */
struct http_exchange {
	struct http_exchange *next_spare;
	struct http_server *server;
	struct http_connection *connection; /* NULL: the client is gone */
	struct address client;
	struct http_head head;
	size_t looked; /* see http_head_read() */
	size_t have; /* bytes of bytes[] */
	struct http_chunks chunks;
	struct buf body;
	bool refused; /* no request: head is not filled in */
	char bytes[HTTP_HEAD_LARGEST];
};

/* Takes over the descriptor; false if it had to be closed. */
bool http_connection_new(struct http_server *, int fd, const struct sockaddr *);
void http_connection_free(struct http_connection *);

/*
 * Sends an answer, at once as far as the kernel takes it, and goes on to the
 * next request.  May free the connection.
 */
void http_connection_answer(
    struct http_connection *, struct str fields, struct str body);

/* On the scoreboard, if the server is counted there. */
void http_server_count(const struct http_server *, enum score);
void http_server_tell_connections(const struct http_server *);

struct http_exchange *exchange_new(struct http_connection *);
void exchange_free(struct http_exchange *);

#endif
