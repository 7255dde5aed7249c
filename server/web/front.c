/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a read request to its route: everything that holds for all routes is
 * decided here, before any of them runs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "cas/registry.h"
#include "crypto/random.h"
#include "loop/clock.h"
#include "loop/scoreboard.h"
#include "text/cookie.h"
#include "text/messages.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/protection.h"
#include "web/request.h"
#include "web/routes.h"

enum {
	FLOW_DEADLINE_MS = 5000,
	USER_AGENT_LONGEST = 256,
	COOKIES_LONGEST = 4096,
	YEAR = 365 * 86400, /* seconds */
};

#define LANGUAGE_COOKIE STR("__Host-language")

/*
 * 16 hexadecimal digits: four random bytes drawn once a process, and a count.
 * Unique enough to find a line in a log; nothing depends on guessing it.
 */
static void
request_name(char id[static REQUEST_ID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	static uint64_t name; /* the random half, then the count */
	uint8_t start[4];

	if (name == 0) {
		random_bytes(start, sizeof(start));
		name = bytes_get_be(start, sizeof(start)) << 32;
	}
	name++;
	for (unsigned i = 0; i < REQUEST_ID_SIZE - 1; i++)
		id[i] = digits[name >> (60 - 4 * i) & 0xf];
	id[REQUEST_ID_SIZE - 1] = '\0';
}

static struct request *
request_new(struct gate *gate, struct http_exchange *x)
{
	struct request *rq = memory_new(sizeof(*rq));
	struct address client = http_exchange_client(x);

	rq->gate = gate;
	rq->configuration = configuration_ref(gate->configuration);
	rq->exchange = x;
	rq->now = clock_now();
	rq->began_us = clock_monotonic();
	rq->language = page_default_language(rq->configuration->pages);
	rq->cookies = (struct buf)BUF_INIT(COOKIES_LONGEST);
	if (gate->registry != NULL) {
		rq->registry = registry_ref(gate->registry);
		rq->protection = protection_ref(gate->protection);
	}
	if (snapshot_usable(gate)) {
		rq->active_key = (unsigned)gate->generation.active_key;
		rq->throttle_key = (unsigned)gate->generation.throttle_key;
	}
	request_name(rq->id);
	address_text(&client, rq->client);
	return rq;
}

static void
request_release(void *state)
{
	struct request *rq = state;

	buf_clear(&rq->cookies);
	registry_unref(rq->registry);
	protection_unref(rq->protection);
	configuration_unref(rq->configuration);
	arena_clear(&rq->arena);
	free(rq);
}

static void
request_unavailable(void *state)
{
	struct request *rq = state;

	(void)reply_error(rq, 503);
}

static const struct flow_ops request_ops = {
	.unavailable = request_unavailable,
	.release = request_release,
};

static const char *const method_names[] = {
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",
	[HTTP_DELETE] = "DELETE",
};

/* The head's bytes go away with the exchange, the request may stay longer. */
static void
request_read_head(struct request *rq, const struct http_head *head)
{
	struct str agent = http_field(head, STR("User-Agent"));

	rq->is_post = head->method == HTTP_POST;
	rq->method = str_of(method_names[head->method]);
	rq->path = arena_text(&rq->arena, head->path);
	rq->cookie_header = arena_text(&rq->arena, head->cookie);
	if (str_is_utf8(agent))
		rq->user_agent = arena_text(
		    &rq->arena, str_first(agent, USER_AGENT_LONGEST));
	params_add(
	    &rq->params, arena_text(&rq->arena, head->query), &rq->arena);
}

/* The first wish that can be met; one that cannot does not hide the next. */
static void
request_choose_language(struct request *rq, const struct http_head *head)
{
	const struct page_set *pages = rq->configuration->pages;
	size_t count, chosen;
	const struct str *languages = page_languages(pages, &count);
	struct str locale, wishes[3];

	(void)params_get(&rq->params, STR("locale"), &locale);
	wishes[0] = locale;
	wishes[1] = request_cookie(rq, LANGUAGE_COOKIE);
	wishes[2] = http_field(head, STR("Accept-Language"));
	chosen = count;
	for (size_t i = 0; i < COUNT_OF(wishes) && chosen == count; i++) {
		if (wishes[i].len > 0)
			chosen = messages_choose(wishes[i], languages, count);
	}
	if (chosen < count)
		rq->language = chosen;
	if (str_equal(locale, languages[rq->language]))
		request_set_cookie(rq, LANGUAGE_COOKIE, locale, YEAR);
}

/* The port may be left out: old clients do (architecture D1). */
static bool
host_is_ours(const struct gate_settings *settings, struct str host)
{
	size_t name = settings->host.len;

	if (!str_equal_nocase(str_first(host, name), settings->host))
		return false;
	if (host.len == name)
		return true;
	return host.at[name] == ':' &&
	       str_equal(str_from(host, name + 1), settings->port);
}

/*
 * The path behind the prefix; STR_NONE if it is not below it.  Some clients
 * join a prefix that ends in a slash with a path that starts with one: at that
 * one place "//" counts as "/".
 */
static struct str
path_below_prefix(struct str prefix, struct str path)
{
	if (!str_starts(path, prefix))
		return STR_NONE;
	path = str_from(path, prefix.len);
	if (path.len == 0)
		return STR("/");
	if (path.at[0] != '/')
		return STR_NONE;
	if (path.len > 1 && path.at[1] == '/')
		path = str_from(path, 1);
	return path;
}

static enum route_method
method_of(const struct http_head *head)
{
	static const enum route_method methods[] = {
		[HTTP_GET] = ON_GET,
		[HTTP_HEAD] = ON_HEAD,
		[HTTP_POST] = ON_POST,
		[HTTP_DELETE] = ON_DELETE,
	};

	return methods[head->method];
}

/* "GET, HEAD, POST" of a path, for a 405. */
static struct str
allow_text(struct request *rq, unsigned methods)
{
	static const struct {
		enum route_method method;
		const char *name;
	} names[] = {
		{ ON_GET, "GET" },
		{ ON_HEAD, "HEAD" },
		{ ON_POST, "POST" },
		{ ON_DELETE, "DELETE" },
	};
	CLEANUP(buf_clear) struct buf text = BUF_INIT(64);

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!(methods & names[i].method))
			continue;
		buf_words(&text, text.len > 0 ? ", " : "");
		buf_words(&text, names[i].name);
	}
	return arena_text(&rq->arena, buf_str(&text));
}

