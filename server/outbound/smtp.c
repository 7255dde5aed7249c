/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing mails over, each on a thread of the pool.
 */
#include "outbound/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "loop/flow.h"
#include "loop/wipe.h"
#include "outbound/smtp_talk.h"
#include "workers/pool.h"

struct smtp {
	struct smtp_settings settings;
	struct pool *pool;
	atomic_bool stopping;
};

struct smtp_item {
	struct pool_item item; /* first */
	struct smtp *smtp;
	struct flow *flow;
	struct smtp_result *into;
	struct smtp_result result;
	char *from;
	char *to;
	char *text;
	size_t text_len;
};

void
smtp_begin(void)
{
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free,
		wipe_and_resize, strdup, calloc) != CURLE_OK)
		abort();
}

struct smtp *
smtp_new(struct event_base *base, const struct smtp_settings *settings)
{
	struct smtp *smtp = memory_new(sizeof(*smtp));

	smtp->settings = *settings;
	smtp->pool = pool_new(base, settings->parallel, 2 * settings->parallel);
	return smtp;
}

void
smtp_stop(struct smtp *smtp)
{
	atomic_store(&smtp->stopping, true);
}

void
smtp_free(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	pool_free(smtp->pool);
	free(smtp);
}

static void
smtp_item_work(struct pool_item *item)
{
	struct smtp_item *s = (struct smtp_item *)item;

	smtp_talk(&(struct smtp_talk){ .settings = &s->smtp->settings,
		      .from = s->from,
		      .to = s->to,
		      .text = { s->text, s->text_len },
		      .stopping = &s->smtp->stopping },
	    &s->result);
}

static void
smtp_item_finished(struct pool_item *item)
{
	struct smtp_item *s = (struct smtp_item *)item;
	struct flow *f = s->flow;

	*s->into = s->result;
	bytes_wipe(s->text, s->text_len);
	free(s->text);
	free(s->to);
	free(s->from);
	free(s);
	flow_answered(f, NULL);
}

void
smtp_send(struct smtp *smtp, struct flow *f, const struct smtp_message *message,
    struct smtp_result *into)
{
	struct smtp_item *s = memory_new(sizeof(*s));

	*s = (struct smtp_item){
		.item = { .work = smtp_item_work,
		    .finished = smtp_item_finished },
		.smtp = smtp,
		.flow = f,
		.into = into,
		.from = memory_text(message->from.at, message->from.len),
		.to = memory_text(message->to.at, message->to.len),
		.text = memory_text(message->text.at, message->text.len),
		.text_len = message->text.len,
	};
	flow_asked(f, "mail server");
	if (!pool_submit(smtp->pool, &s->item))
		abort(); /* more than `parallel`: a mistake of the caller's */
}

bool
smtp_probe(const struct smtp_settings *settings, struct buf *why)
{
	struct smtp_result result;

	smtp_talk(&(struct smtp_talk){ .settings = settings }, &result);
	buf_words(why, result.why);
	return result.outcome == SMTP_DELIVERED;
}
