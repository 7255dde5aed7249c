/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP side of a gate: connections in, requests to a handler, answers out.
 *
 * Every phase of a connection has an absolute deadline, and connections are
 * capped in number, in all and for each address, so that no visitor can hold
 * more than a fair share.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/str.h"
#include "text/address.h"
#include "text/http.h"

struct event_base;
struct http_exchange;
struct http_server;
struct ssl_ctx_st;

struct http_handler {
	/*
	 * A whole request has arrived.  The handler owns the exchange until it
	 * answers it with http_reply(), be it at once or later.
	 */
	void (*request)(struct http_exchange *, void *context);
	/* The bytes were no request: answer with this status. */
	void (*refused)(struct http_exchange *, unsigned status, void *context);
	void *context;
};

enum {
	HTTP_DESCRIPTORS_BESIDES = 256, /* files and database, beside those of
					   connections */
};

struct http_server_settings {
	struct ssl_ctx_st *tls; /* NULL: plain HTTP */
	size_t connections_most; /* fewer where descriptors are scarce */
	size_t handshakes_most; /* at the same time */
	size_t connections_per_address; /* of an IPv6 /64 */
	size_t connections_per_crowded_address; /* of these networks: */
	struct networks crowded_networks;
	struct networks trusted_proxies;
	bool plain_origin; /* the public address is http: no HSTS */
	bool uncounted; /* not of the service: no part of the scoreboard */
};

struct http_server *http_server_new(struct event_base *,
    const struct http_server_settings *, const struct http_handler *);

/*
 * Other settings from now on.  Connections that are there keep their TLS; what
 * the old settings point to is looked at no more.
 */
void http_server_configure(
    struct http_server *, const struct http_server_settings *);

/*
 * Accepts from a listening socket too, which stays the caller's; and no more
 * from it, leaving to others who waits there.
 */
void http_server_listen(struct http_server *, int socket);
void http_server_leave(struct http_server *, int socket);

/*
 * Takes in who is waiting to connect and then nobody any more, gives requests
 * that are on their way a second to arrive, and closes each connection behind
 * its next answer.  http_server_connections() then falls to zero.
 */
void http_server_drain(struct http_server *);
size_t http_server_connections(const struct http_server *);

/* Closes what is left; only when the handler has no exchange any more. */
void http_server_free(struct http_server *);

/* What the request said; views are good until http_reply(). */
const struct http_head *http_exchange_head(const struct http_exchange *);
struct str http_exchange_body(const struct http_exchange *);

/* The client's address; a trusted proxy's word is believed. */
struct address http_exchange_client(const struct http_exchange *);

/* What kind of answer it is decides its security headers. */
enum http_kind {
	HTTP_PAGE, /* a page that loads only our own style and images */
	HTTP_PAGE_LEAVING, /* its form may end at an application: the browser
			      applies form-action to every later hop */
	HTTP_PAGE_SCRIPTED, /* likewise, and it may run our own script */
	HTTP_PAGE_ASKING, /* as HTTP_PAGE, and it asks for images at
			     `images_from` */
	HTTP_DATA, /* for machines, and bare redirects */
	HTTP_ASSET, /* may be cached for ever: its name has its hash */
};

struct http_response {
	unsigned status;
	enum http_kind kind;
	struct str content_type; /* STR_NONE: no body */
	struct str location; /* STR_NONE: no such field */
	/* Origins, each with a blank before, for HTTP_PAGE_ASKING. */
	struct str images_from;
	struct str fields; /* further whole "Name: value\r\n" lines */
	struct str cookies; /* whole "Set-Cookie: ...\r\n" lines */
	unsigned retry_after; /* seconds; 0: no such field */
	struct str allow; /* for a 405: the methods there are */
	bool close; /* close the connection afterwards */
	struct str body;
};

/* Sends the answer, or drops it if the client is gone; frees the exchange. */
void http_reply(struct http_exchange *, const struct http_response *);

#endif
