/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on a connection (inside http/ only).
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "base/buf.h"
#include "http/server.h"

struct http_connection;

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

struct http_exchange *exchange_new(struct http_connection *);
/* A trusted proxy's word is believed; the head must have been read. */
void exchange_find_client(struct http_exchange *);
void exchange_free(struct http_exchange *);

/* Lets go of those that are kept for the next requests. */
void exchange_free_spare(struct http_server *);

#endif
