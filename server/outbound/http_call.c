/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calling applications, each call on a thread of the pool.
 */
#include "outbound/http_call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "loop/flow.h"
#include "outbound/http_talk.h"
#include "workers/pool.h"

enum {
	IDLE_MOST = 16
};

struct http_caller {
	struct http_caller_settings settings;
	struct pool *pool;
	atomic_bool stopping;

	/* Handles for the next calls: a handle remembers the authorities that
	 * it has read, which takes longer than all the rest of a call. */
	pthread_mutex_t lock;
	CURL *idle[IDLE_MOST];
	size_t idle_count;
};

struct call_item {
	struct pool_item item; /* first */
	struct http_caller *caller;
	struct flow *flow;
	struct http_call call; /* with copies of its texts */
	struct http_call_result *into;
	struct http_call_result result;
};

struct http_caller *
http_caller_new(
    struct event_base *base, const struct http_caller_settings *settings)
{
	struct http_caller *caller = memory_new(sizeof(*caller));

	caller->settings = *settings;
	pthread_mutex_init(&caller->lock, NULL);
	caller->pool =
	    pool_new(base, settings->parallel, 2 * settings->parallel);
	return caller;
}

void
http_caller_stop(struct http_caller *caller)
{
	atomic_store(&caller->stopping, true);
}

void
http_caller_free(struct http_caller *caller)
{
	if (caller == NULL)
		return;
	pool_free(caller->pool);
	for (size_t i = 0; i < caller->idle_count; i++)
		curl_easy_cleanup(caller->idle[i]);
	pthread_mutex_destroy(&caller->lock);
	free(caller);
}

static CURL *
caller_take(struct http_caller *caller)
{
	CURL *easy = NULL;

	pthread_mutex_lock(&caller->lock);
	if (caller->idle_count > 0)
		easy = caller->idle[--caller->idle_count];
	pthread_mutex_unlock(&caller->lock);
	if (easy == NULL)
		easy = curl_easy_init();
	if (easy == NULL)
		abort(); /* out of memory */
	return easy;
}

static void
caller_give_back(struct http_caller *caller, CURL *easy)
{
	curl_easy_reset(easy);
	pthread_mutex_lock(&caller->lock);
	if (caller->idle_count < IDLE_MOST) {
		caller->idle[caller->idle_count++] = easy;
		easy = NULL;
	}
	pthread_mutex_unlock(&caller->lock);
	curl_easy_cleanup(easy);
}

static struct str
text_new(struct str text)
{
	if (text.at == NULL)
		return STR_NONE;
	return (struct str){ memory_text(text.at, text.len), text.len };
}

static void
text_free(struct str text)
{
	char *at = (char *)(uintptr_t)text.at; /* made by text_new() */

	if (at == NULL)
		return;
	bytes_wipe(at, text.len);
	free(at);
}

static void
call_item_work(struct pool_item *item)
{
	struct call_item *c = (struct call_item *)item;
	CURL *easy = caller_take(c->caller);

	http_talk(&(struct http_talk){ .easy = easy,
		      .settings = &c->caller->settings,
		      .call = &c->call,
		      .stopping = &c->caller->stopping },
	    &c->result);
	caller_give_back(c->caller, easy);
}

static void
call_item_finished(struct pool_item *item)
{
	struct call_item *c = (struct call_item *)item;
	struct flow *f = c->flow;

	*c->into = c->result;
	text_free(c->call.url);
	text_free(c->call.content_type);
	text_free(c->call.body);
	free(c);
	flow_answered(f, NULL);
}

void
http_call(struct http_caller *caller, struct flow *f,
    const struct http_call *call, struct http_call_result *into)
{
	struct call_item *c = memory_new(sizeof(*c));

	*c = (struct call_item){
		.item = { .work = call_item_work,
		    .finished = call_item_finished },
		.caller = caller,
		.flow = f,
		.call = *call,
		.into = into,
	};
	c->call.url = text_new(call->url);
	c->call.content_type = text_new(call->content_type);
	c->call.body = text_new(call->body);
	flow_asked(f, "application");
	if (!pool_submit(caller->pool, &c->item))
		abort(); /* more than `parallel`: a mistake of the caller's */
}
