/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-on sessions.
 *
 * Limits go to the database as moments: alive is what was used and opened
 * behind them.
 */
#include "store/sessions.h"

#include <assert.h>

#include "base/buf.h"
#include "store/browsers.h"
#include "store/row.h"
#include "store/store.h"

enum {
	SECOND_US = 1000 * 1000,
	USER_AGENT_MOST = 256, /* bytes; the table takes as many characters */
};

#define FOUND(name, kind) \
	ROW_COLUMN_AS(struct session_found, #name, session.name, kind)

static const struct row_column session_found_columns[] = {
	FOUND(number, ROW_INT),
	FOUND(account_id, ROW_INT),
	FOUND(login, ROW_TEXT),
	FOUND(display_name, ROW_TEXT),
	FOUND(account_epoch, ROW_INT),
	FOUND(created_at, ROW_TIME),
	FOUND(last_used_at, ROW_TIME),
	FOUND(password_at, ROW_TIME),
	FOUND(verified_at, ROW_TIME),
	FOUND(verified_by, ROW_TEXT),
	FOUND(skipped, ROW_TEXT),
	FOUND(long_term, ROW_BOOL),
	FOUND(warn, ROW_BOOL),
	ROW_COLUMN(struct session_found, key_id, ROW_INT),
	ROW_COLUMN(struct session_found, generation, ROW_INT),
};

extern const struct row_table session_found_row;
const struct row_table session_found_row =
    ROW_TABLE(struct session_found, session_found_columns);

static const struct row_column session_opened_columns[] = {
	ROW_COLUMN(struct session_opened, number, ROW_INT),
	ROW_COLUMN(struct session_opened, renewed, ROW_BOOL),
	ROW_COLUMN(struct session_opened, long_term, ROW_BOOL),
	ROW_COLUMN(struct session_opened, created_at, ROW_TIME),
	ROW_COLUMN(struct session_opened, generation, ROW_INT),
};

extern const struct row_table session_opened_row;
const struct row_table session_opened_row =
    ROW_TABLE(struct session_opened, session_opened_columns);

static const struct row_column session_ended_columns[] = {
	ROW_COLUMN(struct session_ended, number, ROW_INT),
	ROW_COLUMN(struct session_ended, account_id, ROW_INT),
};

extern const struct row_table session_ended_row;
const struct row_table session_ended_row =
    ROW_TABLE(struct session_ended, session_ended_columns);

void
sessions_find(struct store *store, struct flow *f, const uint8_t *mac,
    int64_t now, const struct session_limits *limits,
    struct session_found *into)
{
	const struct value values[] = {
		BYTES_VALUE(mac, MAC_SIZE),
		TIME_VALUE(now - limits->idle_seconds * SECOND_US),
		TIME_VALUE(now - limits->longest_seconds * SECOND_US),
		TIME_VALUE(now - limits->long_seconds * SECOND_US),
	};

	store_ask(
	    store, f, STATEMENT_SESSION_FIND, values, COUNT_OF(values), into);
}

/* Cut between two characters; what is no text at all is left out. */
static struct str
user_agent_fit(struct str text)
{
	struct str fit = str_first(text, USER_AGENT_MOST);

	while (
	    fit.len > 0 && fit.len + 4 > USER_AGENT_MOST && !str_is_utf8(fit))
		fit.len--;
	return str_is_utf8(fit) ? fit : STR_NONE;
}

void
sessions_open(struct store *store, struct flow *f,
    const struct session_opening *opening, const struct audit_origin *origin,
    struct session_opened *into)
{
	const struct session_limits *limits = &opening->limits;
	const struct value values[] = {
		BYTES_VALUE(opening->sign_in_mac, MAC_SIZE),
		BYTES_VALUE(
		    opening->old_mac, opening->old_mac == NULL ? 0 : MAC_SIZE),
		BYTES_VALUE(opening->mac, MAC_SIZE),
		INT_VALUE(opening->key_id),
		TIME_VALUE(origin->at),
		TIME_VALUE(origin->at - limits->idle_seconds * SECOND_US),
		TIME_VALUE(origin->at - limits->longest_seconds * SECOND_US),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(user_agent_fit(opening->user_agent)),
		TEXT_VALUE(origin->request),
		BYTES_VALUE(opening->browser_id,
		    opening->browser_id == NULL ? 0 : BROWSER_ID_SIZE),
		TIME_VALUE(origin->at - limits->long_seconds * SECOND_US),
	};

	store_ask(
	    store, f, STATEMENT_SESSION_OPEN, values, COUNT_OF(values), into);
}

void
sessions_end(struct store *store, struct flow *f, const uint8_t *mac,
    const struct audit_origin *origin, struct session_ended *into)
{
	const struct value values[] = {
		BYTES_VALUE(mac, MAC_SIZE),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_SESSION_END, values, COUNT_OF(values), into);
}

int64_t
session_limits_most(const struct session_limits *limits)
{
	return limits->long_seconds > limits->longest_seconds
		   ? limits->long_seconds
		   : limits->longest_seconds;
}

bool
sessions_touch_due(
    int64_t last_used_at, int64_t now, const struct session_limits *limits)
{
	return now - last_used_at > limits->idle_seconds * SECOND_US / 10;
}

void
sessions_touch(struct store *store, struct flow *f, const int64_t *numbers,
    size_t count, int64_t now, const struct session_limits *limits)
{
	CLEANUP(buf_clear) struct buf list = BUF_INIT(128 * 1024);
	int64_t due = now - limits->idle_seconds * SECOND_US / 10;

	assert(count <= SESSIONS_TOUCHED_MOST);
	for (size_t i = 0; i < count; i++) {
		buf_char(&list, i == 0 ? '{' : ',');
		buf_number(&list, (uint64_t)numbers[i]);
	}
	buf_words(&list, count == 0 ? "{}" : "}");
	store_ask(store, f, STATEMENT_SESSION_TOUCH,
	    (const struct value[]){ TEXT_VALUE(buf_str(&list)), TIME_VALUE(now),
		TIME_VALUE(due),
		TIME_VALUE(now - limits->idle_seconds * SECOND_US) },
	    4, NULL);
}
