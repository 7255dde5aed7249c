/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts.
 */
#include "store/accounts.h"

#include "store/row.h"
#include "store/store.h"

static const struct row_column account_columns[] = {
	ROW_COLUMN(struct account, id, ROW_INT),
	ROW_COLUMN(struct account, login, ROW_TEXT),
	ROW_COLUMN(struct account, display_name, ROW_TEXT),
	ROW_COLUMN(struct account, password, ROW_TEXT),
	ROW_COLUMN(struct account, attributes, ROW_TEXT),
	ROW_COLUMN(struct account, epoch, ROW_INT),
	ROW_COLUMN(struct account, active, ROW_BOOL),
};

extern const struct row_table account_row;
const struct row_table account_row = ROW_TABLE(struct account, account_columns);

#define CANDIDATE(name, kind) \
	ROW_COLUMN_AS(struct sign_in_candidate, #name, account.name, kind)

static const struct row_column candidate_columns[] = {
	CANDIDATE(id, ROW_INT),
	CANDIDATE(login, ROW_TEXT),
	CANDIDATE(display_name, ROW_TEXT),
	CANDIDATE(password, ROW_TEXT),
	CANDIDATE(attributes, ROW_TEXT),
	CANDIDATE(epoch, ROW_INT),
	CANDIDATE(active, ROW_BOOL),
	ROW_COLUMN(struct sign_in_candidate, refused_by, ROW_TEXT),
	ROW_COLUMN(struct sign_in_candidate, wait_until, ROW_TIME),
	ROW_COLUMN(struct sign_in_candidate, generation, ROW_INT),
};

extern const struct row_table sign_in_candidate_row;
const struct row_table sign_in_candidate_row =
    ROW_TABLE(struct sign_in_candidate, candidate_columns);

static const struct row_column try_taken_back_columns[] = {
	ROW_COLUMN(struct try_taken_back, done, ROW_BOOL),
};

extern const struct row_table try_taken_back_row;
const struct row_table try_taken_back_row =
    ROW_TABLE(struct try_taken_back, try_taken_back_columns);

static const struct row_column account_changed_columns[] = {
	ROW_COLUMN(struct account_changed, id, ROW_INT),
};

extern const struct row_table account_changed_row;
const struct row_table account_changed_row =
    ROW_TABLE(struct account_changed, account_changed_columns);

static const struct row_column account_listed_columns[] = {
	ROW_COLUMN(struct account_listed, id, ROW_INT),
	ROW_COLUMN(struct account_listed, login, ROW_TEXT),
	ROW_COLUMN(struct account_listed, display_name, ROW_TEXT),
	ROW_COLUMN(struct account_listed, state, ROW_TEXT),
	ROW_COLUMN(struct account_listed, memberships, ROW_TEXT),
	ROW_COLUMN(struct account_listed, created_at, ROW_TIME),
	ROW_COLUMN(struct account_listed, has_password, ROW_BOOL),
};

extern const struct row_table account_listed_row;
const struct row_table account_listed_row =
    ROW_TABLE(struct account_listed, account_listed_columns);

void
accounts_find(
    struct store *store, struct flow *f, struct str login, struct account *into)
{
	const struct value values[] = { TEXT_VALUE(login) };

	store_ask(
	    store, f, STATEMENT_ACCOUNT_FIND, values, COUNT_OF(values), into);
}

void
accounts_find_for_sign_in(struct store *store, struct flow *f, struct str login,
    const struct sign_in_counters *counters, const struct audit_origin *origin,
    struct sign_in_candidate *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		BYTES_VALUE(counters->name, MAC_SIZE),
		TEXT_VALUE(counters->address),
		INT_VALUE(counters->address_most),
		TEXT_VALUE(counters->network),
		INT_VALUE(counters->network_most),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_ACCOUNT_FIND_FOR_SIGN_IN, values,
	    COUNT_OF(values), into);
}

void
accounts_take_back_try(struct store *store, struct flow *f,
    const struct sign_in_counters *counters, const struct audit_origin *origin,
    struct try_taken_back *into)
{
	const struct value values[] = {
		BYTES_VALUE(counters->name, MAC_SIZE),
		TEXT_VALUE(counters->address),
		TEXT_VALUE(counters->network),
		TIME_VALUE(origin->at),
	};

	store_ask(store, f, STATEMENT_ACCOUNT_TAKE_BACK_TRY, values,
	    COUNT_OF(values), into);
}

void
accounts_rehash_password(struct store *store, struct flow *f,
    const struct account *account, struct str password,
    struct account_changed *into)
{
	const struct value values[] = {
		INT_VALUE(account->id),
		TEXT_VALUE(account->password),
		TEXT_VALUE(password),
	};

	store_ask(store, f, STATEMENT_ACCOUNT_REHASH_PASSWORD, values,
	    COUNT_OF(values), into);
}

void
accounts_add(struct store *store, struct flow *f,
    const struct account_new *account, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(account->login),
		TEXT_VALUE(account->display_name),
		TEXT_VALUE(account->password),
		TEXT_VALUE(account->attributes),
		TEXT_VALUE(account->tenant),
		TEXT_VALUE(account->type),
		TEXT_VALUE(account->groups),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_ACCOUNT_ADD, values, COUNT_OF(values), into);
}

void
accounts_set_password(struct store *store, struct flow *f, struct str login,
    struct str password, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		TEXT_VALUE(password),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_ACCOUNT_SET_PASSWORD, values,
	    COUNT_OF(values), into);
}

void
accounts_set_state(struct store *store, struct flow *f, struct str login,
    struct str state, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		TEXT_VALUE(state),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_ACCOUNT_SET_STATE, values,
	    COUNT_OF(values), into);
}

void
accounts_list(struct store *store, struct flow *f, struct str after,
    struct row_list *into)
{
	const struct value values[] = { TEXT_VALUE(after) };

	store_ask_list(
	    store, f, STATEMENT_ACCOUNT_LIST, values, COUNT_OF(values), into);
}
