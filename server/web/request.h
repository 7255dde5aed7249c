/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request on its way through the house, and the ways to answer it.
 *
 * Every answering function returns FLOW_DONE, so that a step replies and ends
 * in one line.  Everything a request points to lives in its arena.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "loop/flow.h"
#include "store/audit.h"
#include "text/address.h"
#include "text/params.h"
#include "web/page.h"
#include "web/snapshot.h"

struct configuration;
struct gate;
struct http_exchange;
struct http_response;
struct protection;
struct registry;
struct route;

enum {
	REQUEST_ID_SIZE = 17
};

struct request {
	struct arena arena;
	struct gate *gate;
	struct configuration *configuration; /* counted */
	struct http_exchange *exchange; /* NULL once answered */
	const struct route *route;
	struct registry *registry; /* counted; see web/snapshot.h */
	struct protection *protection; /* the same */
	unsigned active_key; /* generation of keys to make new things with */
	unsigned throttle_key; /* and to name counters of failures with */
	char id[REQUEST_ID_SIZE]; /* also the support code on error pages */
	int64_t now; /* microseconds since 1970 UTC */
	int64_t began_us; /* monotonic */
	bool is_post;
	bool refused; /* no request: the bytes could not be read as one */
	struct str method;
	struct str path; /* as sent */
	struct str local_path; /* behind the prefix */
	struct params params; /* of the query, then of the form */
	struct str body; /* of a route with ROUTE_BODY, of any Content-Type */
	struct str cookie_header;
	struct str user_agent; /* cut */
	char client[ADDRESS_TEXT_SIZE];
	size_t language; /* place in page_languages() */
	bool form_verified; /* the forgery token was right */
	struct buf cookies; /* lines to send with the answer */

	/* What the access line says besides; empty or 0: nothing. */
	struct str outcome;
	struct str service; /* an address, without its query */
	int64_t session;

	struct str images_from; /* origins that PAGE_SIGNED_OUT asks */
	struct str allow; /* methods, to say with a 405 */
	unsigned
	    retry_after; /* seconds, to say with a 429; 0: nothing to say */
	struct snapshot_waiter waiter; /* for a newer registry */
	void *page; /* state of the route's flow */
};

/* The request of a flow, and the state that its route keeps. */
struct request *request_of(const struct flow *);

struct audit_origin request_origin(const struct request *);

/* The value of a cookie by its name, STR_NONE if absent or doubtful. */
struct str request_cookie(const struct request *, struct str name);

/* Cookies go out with whatever answer is given. */
void request_set_cookie(struct request *, struct str name, struct str value,
    int64_t max_age_seconds); /* 0: until the browser closes */
void request_clear_cookie(struct request *, struct str name);

/* An absolute address of ours: origin, prefix and `path`. */
struct str request_own_url(struct request *, const char *path);

/* The address of a file in static/, by its name there. */
struct str request_asset_url(struct request *, struct str file);

/* A moment in the request's language. */
struct str request_moment_words(struct request *, int64_t at);

/* What every page shows, in the request's language. */
void request_fill_frame(struct request *, struct page_frame *);

/* Answers.  Each is the last thing that is done with a request. */
enum flow_next reply_page(
    struct request *, enum page, unsigned status, const void *content);
enum flow_next reply_error(struct request *, unsigned status);
enum flow_next reply_redirect(
    struct request *, unsigned status, struct str location);
enum flow_next reply_text(struct request *, unsigned status,
    struct str content_type, struct str body);
enum flow_next reply_with(struct request *, struct http_response *);

#endif
