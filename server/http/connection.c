/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: bytes to requests, answers to bytes, in strict turn.
 *
 * While the handler has a request nothing of the next is looked at, and no more
 * is held of it than the read watermark, so a client cannot overtake its own
 * answer.  Each phase has one absolute deadline; bytes that trickle in do
 * not extend it.
 */
#include "http/connection.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/memory.h"
#include "http/complaint.h"
#include "http/exchange.h"
#include "http/handshake.h"

enum {
	READ_MOST = HTTP_HEAD_LARGEST + 4096, /* held unread at most */
	READING_MOST = 512, /* requests of which a part has come */
	UNREAD_MS = 30 * 1000, /* that the kernel keeps an answer unread */
	DISCARD_MOST = 64 * 1024, /* read and thrown away while closing */
};

static void
connection_leave(struct http_connection *c)
{
	struct http_server *server = c->server;

	TAILQ_REMOVE(&server->in_phase[c->phase], c, link);
	server->count[c->phase]--;
}

static void
connection_join(struct http_connection *c, enum connection_phase phase)
{
	struct http_server *server = c->server;

	c->phase = phase;
	c->entered = ++server->entries;
	TAILQ_INSERT_TAIL(&server->in_phase[phase], c, link);
	server->count[phase]++;
	if (phase == PHASE_LINE || phase == PHASE_HANDSHAKE)
		return; /* the deadline of the hello goes on */
	if (server->deadlines[phase] != NULL)
		event_add(&c->deadline, server->deadlines[phase]);
	else
		event_del(&c->deadline); /* the handler keeps its own */
}

void
connection_enter(struct http_connection *c, enum connection_phase phase)
{
	bool agreed = c->phase == PHASE_HANDSHAKE;

	connection_leave(c);
	connection_join(c, phase);
	if (agreed)
		handshakes_go_on(c->server);
}

void
http_connection_free(struct http_connection *c)
{
	struct http_server *server = c->server;

	if (c->exchange != NULL) {
		c->exchange->connection = NULL;
		if (c->phase != PHASE_ANSWER)
			exchange_free(c->exchange);
	}
	connection_leave(c);
	if (c->neighbour != NULL)
		c->neighbour->connections--;
	server->connection_count--;
	http_server_tell_connections(server);
	event_del(&c->deadline);
	if (c->hello != NULL)
		event_free(c->hello);
	if (c->stream != NULL)
		bufferevent_free(c->stream);
	else
		close(c->fd);
	free(c);
	server_counts_fewer(server);
	handshakes_go_on(server);
}

/* Tells the client that no more comes, and waits a little for its own end:
 * closing at once could make the kernel throw away the last answer. */
static void
connection_close(struct http_connection *c)
{
	SSL *tls = bufferevent_openssl_get_ssl(c->stream);

	if (tls != NULL)
		(void)SSL_shutdown(tls); /* best effort: FIN follows anyway */
	shutdown(c->fd, SHUT_WR);
	c->discarded = 0;
	connection_enter(c, PHASE_CLOSING);
	bufferevent_enable(c->stream, EV_READ);
}

static void
connection_refuse(struct http_connection *c, unsigned status)
{
	struct http_exchange *x = c->exchange;
	const struct http_handler *handler = &c->server->handler;

	x->refused = true;
	c->close_after = true;
	connection_enter(c, PHASE_ANSWER);
	handler->refused(x, status, handler->context);
}

static void
connection_deliver(struct http_connection *c)
{
	struct http_exchange *x = c->exchange;
	const struct http_handler *handler = &c->server->handler;

	c->close_after = !x->head.keep_alive || c->server->draining;
	connection_enter(c, PHASE_ANSWER);
	handler->request(x, handler->context);
}

/* False: more bytes have to come, or the connection is gone. */
static bool
connection_read_head(struct http_connection *c, struct evbuffer *in)
{
	struct http_exchange *x = c->exchange;
	size_t present = evbuffer_get_length(in);
	struct evbuffer_ptr from;
	unsigned status = 400;
	ev_ssize_t copied;

	if (present > sizeof(x->bytes))
		present = sizeof(x->bytes);
	if (present == x->have)
		return false;
	evbuffer_ptr_set(in, &from, x->have, EVBUFFER_PTR_SET);
	copied = evbuffer_copyout_from(
	    in, &from, x->bytes + x->have, present - x->have);
	if (copied < 0)
		return false;
	x->have += (size_t)copied;

	switch (http_head_read(
	    &x->head, (struct str){ x->bytes, x->have }, &x->looked, &status)) {
	case HTTP_MORE:
		return false;
	case HTTP_BAD:
		connection_refuse(c, status);
		return false;
	case HTTP_READY:
		break;
	}
	evbuffer_drain(in, x->head.size);
	exchange_find_client(x);
	if (x->head.content_length == 0 && !x->head.chunked) {
		connection_deliver(c);
		return false;
	}
	connection_enter(c, PHASE_BODY);
	if (x->head.expect_continue)
		evbuffer_add_printf(bufferevent_get_output(c->stream),
		    "HTTP/1.1 100 Continue\r\n\r\n");
	return true;
}