/* 0, or the status to refuse with. */
static unsigned
request_find_route(struct request *rq, const struct http_head *head)
{
	const struct gate_settings *settings = &rq->configuration->settings;
	enum route_method method = method_of(head);
	unsigned others;

	rq->route = route_find(rq->path, method, &others);
	if (rq->route != NULL && rq->route->flags & ROUTE_PROBE)
		return 0;
	rq->route = NULL;
	if (!host_is_ours(settings, head->host) &&
	    (head->host.len > 0 || head->minor_version > 0))
		return 421;
	rq->local_path = path_below_prefix(settings->prefix, rq->path);
	rq->route = route_find(rq->local_path, method, &others);
	if (rq->route != NULL && rq->route->flags & ROUTE_PROBE) {
		rq->route = NULL; /* these stand outside the prefix only */
		return 404;
	}
	if (rq->route != NULL)
		return 0;
	rq->allow = allow_text(rq, others);
	return others != 0 ? 405 : 404;
}

static bool
is_urlencoded(struct str content_type)
{
	struct str type, parameters, name, value;

	(void)str_cut(content_type, ';', &type, &parameters);
	if (!str_equal_nocase(
		str_trim(type), STR("application/x-www-form-urlencoded")))
		return false;
	if (parameters.len == 0)
		return true;
	return str_cut(str_trim(parameters), '=', &name, &value) &&
	       str_equal_nocase(name, STR("charset")) &&
	       str_equal_nocase(value, STR("utf-8"));
}

