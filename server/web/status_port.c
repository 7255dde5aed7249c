/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status listener.
 */
#include "web/status_port.h"

#include "base/buf.h"
#include "base/memory.h"
#include "http/server.h"
#include "text/metrics.h"
#include "web/metrics.h"
#include "web/readiness.h"

enum {
	CONNECTIONS_MOST = 64, /* probes are few, and not trusted either */
	CONNECTIONS_PER_ADDRESS = 32,
	BODY_LARGEST = 1024 * 1024,
	BODY_USUAL = 32 * 1024,
};

#define PLAIN_TEXT STR("text/plain; charset=utf-8")

struct status_answer {
	unsigned status;
	struct str content_type;
	struct buf body;
};

static void
answer_health(struct status_answer *answer)
{
	buf_words(&answer->body, "ok\n");
}

static void
answer_ready(struct status_answer *answer)
{
	CLEANUP(buf_clear) struct buf reasons = BUF_INIT(BODY_LARGEST / 2);
	struct readiness now = readiness_now(&reasons);

	answer->status = now.ready ? 200 : 503;
	buf_words(&answer->body, now.ready ? "ready\n" : "not ready\n");
	buf_format(&answer->body, "gates_ready %zu of %zu\n", now.gates_ready,
	    now.gates);
	buf_text(&answer->body, buf_str(&reasons));
}

static void
answer_metrics(struct status_answer *answer)
{
	answer->content_type = STR(METRICS_CONTENT_TYPE);
	(void)buf_reserve(&answer->body, BODY_USUAL);
	node_metrics_write(&answer->body);
}

static const struct {
	struct str path;
	void (*answer)(struct status_answer *);
} pages[] = {
	{ STR_INIT("/ready"), answer_ready },
	{ STR_INIT("/metrics"), answer_metrics },
	{ STR_INIT("/healthz"), answer_health },
};

static void
status_reply(struct http_exchange *x, struct status_answer *answer)
{
	if (!buf_ok(&answer->body)) {
		buf_reset(&answer->body);
		answer->status = 500;
	}
	if (answer->status != 200 && answer->body.len == 0)
		buf_format(&answer->body, "%u %s\n", answer->status,
		    http_reason(answer->status));
	http_reply(
	    x, &(struct http_response){
		   .status = answer->status,
		   .kind = HTTP_DATA,
		   .content_type = answer->content_type,
		   .allow = answer->status == 405 ? STR("GET, HEAD") : STR_NONE,
		   .body = buf_str(&answer->body),
	       });
	buf_clear(&answer->body);
}

static void
status_request(struct http_exchange *x, void *context)
{
	const struct http_head *head = http_exchange_head(x);
	struct status_answer answer = { 404, PLAIN_TEXT,
		BUF_INIT(BODY_LARGEST) };

	(void)context;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		if (!str_equal(head->path, pages[i].path))
			continue;
		answer.status = 405;
		if (head->method != HTTP_GET && head->method != HTTP_HEAD)
			break;
		answer.status = 200;
		pages[i].answer(&answer);
		break;
	}
	status_reply(x, &answer);
}

static void
status_refused(struct http_exchange *x, unsigned status, void *context)
{
	struct status_answer answer = { status, PLAIN_TEXT,
		BUF_INIT(BODY_LARGEST) };

	(void)context;
	status_reply(x, &answer);
}

struct http_server *
status_server_new(struct event_base *base, int listener)
{
	static const struct http_handler handler = {
		.request = status_request,
		.refused = status_refused,
	};
	const struct http_server_settings settings = {
		.connections_most = CONNECTIONS_MOST,
		.connections_per_address = CONNECTIONS_PER_ADDRESS,
		.plain_origin = true,
		.uncounted = true,
	};

	struct http_server *server;

	if (listener < 0)
		return NULL;
	server = http_server_new(base, &settings, &handler);
	http_server_listen(server, listener);
	return server;
}
