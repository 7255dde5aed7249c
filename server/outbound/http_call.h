/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calling an application over HTTP(S), through libcurl: one request, and only
 * the status of its answer (rows T182 to T193).
 *
 * The address that is connected to is looked at, not the name, so a name that
 * changes its address in between gains nothing.  Redirects are not followed,
 * and nothing of the environment counts.  On threads: libcurl's resolver
 * cannot be interrupted, and a silent name server would hold up whoever waits
 * for it.
 */
#ifndef OUTBOUND_HTTP_CALL_H
#define OUTBOUND_HTTP_CALL_H

#include "base/memory.h"
#include "base/str.h"
#include "text/address.h"

struct event_base;
struct flow;
struct http_caller;

enum {
	HTTP_CALL_WHY_SIZE = 120,
	HTTP_CALL_HEARD_MOST = 16 * 1024, /* bytes of head and body */
};

/* Texts outlive whatever was made with them. */
struct http_caller_settings {
	const char *ca_file; /* PEM; NULL: those of the system */
	struct networks allowed; /* though they are not public */
	const char *home; /* our own address, "https://sso.example/cas" */
	unsigned parallel; /* calls at a time */
};

/* smtp_begin() comes before all of this. */
struct http_caller *http_caller_new(
    struct event_base *, const struct http_caller_settings *);

/* Calls under way end within a second or two, as HTTP_CALL_FAILED. */
void http_caller_stop(struct http_caller *);

/* Only when nothing is under way any more. */
void http_caller_free(struct http_caller *);

struct http_call {
	struct str url; /* http or https */
	bool https_only;
	struct str content_type;
	struct str body; /* POST; STR_NONE: GET, and no content type */
	int64_t connect_ms; /* limits: to be connected, TLS included */
	int64_t total_ms; /* and for all of it */
};

enum http_call_outcome {
	HTTP_CALL_ANSWERED, /* the whole head of an answer has come */
	HTTP_CALL_FAILED, /* it is worth another try; they may have it */
	HTTP_CALL_FORBIDDEN, /* nothing was sent, and never will be */
};

struct http_call_result {
	enum http_call_outcome outcome;
	unsigned status; /* of the answer; 0: none */
	bool leads_home; /* it redirects to our own sign-in page */
	char why[HTTP_CALL_WHY_SIZE]; /* in our words; empty if answered */
};

/* For a flow: `into` is written before its next step.  At most `parallel`. */
void http_call(struct http_caller *, struct flow *, const struct http_call *,
    struct http_call_result *into);

#endif
