/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection: connecting, handshake, writing, reading, resting.
 *
 * No bufferevent: it would not tell whether the request left before the
 * connection ended.  One event serves whatever the phase waits for.
 */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	REQUEST_LARGEST = 8 * 1024,
};

enum phase {
	PHASE_CLOSED,
	PHASE_CONNECTING,
	PHASE_HANDSHAKE,
	PHASE_WRITING,
	PHASE_READING,
	PHASE_RESTING,
};

struct link {
	struct link_settings settings;
	enum phase phase;
	int fd;
	SSL *tls;
	struct event io;
	struct event deadline;
	struct buf request;
	size_t sent;
	size_t have;
	bool reused;
	link_done *done;
	void *argument;
	char bytes[ANSWER_LARGEST];
};

static void link_io(evutil_socket_t, short, void *);

const char *
link_end_name(enum link_end end)
{
	static const char *const names[] = { "answered", "unsent", "stale",
		"broken", "late", "malformed" };

	return names[end];
}

static void
link_close(struct link *link)
{
	event_del(&link->io);
	if (link->tls != NULL) {
		SSL_set_quiet_shutdown(link->tls, 1);
		SSL_free(link->tls);
		link->tls = NULL;
	}
	if (link->phase != PHASE_CLOSED)
		close(link->fd);
	link->phase = PHASE_CLOSED;
}

static void
link_end(struct link *link, enum link_end end, const struct answer *answer)
{
	event_del(&link->deadline);
	link->done(link->argument, end, answer);
}

static void
link_fail(struct link *link, enum link_end end)
{
	link_close(link);
	link_end(link, end, NULL);
}

static enum link_end
link_lost(const struct link *link)
{
	if (link->phase < PHASE_WRITING)
		return LINK_UNSENT;
	return link->reused && link->have == 0 ? LINK_STALE : LINK_BROKEN;
}

static void
link_wait(struct link *link, short what)
{
	event_del(&link->io);
	event_assign(
	    &link->io, link->settings.base, link->fd, what, link_io, link);
	event_add(&link->io, NULL);
}

static void
link_set_deadline(struct link *link, unsigned milliseconds)
{
	struct timeval time = { .tv_sec = milliseconds / 1000,
		.tv_usec = (suseconds_t)(milliseconds % 1000) * 1000 };

	event_add(&link->deadline, &time);
}

/* What OpenSSL waits for; false if it has failed. */
static bool
link_wait_tls(struct link *link, int result)
{
	switch (SSL_get_error(link->tls, result)) {
	case SSL_ERROR_WANT_READ:
		link_wait(link, EV_READ);
		return true;
	case SSL_ERROR_WANT_WRITE:
		link_wait(link, EV_WRITE);
		return true;
	}
	ERR_clear_error();
	return false;
}

static void
link_begin_writing(struct link *link)
{
	link->phase = PHASE_WRITING;
	link->sent = link->have = 0;
	link_set_deadline(link, link->settings.answer_ms);
	link_wait(link, EV_WRITE);
}

static void
link_handshake(struct link *link)
{
	int result;

	ERR_clear_error();
	result = SSL_connect(link->tls);
	if (result == 1)
		link_begin_writing(link);
	else if (!link_wait_tls(link, result))
		link_fail(link, LINK_UNSENT);
}

static void
link_connected(struct link *link)
{
	int trouble = 0;
	socklen_t len = sizeof(trouble);

	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &trouble, &len) != 0 ||
	    trouble != 0) {
		link_fail(link, LINK_UNSENT);
		return;
	}
	if (link->settings.tls == NULL) {
		link_begin_writing(link);
		return;
	}
	link->phase = PHASE_HANDSHAKE;
	link->tls = SSL_new(link->settings.tls);
	if (link->tls == NULL || SSL_set_fd(link->tls, link->fd) != 1)
		abort(); /* out of memory */
	link_handshake(link);
}

