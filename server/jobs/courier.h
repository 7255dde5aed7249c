/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier process: what has to be done apart from requests.
 *
 * For now the upkeep of the tables: partitions made ahead and dropped behind,
 * rows swept that nobody needs.
 */
#ifndef JOBS_COURIER_H
#define JOBS_COURIER_H

#include "store/store.h"

struct courier_start {
	struct store_settings store;
	int64_t keep_sessions_days; /* how long ended sessions are kept */
	int64_t session_longest_seconds;
};

/* Works until SIGTERM. */
int courier_run(const struct courier_start *);

#endif
