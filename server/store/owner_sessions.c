/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people see of their own sessions, and ending them.
 */
#include "store/owner_sessions.h"

#include "store/row.h"
#include "store/store.h"

enum {
	SECOND_US = 1000 * 1000
};

static const struct row_column owner_session_columns[] = {
	ROW_COLUMN(struct owner_session, number, ROW_INT),
	ROW_COLUMN(struct owner_session, created_at, ROW_TIME),
	ROW_COLUMN(struct owner_session, last_used_at, ROW_TIME),
	ROW_COLUMN(struct owner_session, password_at, ROW_TIME),
	ROW_COLUMN(struct owner_session, verified_at, ROW_TIME),
	ROW_COLUMN(struct owner_session, verified_by, ROW_TEXT),
	ROW_COLUMN(struct owner_session, skipped, ROW_TEXT),
	ROW_COLUMN(struct owner_session, long_term, ROW_BOOL),
	ROW_COLUMN(struct owner_session, client_address, ROW_TEXT),
	ROW_COLUMN(struct owner_session, user_agent, ROW_TEXT),
	ROW_COLUMN(struct owner_session, count, ROW_INT),
};

extern const struct row_table owner_session_row;
const struct row_table owner_session_row =
    ROW_TABLE(struct owner_session, owner_session_columns);

static const struct row_column owner_application_columns[] = {
	ROW_COLUMN(struct owner_application, session, ROW_INT),
	ROW_COLUMN(struct owner_application, name, ROW_TEXT),
	ROW_COLUMN(struct owner_application, count, ROW_INT),
};

extern const struct row_table owner_application_row;
const struct row_table owner_application_row =
    ROW_TABLE(struct owner_application, owner_application_columns);

static const struct row_column owner_sessions_ended_columns[] = {
	ROW_COLUMN(struct owner_sessions_ended, allowed, ROW_BOOL),
	ROW_COLUMN(struct owner_sessions_ended, meant, ROW_INT),
	ROW_COLUMN(struct owner_sessions_ended, ended, ROW_INT),
};

extern const struct row_table owner_sessions_ended_row;
const struct row_table owner_sessions_ended_row =
    ROW_TABLE(struct owner_sessions_ended, owner_sessions_ended_columns);

/* Alive is what was used and opened behind these; if it is a long one, opened
 * behind the last. */
static struct value
used_since(const struct session_owner *owner)
{
	return TIME_VALUE(owner->now - owner->limits.idle_seconds * SECOND_US);
}

static struct value
opened_since(const struct session_owner *owner)
{
	return TIME_VALUE(
	    owner->now - owner->limits.longest_seconds * SECOND_US);
}

static struct value
long_opened_since(const struct session_owner *owner)
{
	return TIME_VALUE(owner->now - owner->limits.long_seconds * SECOND_US);
}

void
owner_sessions_list(struct store *store, struct flow *f,
    const struct session_owner *owner, struct row_list *into)
{
	const struct value values[] = {
		INT_VALUE(owner->account_id),
		INT_VALUE(owner->session),
		used_since(owner),
		opened_since(owner),
		INT_VALUE(OWNER_SESSIONS_MOST),
		long_opened_since(owner),
	};

	store_ask_list(store, f, STATEMENT_OWNER_SESSION_LIST, values,
	    COUNT_OF(values), into);
}

void
owner_sessions_applications(struct store *store, struct flow *f,
    const struct session_owner *owner, struct row_list *into)
{
	const struct value values[] = {
		INT_VALUE(owner->account_id),
		used_since(owner),
		opened_since(owner),
		INT_VALUE(OWNER_APPLICATIONS_MOST),
		long_opened_since(owner),
	};

	store_ask_list(store, f, STATEMENT_OWNER_SESSION_APPLICATIONS, values,
	    COUNT_OF(values), into);
}

void
owner_sessions_end(struct store *store, struct flow *f,
    const struct session_owner *owner, int64_t number,
    const struct audit_origin *origin, struct owner_sessions_ended *into)
{
	const struct value values[] = {
		INT_VALUE(owner->account_id),
		INT_VALUE(owner->session),
		INT_VALUE(number),
		TIME_VALUE(origin->at),
		used_since(owner),
		opened_since(owner),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
		long_opened_since(owner),
	};

	store_ask(store, f, STATEMENT_OWNER_SESSION_END, values,
	    COUNT_OF(values), into);
}
