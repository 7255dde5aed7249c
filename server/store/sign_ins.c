/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins in progress.
 */
#include "store/sign_ins.h"

#include <assert.h>

#include "base/memory.h"
#include "model/account.h"
#include "store/accounts.h"
#include "store/row.h"
#include "store/store.h"

#define FACT(name, kind) ROW_COLUMN(struct second_step_facts, name, kind)

static const struct row_column second_step_facts_columns[] = {
	FACT(trust_epoch, ROW_TIME),
	FACT(offered_at, ROW_TIME),
	FACT(skips, ROW_INT),
	FACT(encouraged_at, ROW_TIME),
	FACT(removed_at, ROW_TIME),
	FACT(reset_at, ROW_TIME),
	FACT(generators, ROW_INT),
	FACT(voluntary, ROW_BOOL),
	FACT(generator_used_at, ROW_TIME),
	FACT(recovery_codes, ROW_INT),
	FACT(browser_known, ROW_BOOL),
	FACT(secret_matches, ROW_BOOL),
	FACT(known_at, ROW_TIME),
	FACT(trusted_at, ROW_TIME),
	FACT(verified_at, ROW_TIME),
	FACT(verified_by, ROW_TEXT),
	FACT(last_sign_in_at, ROW_TIME),
	FACT(revoked_at, ROW_TIME),
	FACT(verifier_stays, ROW_BOOL),
	FACT(similar_trusted_at, ROW_TIME),
	FACT(generation, ROW_INT),
};

extern const struct row_table second_step_facts_row;
const struct row_table second_step_facts_row =
    ROW_TABLE(struct second_step_facts, second_step_facts_columns);

static const struct row_column membership_columns[] = {
	ROW_COLUMN(struct membership, tenant, ROW_TEXT),
	ROW_COLUMN(struct membership, type, ROW_TEXT),
	ROW_COLUMN(struct membership, groups, ROW_TEXT),
};

extern const struct row_table membership_row;
const struct row_table membership_row =
    ROW_TABLE(struct membership, membership_columns);

static const struct row_column address_columns[] = {
	ROW_COLUMN(struct address_row, id, ROW_INT),
	ROW_COLUMN(struct address_row, email, ROW_TEXT),
	ROW_COLUMN(struct address_row, kind, ROW_TEXT),
	ROW_COLUMN(struct address_row, source, ROW_TEXT),
	ROW_COLUMN(struct address_row, verified_at, ROW_TIME),
	ROW_COLUMN(struct address_row, changed_at, ROW_TIME),
	ROW_COLUMN(struct address_row, bounced_at, ROW_TIME),
};

extern const struct row_table address_row;
const struct row_table address_row =
    ROW_TABLE(struct address_row, address_columns);

static const struct row_column sign_in_begun_columns[] = {
	ROW_COLUMN(struct sign_in_begun, number, ROW_INT),
};

extern const struct row_table sign_in_begun_row;
const struct row_table sign_in_begun_row =
    ROW_TABLE(struct sign_in_begun, sign_in_begun_columns);

#define FOUND(name, kind) \
	ROW_COLUMN_AS(struct sign_in_found, #name, sign_in.name, kind)

static const struct row_column sign_in_columns[] = {
	FOUND(number, ROW_INT),
	FOUND(account_id, ROW_INT),
	FOUND(account_epoch, ROW_INT),
	FOUND(login, ROW_TEXT),
	FOUND(display_name, ROW_TEXT),
	ROW_COLUMN_AS(
	    struct sign_in_found, "step", sign_in.step_name, ROW_TEXT),
	FOUND(began_at, ROW_TIME),
	FOUND(expires_at, ROW_TIME),
	FOUND(password_at, ROW_TIME),
	FOUND(verified_at, ROW_TIME),
	FOUND(verified_by, ROW_TEXT),
	FOUND(service_url, ROW_TEXT),
	FOUND(renew, ROW_BOOL),
	FOUND(address_id, ROW_INT),
	FOUND(email, ROW_TEXT),
	FOUND(code_made_at, ROW_TIME),
	FOUND(code_expires_at, ROW_TIME),
	ROW_COLUMN(struct sign_in_found, generation, ROW_INT),
};

extern const struct row_table sign_in_row;
const struct row_table sign_in_row =
    ROW_TABLE(struct sign_in_found, sign_in_columns);

static const struct row_column sign_in_moved_columns[] = {
	ROW_COLUMN(struct sign_in_moved, step, ROW_TEXT),
};

extern const struct row_table sign_in_moved_row;
const struct row_table sign_in_moved_row =
    ROW_TABLE(struct sign_in_moved, sign_in_moved_columns);

static const struct row_column browser_shown_columns[] = {
	ROW_COLUMN(struct browser_shown, verdict, ROW_TEXT),
	ROW_COLUMN(struct browser_shown, key_id, ROW_INT),
};

extern const struct row_table browser_shown_row;
const struct row_table browser_shown_row =
    ROW_TABLE(struct browser_shown, browser_shown_columns);

static const struct str step_names[] = {
	[SIGN_IN_CODE] = STR_INIT("code"),
	[SIGN_IN_PROOF] = STR_INIT("proof"),
	[SIGN_IN_SET_UP] = STR_INIT("set up"),
	[SIGN_IN_CODES] = STR_INIT("codes"),
	[SIGN_IN_RIGHT] = STR_INIT("right"),
	[SIGN_IN_DONE] = STR_INIT("done"),
	[SIGN_IN_ENDED] = STR_INIT("ended"),
};

struct str
sign_in_step_name(enum sign_in_step step)
{
	return step_names[step];
}

enum sign_in_step
sign_in_step_of(struct str name)
{
	for (enum sign_in_step step = 0; step < COUNT_OF(step_names); step++) {
		if (str_equal(step_names[step], name))
			return step;
	}
	return SIGN_IN_ENDED; /* when in doubt, nothing goes on */
}

static struct value
mac_or_null(const uint8_t *mac, size_t size)
{
	return mac == NULL ? NULL_VALUE : BYTES_VALUE(mac, size);
}

void
second_step_facts_read(struct store *store, struct flow *f, int64_t account_id,
    const struct browser_presented *browser, struct second_step_facts *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		mac_or_null(browser->id, BROWSER_ID_SIZE),
		mac_or_null(browser->mac, MAC_SIZE),
		TEXT_VALUE(browser->user_agent),
		TIME_VALUE(browser->now),
	};

	store_ask(store, f, STATEMENT_SECOND_STEP_FACTS, values,
	    COUNT_OF(values), into);
}

