/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener: who may connect, and how many at a time.
 *
 * Running out of descriptors must not make the loop spin: the listener rests
 * for a moment and one reserve descriptor turns the waiting client away.
 */
#include "http/server.h"

#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "http/connection.h"
#include "loop/clock.h"
#include "loop/log_limit.h"
#include "loop/scoreboard.h"

/* Absolute, in seconds, by phase; 0: none (the handler has its own). */
static const int deadline_seconds[PHASE_COUNT] = {
	[PHASE_HANDSHAKE] = 5,
	[PHASE_IDLE] = 15,
	[PHASE_HEAD] = 10,
	[PHASE_BODY] = 15,
	[PHASE_ANSWER] = 0,
	[PHASE_SENDING] = 30,
	[PHASE_CLOSING] = 2,
};

/* The same while draining: time for a request that is on its way. */
static const struct timeval drain_deadline = { 1, 0 };

enum {
	BACKLOG = 1024,
	COMPLAIN_EVERY_US = 1000 * 1000,
};

static size_t
neighbour_bucket(const struct address *address)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(address->bytes); i++)
		hash = (hash ^ address->bytes[i]) * 1099511628211u;
	return (size_t)(hash % NEIGHBOUR_BUCKETS);
}

/* Also forgets those of the same bucket that have no connection left. */
static struct neighbour *
neighbour_find(struct http_server *server, const struct address *peer)
{
	struct address near = address_neighbourhood(peer);
	struct neighbour **place = &server->neighbours[neighbour_bucket(&near)];
	struct neighbour *found = NULL;

	while (*place != NULL) {
		struct neighbour *here = *place;

		if (memcmp(&here->address, &near, sizeof(near)) == 0)
			found = here;
		if (here != found && here->connections == 0) {
			*place = here->next;
			free(here);
		} else {
			place = &here->next;
		}
	}
	if (found == NULL) {
		found = memory_new(sizeof(*found));
		found->address = near;
		*place = found;
	}
	return found;
}

void
http_server_count(const struct http_server *server, enum score score)
{
	if (!server->settings.uncounted)
		scoreboard_count(score);
}

void
http_server_tell_connections(const struct http_server *server)
{
	if (!server->settings.uncounted)
		scoreboard_level(
		    LEVEL_CONNECTIONS, (int64_t)server->connection_count);
}

/* Turned away without a word: nothing may be spent on whom there is no room
 * for. */
static void
server_refuse(struct http_server *server, int fd, const struct address *peer,
    enum score why)
{
	char text[ADDRESS_TEXT_SIZE];

	close(fd);
	http_server_count(server, why);
	if (!log_limit_allows(LOG_WARNING, "connection refused"))
		return;
	address_text(peer, text);
	log_event(LOG_WARNING, "connection refused",
	    LOG_TEXT("client", str_of(text)),
	    LOG_TEXT("why", why == SCORE_REFUSED_ADDRESS
				? STR("too many of this address")
				: STR("too many in all")),
	    LOG_NUMBER("connections", server->connection_count));
}

static void
server_accepted(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *peer, int len, void *argument)
{
	struct http_server *server = argument;
	const struct http_server_settings *settings = &server->settings;
	struct neighbour *neighbour = NULL;
	struct address address;

	(void)listener, (void)len;
	if (!address_from_socket(peer, &address)) {
		close(fd);
		return;
	}
	http_server_count(server, SCORE_ACCEPTED);
	if (server->connection_count >= settings->connections_most) {
		server_refuse(server, fd, &address, SCORE_REFUSED_TOTAL);
		return;
	}
	if (!networks_have(&settings->trusted_proxies, &address)) {
		neighbour = neighbour_find(server, &address);
		if (neighbour->connections >=
		    settings->connections_per_address) {
			server_refuse(
			    server, fd, &address, SCORE_REFUSED_ADDRESS);
			return;
		}
	}
	if (http_connection_new(server, fd, peer) && neighbour != NULL) {
		server->connections->neighbour = neighbour;
		neighbour->connections++;
	}
}

static void
server_accept_again(evutil_socket_t fd, short what, void *argument)
{
	struct http_server *server = argument;

	(void)fd, (void)what;
	for (struct http_listener *l = server->listeners; l != NULL;
	     l = l->next)
		evconnlistener_enable(l->accepting);
}

