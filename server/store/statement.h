/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the generated table says about each statement.
 *
 * The first parameter of every statement is the echo, which the lane supplies
 * and finds again in the first column of every row.
 */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

#include "store/row.h"
#include "store/store.h"

enum lane_kind {
	LANE_QUICK,
	LANE_SLOW,
	LANE_BULK,
	LANE_FLUSH,
	LANE_COUNT,
};

enum statement_role {
	ROLE_APP,
	ROLE_AUDITOR,
	ROLE_MIGRATOR,
};

/* What may be done again when nobody knows whether it was done. */
enum statement_retry {
	RETRY_READ,
	RETRY_IDEMPOTENT,
	RETRY_ONCE,
};

enum {
	PARAMETERS_MOST = STORE_VALUES_MOST + 1
};

struct statement_text {
	const char *name;
	const char *sql;
	const struct row_table *row; /* NULL: only the echo comes back */
	enum lane_kind lane;
	enum statement_role role;
	enum statement_retry retry;
	bool writes;
	bool durable; /* answered only behind a barrier */
	size_t parameter_count;
	enum value_kind parameters[PARAMETERS_MOST];
};

extern const struct statement_text statements[STATEMENT_COUNT];

#endif
