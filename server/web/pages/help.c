/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The help pages.  Nothing is read but the path: neither who asks nor the
 * database, so they also stand while the database does not.
 */
#include "web/pages/help.h"

#include "web/request.h"
#include "web/routes.h"

struct str
help_url_of(struct request *rq, enum help_topic topic)
{
	const struct str parts[] = { request_own_url(rq, "/help/"),
		help_topic_names[topic] };

	return arena_join(&rq->arena, parts, COUNT_OF(parts));
}

static enum flow_next
reply_help(struct request *rq, enum page page)
{
	struct help_page content;

	request_fill_frame(rq, &content.frame);
	return reply_page(rq, page, 200, &content);
}

static enum flow_next
help_answer_index(struct flow *f)
{
	return reply_help(request_of(f), PAGE_HELP);
}

static enum flow_next
help_answer_topic(struct flow *f)
{
	struct request *rq = request_of(f);
	struct str name = str_from(rq->local_path, rq->route->path.len);

	for (unsigned i = 0; i < HELP_TOPIC_COUNT; i++) {
		if (str_equal(name, help_topic_names[i]))
			return reply_help(rq, PAGE_HELP_TOPICS + i);
	}
	return reply_error(rq, 404);
}

const struct flow_step help_index[] = {
	FLOW_STEP(help_answer_index),
	FLOW_END,
};

const struct flow_step help_show[] = {
	FLOW_STEP(help_answer_topic),
	FLOW_END,
};