static void
server_accept_failed(struct evconnlistener *listener, void *argument)
{
	static const struct timeval rest = { 0, 100 * 1000 };
	struct http_server *server = argument;
	int64_t now = clock_monotonic();
	int client;

	if (now - server->accept_complained_us > COMPLAIN_EVERY_US) {
		server->accept_complained_us = now;
		log_event(LOG_WARNING, "accept failed",
		    LOG_TEXT("why", str_of(strerror(errno))),
		    LOG_NUMBER("connections", server->connection_count));
	}
	close(server->reserve_fd);
	client = accept(evconnlistener_get_fd(listener), NULL, NULL);
	if (client >= 0) {
		close(client);
		http_server_count(server, SCORE_REFUSED_DESCRIPTORS);
	}
	server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (struct http_listener *l = server->listeners; l != NULL;
	     l = l->next)
		evconnlistener_disable(l->accepting);
	event_add(server->accept_again, &rest);
}

struct http_server *
http_server_new(struct event_base *base,
    const struct http_server_settings *settings,
    const struct http_handler *handler)
{
	struct http_server *server = memory_new(sizeof(*server));

	server->base = base;
	server->settings = *settings;
	server->handler = *handler;
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		struct timeval deadline = { deadline_seconds[i], 0 };

		if (deadline.tv_sec > 0)
			server->deadlines[i] =
			    event_base_init_common_timeout(base, &deadline);
	}
	server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	server->accept_again = evtimer_new(base, server_accept_again, server);
	if (server->accept_again == NULL)
		abort(); /* out of memory */
	return server;
}

void
http_server_configure(
    struct http_server *server, const struct http_server_settings *settings)
{
	server->settings = *settings;
}

void
http_server_listen(struct http_server *server, int socket)
{
	struct http_listener *l = memory_new(sizeof(*l));

	l->socket = socket;
	l->accepting = evconnlistener_new(server->base, server_accepted, server,
	    LEV_OPT_CLOSE_ON_EXEC, BACKLOG, socket);
	if (l->accepting == NULL)
		abort(); /* out of memory */
	evconnlistener_set_error_cb(l->accepting, server_accept_failed);
	l->next = server->listeners;
	server->listeners = l;
}

void
http_server_leave(struct http_server *server, int socket)
{
	struct http_listener **place = &server->listeners;

	while (*place != NULL && (*place)->socket != socket)
		place = &(*place)->next;
	if (*place != NULL) {
		struct http_listener *left = *place;

		*place = left->next;
		evconnlistener_free(left->accepting);
		free(left);
	}
}

/* Takes in who has come, and tells the kernel to let nobody else wait. */
static void
server_close_door(struct http_server *server, struct http_listener *l)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int fd;

	evconnlistener_disable(l->accepting);
	while ((fd = accept4(l->socket, (struct sockaddr *)&peer, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		server_accepted(l->accepting, fd, (struct sockaddr *)&peer,
		    (int)len, server);
		len = sizeof(peer);
	}
	shutdown(l->socket, SHUT_RD);
}

void
http_server_drain(struct http_server *server)
{
	static const enum connection_phase waiting[] = { PHASE_HANDSHAKE,
		PHASE_IDLE, PHASE_HEAD };
	const struct timeval *deadline =
	    event_base_init_common_timeout(server->base, &drain_deadline);

	server->draining = true;
	event_del(server->accept_again);
	for (struct http_listener *l = server->listeners; l != NULL;
	     l = l->next)
		server_close_door(server, l);
	for (size_t i = 0; i < COUNT_OF(waiting); i++)
		server->deadlines[waiting[i]] = deadline;
	for (struct http_connection *c = server->connections; c != NULL;
	     c = c->next) {
		for (size_t i = 0; i < COUNT_OF(waiting); i++) {
			if (c->phase == waiting[i])
				event_add(&c->deadline, deadline);
		}
	}
}

size_t
http_server_connections(const struct http_server *server)
{
	return server->connection_count;
}

void
http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	while (server->connections != NULL)
		http_connection_free(server->connections);
	while (server->spare != NULL) {
		struct http_exchange *x = server->spare;

		server->spare = x->next_spare;
		free(x);
	}
	for (size_t i = 0; i < NEIGHBOUR_BUCKETS; i++) {
		while (server->neighbours[i] != NULL) {
			struct neighbour *here = server->neighbours[i];

			server->neighbours[i] = here->next;
			free(here);
		}
	}
	while (server->listeners != NULL)
		http_server_leave(server, server->listeners->socket);
	event_free(server->accept_again);
	close(server->reserve_fd);
	free(server);
}

const struct http_head *
http_exchange_head(const struct http_exchange *x)
{
	return &x->head;
}

struct str
http_exchange_body(const struct http_exchange *x)
{
	return buf_str(&x->body);
}

struct address
http_exchange_client(const struct http_exchange *x)
{
	return x->client;
}
