/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on a connection, and the memory of its head.
 *
 * The memory is used again, so it is wiped when a request is over: heads hold
 * cookies, bodies passwords.
 */
#include "http/exchange.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "http/connection.h"

enum {
	EXCHANGES_SPARE = 64
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

void
exchange_free_spare(struct http_server *server)
{
	while (server->spare != NULL) {
		struct http_exchange *x = server->spare;

		server->spare = x->next_spare;
		free(x);
	}
	server->spare_count = 0;
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

void
exchange_find_client(struct http_exchange *x)
{
	const struct networks *proxies = &x->server->settings.trusted_proxies;

	if (proxies->count > 0)
		x->client = address_forwarded(
		    proxies, x->client, last_forwarded_for(&x->head));
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
