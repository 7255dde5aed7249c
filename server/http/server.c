/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP side of a gate as a whole: deadlines, and how it begins and ends.
 */
#include "http/server.h"

#include <event2/event.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/memory.h"
#include "http/connection.h"
#include "http/door.h"
#include "http/exchange.h"
#include "http/handshake.h"
#include "loop/scoreboard.h"

/* Absolute, in seconds, by phase; 0: none (the handler has its own). */
static const int deadline_seconds[PHASE_COUNT] = {
	[PHASE_HELLO] = 5, /* to the end of the handshake */
	[PHASE_IDLE] = 15,
	[PHASE_HEAD] = 10,
	[PHASE_BODY] = 15,
	[PHASE_ANSWER] = 0,
	[PHASE_SENDING] = 30,
	[PHASE_CLOSING] = 2,
};

enum {
	CROWD_LEAST = 200, /* connections: 64 KiB of form each are worth it */
	SHRINKS = 4, /* a crowd leaves one by one: again for a while */
};

/* The same while draining: time for a request that is on its way. */
static const struct timeval drain_deadline = { 1, 0 };

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

/* What was freed goes back to the system only when asked. */
static void
server_shrink(evutil_socket_t fd, short what, void *argument)
{
	static const struct timeval later = { 10, 0 };
	struct http_server *server = argument;

	(void)fd, (void)what;
	server->crowd = server->connection_count;
	exchange_free_spare(server);
	malloc_trim(0);
	if (--server->shrinks_left > 0)
		event_add(server->shrink, &later);
}

void
server_counts_fewer(struct http_server *server)
{
	static const struct timeval soon = { 1, 0 };

	if (server->crowd >= CROWD_LEAST &&
	    server->connection_count <= server->crowd / 4 &&
	    !event_pending(server->shrink, EV_TIMEOUT, NULL)) {
		server->shrinks_left = SHRINKS;
		event_add(server->shrink, &soon);
	}
}

/*
 * Never so many connections that no descriptor is left for the database: a
 * limit of the system that is lower than the settings want is shared.
 */
static size_t
connections_affordable(size_t wanted)
{
	const rlim_t besides = HTTP_DESCRIPTORS_BESIDES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= wanted + besides)
		return wanted;
	return limit.rlim_cur > 2 * besides ? limit.rlim_cur - besides
					    : limit.rlim_cur / 2;
}

struct http_server *
http_server_new(struct event_base *base,
    const struct http_server_settings *settings,
    const struct http_handler *handler)
{
	struct http_server *server = memory_new(sizeof(*server));

	server->base = base;
	http_server_configure(server, settings);
	server->handler = *handler;
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		struct timeval deadline = { deadline_seconds[i], 0 };

		TAILQ_INIT(&server->in_phase[i]);
		if (deadline.tv_sec > 0)
			server->deadlines[i] =
			    event_base_init_common_timeout(base, &deadline);
	}
	server->shrink = evtimer_new(base, server_shrink, server);
	if (server->shrink == NULL)
		abort(); /* out of memory */
	handshakes_prepare(server);
	door_prepare(server);
	return server;
}

void
http_server_configure(
    struct http_server *server, const struct http_server_settings *settings)
{
	if (settings->tls == NULL && server->settings.tls != NULL)
		handshakes_abandon(server);
	server->settings = *settings;
	server->connections_most =
	    connections_affordable(settings->connections_most);
}

void
http_server_drain(struct http_server *server)
{
	static const enum connection_phase waiting[] = { PHASE_HELLO,
		PHASE_LINE, PHASE_HANDSHAKE, PHASE_IDLE, PHASE_HEAD };
	const struct timeval *deadline =
	    event_base_init_common_timeout(server->base, &drain_deadline);
	struct http_connection *c;

	server->draining = true;
	door_close(server);
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		server->deadlines[waiting[i]] = deadline;
		TAILQ_FOREACH(c, &server->in_phase[waiting[i]], link)
		event_add(&c->deadline, deadline);
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
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		while (!TAILQ_EMPTY(&server->in_phase[i]))
			http_connection_free(TAILQ_FIRST(&server->in_phase[i]));
	}
	exchange_free_spare(server);
	neighbours_clear(&server->neighbours);
	handshakes_clear(server);
	event_free(server->shrink);
	door_clear(server);
	free(server);
}
