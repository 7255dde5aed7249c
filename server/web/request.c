/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request: what came with it, and the ways to answer it.
 */
#include "web/request.h"

#include <assert.h>

#include "base/log.h"
#include "http/server.h"
#include "loop/clock.h"
#include "loop/log_limit.h"
#include "loop/scoreboard.h"
#include "text/cookie.h"
#include "text/escape.h"
#include "text/moment.h"
#include "web/assets.h"
#include "web/configuration.h"
#include "web/routes.h"

enum {
	PAGE_LARGEST = 256 * 1024,
	PAGE_USUAL = 4000,
	LANGUAGE_URL_LONGEST = 16 * 1024,
	UNAVAILABLE_RETRY_S = 5,
	ACCESS_FIELDS_ALWAYS = 7,
	ACCESS_FIELDS_MOST = 10,
	MOMENT_LONGEST = 200,
};

struct request *
request_of(const struct flow *f)
{
	return flow_state(f);
}

struct audit_origin
request_origin(const struct request *rq)
{
	return (struct audit_origin){
		.at = rq->now,
		.client_address = str_of(rq->client),
		.request = str_of(rq->id),
	};
}

struct str
request_cookie(const struct request *rq, struct str name)
{
	return cookie_find(rq->cookie_header, name);
}

void
request_set_cookie(struct request *rq, struct str name, struct str value,
    int64_t max_age_seconds)
{
	struct buf *out = &rq->cookies;

	buf_words(out, "Set-Cookie: ");
	buf_text(out, name);
	buf_char(out, '=');
	buf_text(out, value);
	buf_words(out, "; Path=/; Secure; HttpOnly; SameSite=Lax");
	if (max_age_seconds > 0) {
		buf_words(out, "; Max-Age=");
		buf_number(out, (uint64_t)max_age_seconds);
	}
	buf_words(out, "\r\n");
}

void
request_clear_cookie(struct request *rq, struct str name)
{
	buf_format(&rq->cookies,
	    "Set-Cookie: %.*s=; Path=/; Secure; HttpOnly; SameSite=Lax; "
	    "Max-Age=0\r\n",
	    STR_ARGS(name));
}

struct str
request_own_url(struct request *rq, const char *path)
{
	const struct gate_settings *settings = &rq->configuration->settings;

	const struct str parts[] = { settings->origin, settings->prefix,
		str_of(path) };

	return arena_join(&rq->arena, parts, COUNT_OF(parts));
}

struct str
request_asset_url(struct request *rq, struct str file)
{
	const struct str parts[] = { rq->configuration->settings.prefix,
		STR("/static/"), asset_name(rq->configuration->assets, file) };

	return arena_join(&rq->arena, parts, COUNT_OF(parts));
}

/*
 * This page in another language, by a GET whatever brought it here: a query
 * without a path, so that the browser keeps the path, also one that is no page
 * of ours.  Names and passwords never go into an address.
 */
static struct str
language_url(struct request *rq, struct str tag)
{
	static const struct str kept[] = { STR_INIT("service"),
		STR_INIT("TARGET"), STR_INIT("method"), STR_INIT("renew"),
		STR_INIT("gateway"), STR_INIT("before") };
	CLEANUP(buf_clear) struct buf url = BUF_INIT(LANGUAGE_URL_LONGEST);
	struct str value;

	buf_words(&url, "?locale=");
	escape_url(&url, tag);
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		if (!params_has(&rq->params, kept[i]) ||
		    params_get(&rq->params, kept[i], &value) == PARAM_TWICE)
			continue;
		buf_char(&url, '&');
		buf_text(&url, kept[i]);
		buf_char(&url, '=');
		escape_url(&url, value);
	}
	if (!buf_ok(&url)) /* a service too long for any application */
		return arena_format(&rq->arena, "?locale=%.*s", STR_ARGS(tag));
	return arena_text(&rq->arena, buf_str(&url));
}

