/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier process: what has to be done apart from requests.
 *
 * The upkeep of the tables, partitions made ahead and dropped behind, rows
 * swept that nobody needs; mails (jobs/mailing.h); telling applications that
 * sessions have ended (jobs/logout_calls.h); and, for gates that wait for it,
 * taking them proxy-granting tickets (jobs/callback_calls.h).
 */
#ifndef JOBS_COURIER_H
#define JOBS_COURIER_H

#include "jobs/mailing.h"
#include "outbound/http_call.h"
#include "store/sessions.h"
#include "store/store.h"

struct keys;

struct courier_start {
	struct store_settings store;
	int64_t keep_sessions_days; /* how long ended sessions are kept */
	struct session_limits session;
	bool logout_on_expiry; /* sessions that run out are ended */
	struct mailing_start mailing;
	struct http_caller_settings outbound;
	const int *lines; /* from the gates, loop/callback_line.h */
	size_t line_count;
	struct keys *keys; /* replaced by a reload, which frees no others */
	/* Takes over what a reload brings; false, and has logged why not. */
	bool (*read)(struct courier_start *);
	void *context;
};

/* Works until SIGTERM, or until the master leaves or bids it leave. */
int courier_run(const struct courier_start *, int channel);

#endif
