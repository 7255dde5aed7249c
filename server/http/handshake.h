/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a TLS connection begins (inside http/ only): it costs nothing before the
 * client has said its hello, and only so many handshakes are done at a time.
 */
#ifndef HTTP_HANDSHAKE_H
#define HTTP_HANDSHAKE_H

struct http_connection;
struct http_server;

void handshakes_prepare(struct http_server *);
void handshakes_clear(struct http_server *);

/* Lets those go who have not begun: TLS is no longer spoken. */
void handshakes_abandon(struct http_server *);

/* Waits for the hello of a connection that is in PHASE_HELLO. */
void handshake_await(struct http_connection *);

/* One has ended, well or badly: it is another's turn. */
void handshakes_go_on(struct http_server *);

#endif