static struct template_list
language_links(struct request *rq)
{
	size_t count;
	const struct str *tags =
	    page_languages(rq->configuration->pages, &count);
	struct page_language *links =
	    arena_alloc(&rq->arena, count * sizeof(*links));

	for (size_t i = 0; i < count; i++) {
		links[i] = (struct page_language){
			.tag = tags[i],
			.name = page_language_name(rq->configuration->pages, i),
			.url = language_url(rq, tags[i]),
			.current = i == rq->language,
		};
	}
	return (struct template_list){ links, count };
}

struct str
request_moment_words(struct request *rq, int64_t at)
{
	CLEANUP(buf_clear) struct buf words = BUF_INIT(MOMENT_LONGEST);

	moment_write(page_moment_words(rq->configuration->pages, rq->language),
	    at, &words);
	return arena_text(&rq->arena, buf_str(&words));
}

void
request_fill_frame(struct request *rq, struct page_frame *frame)
{
	const struct gate_settings *settings = &rq->configuration->settings;
	size_t count;

	*frame = (struct page_frame){
		.language = page_languages(
		    rq->configuration->pages, &count)[rq->language],
		.institution = settings->institution,
		.style_url = request_asset_url(rq, STR("portillon.css")),
		.icon_url = request_asset_url(rq, STR("icon.svg")),
		.help_url = settings->help_url.len > 0
				? settings->help_url
				: request_own_url(rq, "/help"),
		.contact = settings->contact,
		.support_code = str_of(rq->id),
		.languages = language_links(rq),
	};
}

/* A path up to the ticket that somebody wrote into it. */
static struct str
path_for_log(const struct request *rq)
{
	static const struct str starts[] = { STR_INIT("/ST-"), STR_INIT("/PT-"),
		STR_INIT("/TGT-"), STR_INIT("/PGT-") };
	struct str path = rq->path;

	if (rq->route != NULL && rq->route->flags & ROUTE_SECRET)
		return str_first(path,
		    path.len - (rq->local_path.len - rq->route->path.len));
	if (str_find(path, '-') == path.len)
		return path; /* as most are */
	for (size_t i = 0; i < path.len; i++) {
		for (size_t k = 0; k < COUNT_OF(starts); k++) {
			if (str_starts(str_from(path, i), starts[k]))
				return str_first(path, i + starts[k].len);
		}
	}
	return path;
}

/*
 * One line a request.  Paths are logged, queries never: they carry tickets.
 * What was no request has an event of its own, which is limited.
 */
static void
log_access(const struct request *rq, const struct http_response *response,
    int64_t took_us)
{
	const char *event = rq->refused ? "bad request" : "access";
	struct log_field fields[ACCESS_FIELDS_MOST] = {
		LOG_TEXT("request", str_of(rq->id)),
		LOG_TEXT("client", str_of(rq->client)),
		LOG_TEXT("method", rq->method),
		LOG_TEXT("path", path_for_log(rq)),
		LOG_NUMBER("status", response->status),
		LOG_NUMBER("bytes", response->body.len),
		LOG_NUMBER("us", took_us),
	};
	size_t count = ACCESS_FIELDS_ALWAYS;

	if (rq->refused && !log_limit_allows(LOG_INFO, event))
		return;
	if (rq->outcome.len > 0)
		fields[count++] = LOG_TEXT("outcome", rq->outcome);
	if (rq->service.len > 0)
		fields[count++] = LOG_TEXT("service", rq->service);
	if (rq->session > 0)
		fields[count++] = LOG_NUMBER("session", rq->session);
	log_line(LOG_INFO, event, fields, count);
}