/* Bytes, 0: wait for the event that is armed, -1: over. */
static ssize_t
link_write(struct link *link, struct str bytes)
{
	ssize_t count;

	if (link->tls != NULL) {
		ERR_clear_error();
		count = SSL_write(link->tls, bytes.at, (int)bytes.len);
		if (count > 0)
			return count;
		return link_wait_tls(link, (int)count) ? 0 : -1;
	}
	count = send(link->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
	if (count >= 0 || (errno != EAGAIN && errno != EINTR))
		return count;
	link_wait(link, EV_WRITE);
	return 0;
}

static ssize_t
link_read(struct link *link, char *at, size_t room)
{
	ssize_t count;

	if (link->tls != NULL) {
		ERR_clear_error();
		count = SSL_read(link->tls, at, (int)room);
		if (count > 0)
			return count;
		return link_wait_tls(link, (int)count) ? 0 : -1;
	}
	count = recv(link->fd, at, room, 0);
	if (count > 0)
		return count;
	if (count == 0 || (errno != EAGAIN && errno != EINTR))
		return -1;
	link_wait(link, EV_READ);
	return 0;
}

static void
link_send(struct link *link)
{
	struct str left = str_from(buf_str(&link->request), link->sent);
	ssize_t count = link_write(link, left);

	if (count < 0) {
		link_fail(link, link_lost(link));
		return;
	}
	link->sent += (size_t)count;
	if (link->sent == link->request.len) {
		link->phase = PHASE_READING;
		link_wait(link, EV_READ);
	} else if (count > 0) {
		link_wait(link, EV_WRITE);
	}
}

static void
link_rest(struct link *link, const struct answer *answer)
{
	if (answer->closes) {
		link_close(link);
	} else {
		link->phase = PHASE_RESTING;
		link_wait(link, EV_READ); /* for its end */
	}
	link_end(link, LINK_ANSWERED, answer);
}

/* All there is: with TLS a second record may wait where no event sees it. */
static void
link_receive(struct link *link)
{
	enum answer_state state = ANSWER_PARTIAL;
	struct answer answer;
	ssize_t count = 1;

	while (state == ANSWER_PARTIAL && count > 0) {
		count = link_read(link, link->bytes + link->have,
		    sizeof(link->bytes) - link->have);
		if (count > 0)
			link->have += (size_t)count;
		state = answer_read(
		    (struct str){ link->bytes, link->have }, &answer);
	}
	if (state == ANSWER_WHOLE)
		link_rest(link, &answer);
	else if (state == ANSWER_MALFORMED)
		link_fail(link, LINK_MALFORMED);
	else if (count < 0)
		link_fail(link, link_lost(link));
}

/* Nothing is due here but the end, or records of TLS that mean nothing. */
static void
link_rouse(struct link *link)
{
	char byte;

	if (link_read(link, &byte, 1) != 0)
		link_close(link);
}

static void
link_io(evutil_socket_t fd, short what, void *argument)
{
	struct link *link = argument;

	(void)fd, (void)what;
	switch (link->phase) {
	case PHASE_CLOSED:
		break;
	case PHASE_CONNECTING:
		link_connected(link);
		break;
	case PHASE_HANDSHAKE:
		link_handshake(link);
		break;
	case PHASE_WRITING:
		link_send(link);
		break;
	case PHASE_READING:
		link_receive(link);
		break;
	case PHASE_RESTING:
		link_rouse(link);
		break;
	}
}

static void
link_expired(evutil_socket_t fd, short what, void *argument)
{
	struct link *link = argument;

	(void)fd, (void)what;
	link_fail(link, link->phase < PHASE_WRITING ? LINK_UNSENT : LINK_LATE);
}

static struct sockaddr_in
loopback(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(address) };
}

static bool
link_connect(struct link *link)
{
	struct sockaddr_in from = loopback(link->settings.from, 0);
	struct sockaddr_in to = loopback(INADDR_LOOPBACK, link->settings.port);
	const int on = 1;

	link->fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd < 0)
		return false;
	link->phase = PHASE_CONNECTING;
	/* without a port yet, so that one may serve towards several nodes */
	(void)setsockopt(
	    link->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	(void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(link->fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    (connect(link->fd, (struct sockaddr *)&to, sizeof(to)) != 0 &&
		errno != EINPROGRESS)) {
		link_close(link);
		return false;
	}
	link_wait(link, EV_WRITE);
	return true;
}

struct link *
link_new(const struct link_settings *settings)
{
	struct link *link = memory_new(sizeof(*link));

	link->settings = *settings;
	link->request = (struct buf)BUF_INIT(REQUEST_LARGEST);
	event_assign(&link->io, settings->base, -1, 0, link_io, link);
	evtimer_assign(&link->deadline, settings->base, link_expired, link);
	return link;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	link_close(link);
	event_del(&link->deadline);
	buf_clear(&link->request);
	free(link);
}

void
link_ask(struct link *link, struct str request, link_done *done, void *argument)
{
	buf_reset(&link->request);
	buf_text(&link->request, request);
	link->done = done;
	link->argument = argument;
	link->have = 0;
	link->reused = link->phase == PHASE_RESTING;
	if (link->reused) {
		link_begin_writing(link);
		return;
	}
	/* a refusal comes back by way of the deadline, from the loop */
	link_set_deadline(
	    link, link_connect(link) ? link->settings.connect_ms : 0);
}
