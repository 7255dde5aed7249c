/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a TLS connection begins.
 *
 * A handshake costs a signature and tens of KiB, so it starts when the whole
 * first record of the client is there, and not more than so many are under way;
 * the others wait in a line.  Whoever then stalls for longer than a second
 * loses the place to the next in the line: else a few silent clients could
 * keep everybody out.
 */
#include "http/handshake.h"

#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "http/complaint.h"
#include "http/connection.h"
#include "loop/clock.h"

enum {
	RECORD_HEAD = 5, /* type, version, length */
	RECORD_HANDSHAKE = 22,
	RECORD_LARGEST = 16384,
	STALLED_US = 1000 * 1000,
};

static const struct timeval relief_interval = { 0, 100 * 1000 };

enum hello {
	HELLO_MORE,
	HELLO_WHOLE,
	HELLO_OTHER, /* something, but not TLS */
	HELLO_GONE,
};

/* `*wanted` is how many bytes must be there before it is worth a look. */
static enum hello
hello_look(int fd, int *wanted)
{
	uint8_t head[RECORD_HEAD];
	ssize_t len = recv(fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);
	int present = 0;

	if (len <= 0 || ioctl(fd, FIONREAD, &present) != 0)
		return HELLO_GONE;
	if (head[0] != RECORD_HANDSHAKE || (len > 1 && head[1] != 3))
		return HELLO_OTHER;
	*wanted = RECORD_HEAD;
	if (len == RECORD_HEAD)
		*wanted += head[3] << 8 | head[4];
	if (*wanted > RECORD_HEAD + RECORD_LARGEST)
		return HELLO_OTHER;
	return len == RECORD_HEAD && present >= *wanted ? HELLO_WHOLE
							: HELLO_MORE;
}

static void
handshake_begin(struct http_connection *c)
{
	struct http_server *server = c->server;
	SSL *tls = SSL_new(server->settings.tls);
	struct bufferevent *stream;

	if (tls == NULL)
		abort(); /* out of memory */
	stream = bufferevent_openssl_socket_new(server->base, c->fd, tls,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (stream == NULL)
		abort(); /* out of memory */
	connection_enter(c, PHASE_HANDSHAKE);
	c->handshake_us = clock_monotonic();
	connection_begin(c, stream);
}

static void
handshake_line_up(struct http_connection *c)
{
	struct http_server *server = c->server;

	event_free(c->hello);
	c->hello = NULL;
	c->hello_begun = false;
	connection_enter(c, PHASE_LINE);
	handshakes_go_on(server);
	if (!TAILQ_EMPTY(&server->in_phase[PHASE_LINE]) &&
	    !event_pending(server->relief, EV_TIMEOUT, NULL))
		event_add(server->relief, &relief_interval);
}

/*
 * Readable with less than was asked for: the client sends no more, or the
 * kernel is short of memory.  OpenSSL finds out which.
 */
static void
hello_readable(evutil_socket_t fd, short what, void *argument)
{
	struct http_connection *c = argument;
	int wanted = 1, before = 1;
	socklen_t size = sizeof(before);

	(void)what;
	switch (hello_look(fd, &wanted)) {
	case HELLO_MORE:
		c->hello_begun = true;
		getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &before, &size);
		if (wanted > before) {
			setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &wanted,
			    sizeof(wanted));
			return;
		}
		break;
	case HELLO_WHOLE:
		break;
	case HELLO_OTHER:
		complain(
		    "connection refused", &c->peer, "it does not speak TLS");
		http_connection_free(c);
		return;
	case HELLO_GONE:
		http_connection_free(c);
		return;
	}
	wanted = 1;
	setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof(wanted));
	handshake_line_up(c);
}

void
handshake_await(struct http_connection *c)
{
	c->hello = event_new(
	    c->server->base, c->fd, EV_READ | EV_PERSIST, hello_readable, c);
	if (c->hello == NULL)
		abort(); /* out of memory */
	event_add(c->hello, NULL);
}

void
handshakes_go_on(struct http_server *server)
{
	struct connection_list *line = &server->in_phase[PHASE_LINE];

	while (!TAILQ_EMPTY(line) && server->count[PHASE_HANDSHAKE] <
					 server->settings.handshakes_most)
		handshake_begin(TAILQ_FIRST(line));
}

static void
handshakes_relieve(evutil_socket_t fd, short what, void *argument)
{
	struct http_server *server = argument;
	struct connection_list *line = &server->in_phase[PHASE_LINE];
	int64_t began_before = clock_monotonic() - STALLED_US;

	(void)fd, (void)what;
	while (!TAILQ_EMPTY(line)) {
		struct http_connection *oldest =
		    TAILQ_FIRST(&server->in_phase[PHASE_HANDSHAKE]);

		if (oldest->handshake_us > began_before) {
			event_add(server->relief, &relief_interval);
			return;
		}
		http_server_count(server, SCORE_REFUSED_HANDSHAKES);
		http_connection_free(oldest); /* begins the next */
	}
}

void
handshakes_abandon(struct http_server *server)
{
	static const enum connection_phase before[] = { PHASE_LINE,
		PHASE_HELLO };

	for (size_t i = 0; i < COUNT_OF(before); i++) {
		struct connection_list *list = &server->in_phase[before[i]];

		while (!TAILQ_EMPTY(list))
			http_connection_free(TAILQ_FIRST(list));
	}
}

void
handshakes_prepare(struct http_server *server)
{
	server->relief = evtimer_new(server->base, handshakes_relieve, server);
	if (server->relief == NULL)
		abort(); /* out of memory */
}

void
handshakes_clear(struct http_server *server)
{
	event_free(server->relief);
}