static void
count_request(const struct request *rq, unsigned status, int64_t took_us)
{
	unsigned flags = rq->route != NULL ? rq->route->flags : ROUTE_MACHINE;
	enum score_time group = flags & ROUTE_VALIDATES ? TIME_VALIDATION
				: flags & ROUTE_MACHINE ? TIME_OTHER
							: TIME_PAGES;
	size_t count, place = SIZE_MAX; /* no route */

	if (rq->refused)
		return;
	if (rq->route != NULL)
		place = (size_t)(rq->route - route_table(&count));
	scoreboard_request(place, rq->is_post, status);
	scoreboard_time(group, took_us);
}

enum flow_next
reply_with(struct request *rq, struct http_response *response)
{
	int64_t took_us = clock_monotonic() - rq->began_us;

	assert(rq->exchange != NULL); /* answered once, and only once */
	response->retry_after =
	    response->status == 503 ? UNAVAILABLE_RETRY_S : rq->retry_after;
	response->allow = response->status == 405 ? rq->allow : STR_NONE;
	if (response->status != 503)
		response->cookies = buf_str(&rq->cookies);
	log_access(rq, response, took_us);
	count_request(rq, response->status, took_us);
	http_reply(rq->exchange, response);
	rq->exchange = NULL;
	return FLOW_DONE;
}

static enum http_kind
page_kind(enum page page)
{
	switch (page) {
	case PAGE_LOGIN:
	case PAGE_WARNING:
	case PAGE_CODE:
	case PAGE_OFFER:
		return HTTP_PAGE_LEAVING;
	case PAGE_SET_UP:
	case PAGE_CODES:
	case PAGE_HAND_OVER:
		return HTTP_PAGE_SCRIPTED;
	case PAGE_SIGNED_OUT:
		return HTTP_PAGE_ASKING;
	default:
		return HTTP_PAGE;
	}
}

enum flow_next
reply_page(
    struct request *rq, enum page page, unsigned status, const void *content)
{
	CLEANUP(buf_clear) struct buf body = BUF_INIT(PAGE_LARGEST);

	(void)buf_reserve(&body, PAGE_USUAL); /* grows once, not five times */
	page_render(
	    rq->configuration->pages, page, rq->language, content, &body);
	if (!buf_ok(&body))
		return reply_text(rq, 500, STR("text/plain;charset=UTF-8"),
		    STR("The page became too large.\n"));
	return reply_with(
	    rq, &(struct http_response){
		    .status = status,
		    .kind = page_kind(page),
		    .images_from = rq->images_from,
		    .content_type = STR("text/html;charset=UTF-8"),
		    .body = buf_str(&body),
		});
}

static enum flow_next
reply_plain_error(struct request *rq, unsigned status)
{
	struct str body =
	    arena_format(&rq->arena, "%u %s\n", status, http_reason(status));

	return reply_with(
	    rq, &(struct http_response){
		    .status = status,
		    .kind = HTTP_DATA,
		    .content_type = STR("text/plain;charset=UTF-8"),
		    .body = body,
		});
}

enum flow_next
reply_error(struct request *rq, unsigned status)
{
	struct error_page page = {
		.status = arena_format(&rq->arena, "%u", status),
		.bad_request = status < 500 && status != 404 && status != 405,
		.not_found = status == 404 || status == 405,
		.unavailable = status == 503,
		.internal = status >= 500 && status != 503,
	};

	if (rq->route != NULL && rq->route->flags & ROUTE_MACHINE)
		return reply_plain_error(rq, status);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_ERROR, status, &page);
}

enum flow_next
reply_redirect(struct request *rq, unsigned status, struct str location)
{
	if (location.len == 0)
		return reply_error(rq, 500);
	return reply_with(rq, &(struct http_response){
				  .status = status,
				  .kind = HTTP_DATA,
				  .location = location,
			      });
}

enum flow_next
reply_text(struct request *rq, unsigned status, struct str content_type,
    struct str body)
{
	return reply_with(rq, &(struct http_response){
				  .status = status,
				  .kind = HTTP_DATA,
				  .content_type = content_type,
				  .body = body,
			      });
}
