/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request, on whatever thread calls.  Only for http_call.c.
 */
#ifndef OUTBOUND_HTTP_TALK_H
#define OUTBOUND_HTTP_TALK_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "outbound/http_call.h"

struct http_talk {
	CURL *easy; /* fresh or reset */
	const struct http_caller_settings *settings;
	const struct http_call *call; /* its texts end with a NUL */
	const atomic_bool *stopping;
};

void http_talk(const struct http_talk *, struct http_call_result *into);

#endif