/* Room grows with what has come, not with what was promised. */
static void
connection_read_length(struct http_connection *c, struct evbuffer *in)
{
	struct http_exchange *x = c->exchange;
	size_t wanted = x->head.content_length - x->body.len;
	size_t present = evbuffer_get_length(in);
	char *room;
	int taken;

	if (wanted > present)
		wanted = present;
	room = buf_reserve(&x->body, wanted);
	assert(room != NULL); /* the reader has seen to the limit */
	taken = evbuffer_remove(in, room, wanted);
	if (taken > 0)
		x->body.len += (size_t)taken;
	if (x->body.len == x->head.content_length)
		connection_deliver(c);
}

static void
connection_read_chunks(struct http_connection *c, struct evbuffer *in)
{
	struct http_exchange *x = c->exchange;
	enum http_outcome outcome = HTTP_MORE;
	unsigned status = 400;
	size_t taken;

	do {
		struct str bytes, content = STR_NONE;

		bytes.len = evbuffer_get_length(in);
		bytes.at = (const char *)evbuffer_pullup(in, -1);
		taken = 0;
		outcome = http_chunks_read(
		    &x->chunks, bytes, &taken, &content, &status);
		if (outcome != HTTP_BAD)
			buf_text(&x->body, content);
		evbuffer_drain(in, taken);
	} while (outcome == HTTP_MORE && taken > 0);

	assert(buf_ok(&x->body)); /* the reader has seen to the limit */
	if (outcome == HTTP_READY)
		connection_deliver(c);
	else if (outcome == HTTP_BAD)
		connection_refuse(c, status);
}

static void
connection_discard(struct http_connection *c, struct evbuffer *in)
{
	c->discarded += evbuffer_get_length(in);
	evbuffer_drain(in, evbuffer_get_length(in));
	if (c->discarded > DISCARD_MOST)
		http_connection_free(c);
}

/*
 * A request that comes in pieces takes tens of KiB until it is whole, so there
 * are only so many: the one that takes longest gives way.
 */
static void
reading_make_room(struct http_server *server)
{
	struct http_connection *head, *body;

	if (server->count[PHASE_HEAD] + server->count[PHASE_BODY] <
	    READING_MOST)
		return;
	head = TAILQ_FIRST(&server->in_phase[PHASE_HEAD]);
	body = TAILQ_FIRST(&server->in_phase[PHASE_BODY]);
	if (head == NULL || (body != NULL && body->entered < head->entered))
		head = body;
	connection_refuse(head, 408);
}

static bool
connection_speaks_tls(struct http_connection *c, struct evbuffer *in)
{
	char first;

	return !c->encrypted && evbuffer_copyout(in, &first, 1) == 1 &&
	       first == 0x16;
}

static void
connection_readable(struct bufferevent *stream, void *argument)
{
	struct http_connection *c = argument;
	struct evbuffer *in = bufferevent_get_input(stream);

	if (c->phase == PHASE_CLOSING) {
		connection_discard(c, in);
		return;
	}
	if (c->phase == PHASE_ANSWER || c->phase == PHASE_SENDING)
		return; /* the next was sent ahead: in its turn */
	if (c->phase == PHASE_IDLE && connection_speaks_tls(c, in)) {
		complain("connection refused", &c->peer,
		    "it speaks TLS where plain HTTP is spoken");
		http_connection_free(c);
		return;
	}
	if (c->phase == PHASE_IDLE && evbuffer_get_length(in) > 0) {
		reading_make_room(c->server);
		c->exchange = exchange_new(c);
		connection_enter(c, PHASE_HEAD);
	}
	if (c->phase == PHASE_HEAD && !connection_read_head(c, in))
		return;
	if (c->phase != PHASE_BODY)
		return;
	if (c->exchange->head.chunked)
		connection_read_chunks(c, in);
	else
		connection_read_length(c, in);
}

/*
 * The answer has left: on to the next request, or the end.  A client that was
 * not told of the end may have sent its next request already, so that a drain
 * which began meanwhile waits for the next answer.
 */
