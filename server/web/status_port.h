/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status listener: /ready and /metrics of the node, in plain HTTP, for
 * probes and Prometheus.
 *
 * One socket, shared by all gates: whichever accepts answers for all of them.
 * Nothing here asks the database, waits, or leaves an access line.
 */
#ifndef WEB_STATUS_PORT_H
#define WEB_STATUS_PORT_H

struct event_base;
struct http_server;

/* The socket stays the caller's; NULL for -1, which is none. */
struct http_server *status_server_new(struct event_base *, int listener);

#endif
