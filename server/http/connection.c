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
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/bytes.h"
#include "base/memory.h"

enum {
	READ_MOST = HTTP_HEAD_LARGEST + 4096, /* held unread at most */
	DISCARD_MOST = 64 * 1024, /* read and thrown away while closing */
};

struct http_exchange *
exchange_new(struct http_connection *c)
{
	struct http_server *server = c->server;
	struct http_exchange *x = server->spare;

	if (x != NULL) {
		server->spare = x->next_spare;
		server->spare_count--;
	} else {
		x = memory_new(sizeof(*x));
	}
	x->server = server;
	x->connection = c;
	x->client = c->peer;
	x->looked = x->have = 0;
	x->chunks = (struct http_chunks){ 0 };
	x->body = (struct buf)BUF_INIT(HTTP_BODY_LARGEST);
	x->refused = false;
	return x;
}

/* Heads hold cookies and bodies passwords: both are wiped. */
void
exchange_free(struct http_exchange *x)
{
	struct http_server *server = x->server;

	bytes_wipe(x->bytes, x->have);
	buf_clear(&x->body);
	if (server->spare_count >= EXCHANGES_SPARE) {
		free(x);
		return;
	}
	x->next_spare = server->spare;
	server->spare = x;
	server->spare_count++;
}

static void
connection_enter(struct http_connection *c, enum connection_phase phase)
{
	c->phase = phase;
	if (c->server->deadlines[phase] != NULL)
		event_add(&c->deadline, c->server->deadlines[phase]);
	else
		event_del(&c->deadline); /* the handler keeps its own */
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
	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		server->connections = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	if (c->neighbour != NULL)
		c->neighbour->connections--;
	server->connection_count--;
	http_server_tell_connections(server);
	event_del(&c->deadline);
	bufferevent_free(c->stream);
	free(c);
}

/* Tells the client that no more comes, and waits a little for its own end:
 * closing at once could make the kernel throw away the last answer. */
static void
connection_close(struct http_connection *c)
{
	SSL *tls = bufferevent_openssl_get_ssl(c->stream);

	if (tls != NULL)
		(void)SSL_shutdown(tls); /* best effort: FIN follows anyway */
	shutdown(bufferevent_getfd(c->stream), SHUT_WR);
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

/* Several lines are one list: the last is the nearest proxy's. */
static struct str
last_forwarded_for(const struct http_head *head)
{
	for (size_t i = head->field_count; i > 0; i--) {
		if (str_equal_nocase(
			head->fields[i - 1].name, STR("X-Forwarded-For")))
			return head->fields[i - 1].value;
	}
	return STR_NONE;
}

static void
exchange_find_client(struct http_exchange *x, struct http_connection *c)
{
	const struct networks *proxies = &c->server->settings.trusted_proxies;

	if (proxies->count > 0)
		x->client = address_forwarded(
		    proxies, c->peer, last_forwarded_for(&x->head));
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
	exchange_find_client(x, c);
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
	if (c->phase == PHASE_IDLE && evbuffer_get_length(in) > 0) {
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

/* The answer has left: on to the next request, or the end. */
static void
connection_go_on(struct http_connection *c)
{
	struct evbuffer *in = bufferevent_get_input(c->stream);

	if (c->client_ended) {
		http_connection_free(c);
		return;
	}
	if (c->close_after || c->server->draining) {
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
	sent = sendmsg(bufferevent_getfd(c->stream), &message,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
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
	struct http_connection *c = argument;

	(void)fd, (void)what;
	if (c->phase == PHASE_HEAD || c->phase == PHASE_BODY)
		connection_refuse(c, 408);
	else
		http_connection_free(c);
}

static struct bufferevent *
connection_stream(struct http_server *server, int fd)
{
	SSL *tls;

	if (server->settings.tls == NULL)
		return bufferevent_socket_new(
		    server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	tls = SSL_new(server->settings.tls);
	if (tls == NULL)
		return NULL;
	return bufferevent_openssl_socket_new(server->base, fd, tls,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

bool
http_connection_new(
    struct http_server *server, int fd, const struct sockaddr *peer)
{
	struct http_connection *c = memory_new(sizeof(*c));
	const int on = 1;

	c->server = server;
	c->encrypted = server->settings.tls != NULL;
	c->stream = connection_stream(server, fd);
	if (c->stream == NULL || !address_from_socket(peer, &c->peer)) {
		if (c->stream != NULL)
			bufferevent_free(c->stream);
		else
			evutil_closesocket(fd);
		free(c);
		return false;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->next = server->connections;
	if (c->next != NULL)
		c->next->previous = c;
	server->connections = c;
	server->connection_count++;
	http_server_tell_connections(server);
	evtimer_assign(&c->deadline, server->base, connection_overdue, c);
	bufferevent_setcb(c->stream, connection_readable, connection_sent,
	    connection_event, c);
	bufferevent_setwatermark(c->stream, EV_READ, 0, READ_MOST);
	connection_enter(c, c->encrypted ? PHASE_HANDSHAKE : PHASE_IDLE);
	bufferevent_enable(c->stream, EV_READ | EV_WRITE);
	return true;
}