/* A field that stands there twice says nothing, and so not this. */
static bool
field_says_other(
    const struct http_head *head, struct str name, struct str wanted)
{
	return http_has_field(head, name) &&
	       !str_equal_nocase(http_field(head, name), wanted);
}

/*
 * A form of ours is posted from a page of ours.  Browsers say so in one of two
 * fields; a request that has neither must still know the form's token.
 */
static bool
is_same_origin(const struct request *rq, const struct http_head *head)
{
	return !field_says_other(
		   head, STR("Sec-Fetch-Site"), STR("same-origin")) &&
	       !field_says_other(
		   head, STR("Origin"), rq->configuration->settings.origin);
}

/* 0, or the status to refuse with. */
static unsigned
request_read_form(struct request *rq, const struct http_head *head)
{
	struct str body = http_exchange_body(rq->exchange);

	if (!rq->is_post)
		return 0;
	if (rq->route->flags & (ROUTE_FORM | ROUTE_OURS) &&
	    !is_same_origin(rq, head))
		return 403;
	if (body.len == 0)
		return 0;
	if (http_has_field(head, STR("Content-Encoding")))
		return 415;
	if (rq->route->flags & ROUTE_BODY) {
		rq->body = arena_text(&rq->arena, body);
		return 0;
	}
	if (!is_urlencoded(head->content_type))
		return 415;
	params_add(&rq->params, arena_text(&rq->arena, body), &rq->arena);
	return 0;
}

static void
front_request(struct http_exchange *x, void *context)
{
	struct request *rq = request_new(context, x);
	const struct http_head *head = http_exchange_head(x);
	unsigned refusal;

	request_read_head(rq, head);
	refusal = request_find_route(rq, head);
	if (rq->route != NULL && rq->route->flags & ROUTE_MACHINE)
		rq->cookie_header = STR_NONE;
	else
		request_choose_language(rq, head);
	if (refusal == 0)
		refusal = request_read_form(rq, head);
	if (params_repeat(&rq->params))
		rq->params.crooked = true;
	if (refusal == 0 && rq->params.crooked &&
	    !(rq->route->flags & ROUTE_MACHINE))
		refusal = 400;
	if (refusal != 0) {
		(void)reply_error(rq, refusal);
		request_release(rq);
		return;
	}
	if (rq->route->state_size > 0)
		rq->page = arena_alloc(&rq->arena, rq->route->state_size);
	flow_start(&(struct flow_start){
	    .base = rq->gate->base,
	    .steps = rq->route->steps,
	    .ops = &request_ops,
	    .state = rq,
	    .arena = &rq->arena,
	    .id = rq->id,
	    .name = rq->route->path,
	    .slow_us = rq->configuration->settings.slow_us,
	    .deadline_ms = FLOW_DEADLINE_MS,
	});
}

static enum score
score_of_refused_head(unsigned status)
{
	switch (status) {
	case 400:
		return SCORE_HEAD_400;
	case 405:
		return SCORE_HEAD_405;
	case 408:
		return SCORE_HEAD_408;
	case 413:
		return SCORE_HEAD_413;
	case 414:
		return SCORE_HEAD_414;
	case 431:
		return SCORE_HEAD_431;
	default:
		return SCORE_HEAD_OTHER;
	}
}

static void
front_refused(struct http_exchange *x, unsigned status, void *context)
{
	struct request *rq = request_new(context, x);

	scoreboard_count(score_of_refused_head(status));
	rq->refused = true;
	rq->method = STR("-");
	rq->path = STR("-");
	if (status == 405)
		rq->allow = STR("GET, HEAD, POST");
	(void)reply_error(rq, status);
	request_release(rq);
}

struct http_handler
gate_handler(struct gate *gate)
{
	return (struct http_handler){
		.request = front_request,
		.refused = front_refused,
		.context = gate,
	};
}
