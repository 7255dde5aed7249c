/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single logout.
 */
#include "store/logouts.h"

#include "store/row.h"
#include "store/store.h"

enum {
	SECOND_US = 1000 * 1000,
	LATE_S = 10 * 60, /* for a page of sign-out that did not arrive */
};

static const struct row_column logout_claimed_columns[] = {
	ROW_COLUMN(struct logout_claimed, id, ROW_INT),
	ROW_COLUMN(struct logout_claimed, created_at, ROW_TIME),
	ROW_COLUMN(struct logout_claimed, expires_at, ROW_TIME),
	ROW_COLUMN(struct logout_claimed, tries, ROW_INT),
	ROW_COLUMN(struct logout_claimed, session, ROW_INT),
	ROW_COLUMN(struct logout_claimed, service_id, ROW_INT),
	ROW_COLUMN(struct logout_claimed, host, ROW_TEXT),
	ROW_COLUMN(struct logout_claimed, payload, ROW_BYTES),
};

extern const struct row_table logout_claimed_row;
const struct row_table logout_claimed_row =
    ROW_TABLE(struct logout_claimed, logout_claimed_columns);

static const struct row_column logout_left_columns[] = {
	ROW_COLUMN(struct logout_left, id, ROW_INT),
	ROW_COLUMN(struct logout_left, service_id, ROW_INT),
	ROW_COLUMN(struct logout_left, name, ROW_TEXT),
	ROW_COLUMN(struct logout_left, url, ROW_TEXT),
	ROW_COLUMN(struct logout_left, ticket, ROW_TEXT),
};

extern const struct row_table logout_left_row;
const struct row_table logout_left_row =
    ROW_TABLE(struct logout_left, logout_left_columns);

static const struct row_column logout_host_columns[] = {
	ROW_COLUMN(struct logout_host, host, ROW_TEXT),
	ROW_COLUMN(struct logout_host, service, ROW_TEXT),
	ROW_COLUMN(struct logout_host, waiting, ROW_INT),
	ROW_COLUMN(struct logout_host, given_up, ROW_INT),
	ROW_COLUMN(struct logout_host, delivered, ROW_INT),
	ROW_COLUMN(struct logout_host, by_browser, ROW_INT),
	ROW_COLUMN(struct logout_host, last_error, ROW_TEXT),
};

extern const struct row_table logout_host_row;
const struct row_table logout_host_row =
    ROW_TABLE(struct logout_host, logout_host_columns);

static const struct row_column logout_missed_columns[] = {
	ROW_COLUMN(struct logout_missed, count, ROW_INT),
	ROW_COLUMN(struct logout_missed, looked, ROW_INT),
	ROW_COLUMN_AS(struct logout_missed, "ended_at", at.ended_at, ROW_TIME),
	ROW_COLUMN_AS(struct logout_missed, "session", at.session, ROW_INT),
};

extern const struct row_table logout_missed_row;
const struct row_table logout_missed_row =
    ROW_TABLE(struct logout_missed, logout_missed_columns);

void
logouts_claim(struct store *store, struct flow *f,
    const struct logout_claim *asked, struct row_list *into)
{
	const struct outbox_claim *claim = &asked->claim;
	const struct value values[] = {
		TIME_VALUE(claim->now),
		TIME_VALUE(claim->until),
		TEXT_VALUE(claim->by),
		INT_VALUE(claim->most),
		TEXT_VALUE(asked->busy),
		INT_VALUE(asked->most_again),
	};

	store_ask_list(
	    store, f, STATEMENT_LOGOUT_CLAIM, values, COUNT_OF(values), into);
}

void
logouts_leave_to_browser(struct store *store, struct flow *f,
    const uint8_t mac[MAC_SIZE], int64_t now, struct row_list *into)
{
	const struct value values[] = {
		BYTES_VALUE(mac, MAC_SIZE),
		TIME_VALUE(now),
		TIME_VALUE(now - LATE_S * (int64_t)SECOND_US),
		INT_VALUE(LOGOUTS_LEFT_MOST),
	};

	store_ask_list(store, f, STATEMENT_LOGOUT_LEAVE_TO_BROWSER, values,
	    COUNT_OF(values), into);
}

void
logouts_list(struct store *store, struct flow *f, struct row_list *into)
{
	store_ask_list(store, f, STATEMENT_LOGOUT_LIST, NULL, 0, into);
}

void
logouts_find_missed(struct store *store, struct flow *f,
    const struct logout_search *search, struct logout_missed *into)
{
	const struct value values[] = {
		TIME_VALUE(search->behind.ended_at),
		INT_VALUE(search->behind.session),
		TIME_VALUE(search->now),
		INT_VALUE(search->most),
	};

	store_ask(store, f, STATEMENT_LOGOUT_FIND_MISSED, values,
	    COUNT_OF(values), into);
}

void
logouts_expire_sessions(struct store *store, struct flow *f, int64_t now,
    const struct session_limits *limits, int64_t most,
    struct upkeep_swept *into)
{
	const struct value values[] = {
		TIME_VALUE(now),
		TIME_VALUE(now - limits->idle_seconds * SECOND_US),
		TIME_VALUE(now - limits->longest_seconds * SECOND_US),
		INT_VALUE(most),
		TIME_VALUE(now - limits->long_seconds * SECOND_US),
	};

	store_ask(store, f, STATEMENT_LOGOUT_EXPIRE_SESSIONS, values,
	    COUNT_OF(values), into);
}

void
logouts_sweep(struct store *store, struct flow *f, int64_t added_before,
    int64_t most, struct upkeep_swept *into)
{
	const struct value values[] = { TIME_VALUE(added_before),
		INT_VALUE(most) };

	store_ask(
	    store, f, STATEMENT_LOGOUT_SWEEP, values, COUNT_OF(values), into);
}
