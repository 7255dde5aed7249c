/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door: who may come in, and how many at a time.
 *
 * A full house makes room for a newcomer by closing a connection on which
 * nothing is asked, so that nobody keeps others out by merely being there.
 * Running out of descriptors must not make the loop spin: where closing one
 * does not help, the door rests for a moment.
 */
#include "http/door.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "http/complaint.h"
#include "http/connection.h"
#include "loop/scores.h"

enum {
	ACCEPTED_AT_ONCE = 64, /* before others have their turn */
	IDLE_LOOKED_AT = 16, /* to find one that may be closed */
	KERNEL_BUFFER = 64 * 1024, /* bytes, each way */
};

/* A socket to accept from. */
struct http_listener {
	struct http_listener *next;
	struct http_server *server;
	int socket;
	struct event *knock; /* somebody wants to connect */
};

static const struct timeval rest = { 0, 100 * 1000 };

/*
 * In this phase for longest, and with nothing new to read: who has sent a
 * request or a hello that we have not come to yet is not turned away.
 */
static struct http_connection *
door_find_idle(struct http_server *server, enum connection_phase phase)
{
	struct http_connection *c;
	unsigned looked = 0;

	TAILQ_FOREACH(c, &server->in_phase[phase], link)
	{
		int waiting = 0;

		if (looked++ == IDLE_LOOKED_AT)
			return NULL;
		if (ioctl(c->fd, FIONREAD, &waiting) != 0 || waiting == 0 ||
		    c->hello_begun)
			return c;
	}
	return NULL;
}

/* Has its answer already, or has not asked: the one for longest. */
static bool
door_make_room(struct http_server *server)
{
	struct http_connection *done =
	    TAILQ_FIRST(&server->in_phase[PHASE_CLOSING]);
	struct http_connection *silent = door_find_idle(server, PHASE_HELLO);
	struct http_connection *idle = door_find_idle(server, PHASE_IDLE);

	if (idle == NULL || (silent != NULL && silent->entered < idle->entered))
		idle = silent;
	if (done != NULL)
		idle = done;
	if (idle == NULL)
		return false;
	http_connection_free(idle);
	return true;
}

static size_t
door_allowance(
    const struct http_server_settings *settings, const struct address *peer)
{
	return networks_have(&settings->crowded_networks, peer)
		   ? settings->connections_per_crowded_address
		   : settings->connections_per_address;
}

/* Takes over the descriptor. */
static void
door_let_in(struct http_server *server, int fd, const struct address *peer)
{
	const struct http_server_settings *settings = &server->settings;
	struct neighbour *neighbour = NULL;

	http_server_count(server, SCORE_ACCEPTED);
	if (!networks_have(&settings->trusted_proxies, peer))
		neighbour = neighbours_find(&server->neighbours, peer);
	if (neighbour != NULL &&
	    neighbour->connections >= door_allowance(settings, peer)) {
		complain(
		    "connection refused", peer, "too many of this address");
		http_server_count(server, SCORE_REFUSED_ADDRESS);
		close(fd);
		return;
	}
	if (server->connection_count >= server->connections_most &&
	    !door_make_room(server)) {
		complain(
		    "connection refused", peer, "all connections are busy");
		http_server_count(server, SCORE_REFUSED_TOTAL);
		close(fd);
		return;
	}
	http_connection_new(server, fd, peer, neighbour);
}

static void
door_rest(struct http_server *server)
{
	for (struct http_listener *l = server->listeners; l != NULL;
	     l = l->next)
		event_del(l->knock);
	event_add(server->accept_again, &rest);
}

/*
 * What is closed here gives its descriptor back in the next turn of the loop.
 * Where nothing can be closed, the reserve serves to turn away the one who is
 * first in the queue.
 */
static void
door_out_of_descriptors(struct http_listener *l, const char *why)
{
	struct http_server *server = l->server;
	int client;

	complain("accept failed", NULL, why);
	if (door_make_room(server))
		return;
	close(server->reserve_fd);
	client = accept4(l->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (client >= 0) {
		close(client);
		http_server_count(server, SCORE_REFUSED_DESCRIPTORS);
	}
	server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	door_rest(server);
}

/* True while another may be waiting. */
static bool
door_accept(struct http_listener *l)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	struct address peer;
	int fd = accept4(l->socket, (struct sockaddr *)&from, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		if (address_from_socket((struct sockaddr *)&from, &peer))
			door_let_in(l->server, fd, &peer);
		else
			close(fd);
		return true;
	}
	if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO)
		return true; /* that one has gone */
	if (errno != EAGAIN)
		door_out_of_descriptors(l, strerror(errno));
	return false;
}

static void
door_knock(evutil_socket_t socket, short what, void *argument)
{
	(void)socket, (void)what;
	for (unsigned i = 0; i < ACCEPTED_AT_ONCE; i++) {
		if (!door_accept(argument))
			return;
	}
}

static void
door_accept_again(evutil_socket_t fd, short what, void *argument)
{
	struct http_server *server = argument;

	(void)fd, (void)what;
	for (struct http_listener *l = server->listeners; l != NULL;
	     l = l->next)
		event_add(l->knock, NULL);
}

/*
 * What the kernel keeps for a connection, which is megabytes if it is left to
 * itself: enough for several of our answers, and the largest body.  Accepted
 * connections inherit it.
 */
static void
door_limit_buffers(int listener)
{
	const int size = KERNEL_BUFFER;

	setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

void
http_server_listen(struct http_server *server, int socket)
{
	struct http_listener *l = memory_new(sizeof(*l));

	l->server = server;
	l->socket = socket;
	l->knock = event_new(
	    server->base, socket, EV_READ | EV_PERSIST, door_knock, l);
	if (l->knock == NULL)
		abort(); /* out of memory */
	door_limit_buffers(socket);
	event_add(l->knock, NULL);
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
		event_free(left->knock);
		free(left);
	}
}

void
door_prepare(struct http_server *server)
{
	server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	server->accept_again =
	    evtimer_new(server->base, door_accept_again, server);
	if (server->accept_again == NULL)
		abort(); /* out of memory */
}

void
door_close(struct http_server *server)
{
	for (struct http_listener *l = server->listeners; l != NULL;
	     l = l->next) {
		event_del(l->knock);
		while (door_accept(l))
			;
		shutdown(l->socket, SHUT_RD);
	}
	event_del(server->accept_again); /* nobody comes after this */
}

void
door_clear(struct http_server *server)
{
	while (server->listeners != NULL)
		http_server_leave(server, server->listeners->socket);
	event_free(server->accept_again);
	close(server->reserve_fd);
}
