/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /help, the list of questions, and /help/TOPIC, an answer.  Anybody may read
 * them: who cannot sign in needs them most.
 */
#ifndef WEB_PAGES_HELP_H
#define WEB_PAGES_HELP_H

#include "loop/flow.h"
#include "web/help_topics.h"

struct request;

/* The address of an answer, for a link where the question comes up. */
struct str help_url_of(struct request *, enum help_topic);

extern const struct flow_step help_index[], help_show[];

#endif