void
memberships_list(struct store *store, struct flow *f, int64_t account_id,
    struct row_list *into)
{
	const struct value values[] = { INT_VALUE(account_id) };

	store_ask_list(store, f, STATEMENT_MEMBERSHIP_LIST, values,
	    COUNT_OF(values), into);
}

void
addresses_list(struct store *store, struct flow *f, int64_t account_id,
    struct row_list *into)
{
	const struct value values[] = { INT_VALUE(account_id) };

	store_ask_list(
	    store, f, STATEMENT_ADDRESS_LIST, values, COUNT_OF(values), into);
}

void
addresses_put(struct store *store, struct flow *f, struct str login,
    struct str email, struct str kind, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		TEXT_VALUE(email),
		TEXT_VALUE(kind),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_ADDRESS_PUT, values, COUNT_OF(values), into);
}

void
addresses_remove(struct store *store, struct flow *f, struct str login,
    struct str email, const struct audit_origin *origin,
    struct account_changed *into)
{
	const struct value values[] = {
		TEXT_VALUE(login),
		TEXT_VALUE(email),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_ADDRESS_REMOVE, values, COUNT_OF(values), into);
}

void
sign_ins_begin(struct store *store, struct flow *f,
    const struct sign_in_beginning *b, struct sign_in_begun *into)
{
	const struct sign_in_counters *counters = b->counters;
	const struct value values[] = {
		BYTES_VALUE(b->mac, MAC_SIZE),
		INT_VALUE(b->key_id),
		INT_VALUE(b->account_id),
		INT_VALUE(b->account_epoch),
		TEXT_VALUE(step_names[b->step]),
		TIME_VALUE(b->now),
		TIME_VALUE(b->expires_at),
		TIME_VALUE(b->password_at),
		TEXT_VALUE(b->skipped),
		TEXT_VALUE(b->service_url),
		BOOL_VALUE(b->renew),
		counters == NULL ? NULL_VALUE
				 : BYTES_VALUE(counters->name, MAC_SIZE),
		counters == NULL ? NULL_VALUE : TEXT_VALUE(counters->address),
		counters == NULL ? NULL_VALUE : TEXT_VALUE(counters->network),
	};

	store_ask(
	    store, f, STATEMENT_SIGN_IN_BEGIN, values, COUNT_OF(values), into);
}

void
sign_ins_find(struct store *store, struct flow *f, const uint8_t *mac,
    int64_t now, struct sign_in_found *into)
{
	const struct value values[] = {
		BYTES_VALUE(mac, MAC_SIZE),
		TIME_VALUE(now),
	};

	store_ask(
	    store, f, STATEMENT_SIGN_IN_FIND, values, COUNT_OF(values), into);
}

void
sign_ins_astray(struct store *store, struct flow *f, const struct sign_in *s,
    struct sign_in_moved *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
	};

	store_ask(
	    store, f, STATEMENT_SIGN_IN_ASTRAY, values, COUNT_OF(values), into);
}

void
browsers_add(struct store *store, struct flow *f,
    const struct browser_secret *secret, int64_t now, struct str user_agent)
{
	const struct value values[] = {
		BYTES_VALUE(secret->id, BROWSER_ID_SIZE),
		BYTES_VALUE(secret->mac, MAC_SIZE),
		INT_VALUE(secret->key_id),
		TIME_VALUE(now),
		TEXT_VALUE(user_agent),
	};

	store_ask(
	    store, f, STATEMENT_BROWSER_ADD, values, COUNT_OF(values), NULL);
}

void
browsers_show(struct store *store, struct flow *f, const uint8_t *shown,
    const struct browser_secret *follower,
    const struct browser_presented *browser, struct browser_shown *into)
{
	const struct value values[] = {
		BYTES_VALUE(follower->id, BROWSER_ID_SIZE),
		BYTES_VALUE(shown, MAC_SIZE),
		BYTES_VALUE(follower->mac, MAC_SIZE),
		INT_VALUE(follower->key_id),
		TIME_VALUE(browser->now),
		TEXT_VALUE(browser->user_agent),
	};

	store_ask(
	    store, f, STATEMENT_BROWSER_SHOW, values, COUNT_OF(values), into);
}

void
browsers_use(struct store *store, struct flow *f, const struct browser_use *use)
{
	bool verified = use->verified_at > 0;
	const struct value values[] = {
		INT_VALUE(use->account_id),
		BYTES_VALUE(use->id, BROWSER_ID_SIZE),
		TIME_VALUE(use->now),
		BOOL_VALUE(use->trust && verified),
		verified ? TIME_VALUE(use->verified_at) : NULL_VALUE,
		TEXT_VALUE(use->verified_by),
		use->generator > 0 ? INT_VALUE(use->generator) : NULL_VALUE,
		TEXT_VALUE(use->name),
	};

	store_ask(
	    store, f, STATEMENT_BROWSER_USE, values, COUNT_OF(values), NULL);
}