static void
connection_go_on(struct http_connection *c)
{
	struct evbuffer *in = bufferevent_get_input(c->stream);

	if (c->client_ended) {
		http_connection_free(c);
		return;
	}
	if (c->close_after) {
		connection_close(c);
		return;
	}
	connection_enter(c, PHASE_IDLE);
	if (evbuffer_get_length(in) > 0) /* the next was sent ahead */
		bufferevent_trigger(c->stream, EV_READ,
		    BEV_TRIG_IGNORE_WATERMARKS | BEV_TRIG_DEFER_CALLBACKS);
}

static void
connection_sent(struct bufferevent *stream, void *argument)
{
	struct http_connection *c = argument;

	if (c->phase == PHASE_SENDING &&
	    evbuffer_get_length(bufferevent_get_output(stream)) == 0)
		connection_go_on(c);
}

/* What the kernel takes without waiting: most answers go in one call. */
static size_t
send_at_once(struct http_connection *c, struct str fields, struct str body)
{
	struct iovec parts[] = {
		{ (void *)(uintptr_t)fields.at, fields.len },
		{ (void *)(uintptr_t)body.at, body.len },
	};
	struct msghdr message = { .msg_iov = parts,
		.msg_iovlen = COUNT_OF(parts) };
	ssize_t sent;

	if (c->encrypted ||
	    evbuffer_get_length(bufferevent_get_output(c->stream)) > 0)
		return 0;
	sent = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent > 0 ? (size_t)sent : 0;
}

void
http_connection_answer(
    struct http_connection *c, struct str fields, struct str body)
{
	struct evbuffer *out = bufferevent_get_output(c->stream);
	size_t sent = send_at_once(c, fields, body);
	size_t of_fields = sent < fields.len ? sent : fields.len;

	assert(c->phase == PHASE_ANSWER);
	c->exchange = NULL;
	connection_enter(c, PHASE_SENDING);
	if (sent == fields.len + body.len) {
		connection_go_on(c);
		return;
	}
	evbuffer_add(out, fields.at + of_fields, fields.len - of_fields);
	sent -= of_fields;
	if (body.len > sent)
		evbuffer_add(out, body.at + sent, body.len - sent);
}

static void
connection_event(struct bufferevent *stream, short what, void *argument)
{
	struct http_connection *c = argument;

	(void)stream;
	if (what & BEV_EVENT_CONNECTED) { /* the TLS handshake is done */
		connection_enter(c, PHASE_IDLE);
		return;
	}
	/* It may still wait for its answer; behind the end of TLS libevent
	 * writes nothing more. */
	if (what & BEV_EVENT_EOF && c->server->settings.tls == NULL &&
	    (c->phase == PHASE_ANSWER || c->phase == PHASE_SENDING)) {
		c->client_ended = true;
		return;
	}
	http_connection_free(c);
}

static void
connection_overdue(evutil_socket_t fd, short what, void *argument)
{
	static const struct linger reset = { .l_onoff = 1 };
	struct http_connection *c = argument;

	(void)fd, (void)what;
	if (c->phase == PHASE_HEAD || c->phase == PHASE_BODY) {
		connection_refuse(c, 408);
		return;
	}
	if (c->phase == PHASE_SENDING) /* the kernel need not go on trying */
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	http_connection_free(c);
}

void
connection_begin(struct http_connection *c, struct bufferevent *stream)
{
	c->stream = stream;
	bufferevent_setcb(
	    stream, connection_readable, connection_sent, connection_event, c);
	bufferevent_setwatermark(stream, EV_READ, 0, READ_MOST);
	bufferevent_enable(stream, EV_READ | EV_WRITE);
}

static void
connection_begin_plain(struct http_connection *c)
{
	struct bufferevent *stream = bufferevent_socket_new(
	    c->server->base, c->fd, BEV_OPT_CLOSE_ON_FREE);

	if (stream == NULL)
		abort(); /* out of memory */
	connection_begin(c, stream);
}

void
http_connection_new(struct http_server *server, int fd,
    const struct address *peer, struct neighbour *neighbour)
{
	struct http_connection *c = memory_new(sizeof(*c));
	const int on = 1;
	const unsigned unread = UNREAD_MS;

	c->server = server;
	c->encrypted = server->settings.tls != NULL;
	c->fd = fd;
	c->peer = *peer;
	c->neighbour = neighbour;
	if (neighbour != NULL)
		neighbour->connections++;
	server->connection_count++;
	http_server_tell_connections(server);
	if (server->connection_count > server->crowd)
		server->crowd = server->connection_count;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unread, sizeof(unread));
	evtimer_assign(&c->deadline, server->base, connection_overdue, c);
	if (c->encrypted) {
		connection_join(c, PHASE_HELLO);
		handshake_await(c);
	} else {
		connection_join(c, PHASE_IDLE);
		connection_begin_plain(c);
	}
}
