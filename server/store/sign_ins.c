/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins in progress.
 */
#include "store/sign_ins.h"

#include <assert.h>

#include "base/memory.h"
#include "store/accounts.h"
#include "store/row.h"
#include "store/store.h"

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
	FOUND(method, ROW_TEXT),
	FOUND(renew, ROW_BOOL),
	FOUND(trust, ROW_BOOL),
	FOUND(enrolment_id, ROW_INT),
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

static const struct str step_names[] = {
	[SIGN_IN_CODE] = STR_INIT("code"),
	[SIGN_IN_OFFER] = STR_INIT("offer"),
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
		TEXT_VALUE(b->method),
		BOOL_VALUE(b->warn),
		BOOL_VALUE(b->long_term),
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
sign_ins_lead_on(struct store *store, struct flow *f, const struct sign_in *s,
    const struct sign_in_led_on *on, struct sign_in_moved *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
		TIME_VALUE(on->now),
		TEXT_VALUE(step_names[on->step]),
		BOOL_VALUE(on->trust),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_LEAD_ON, values, COUNT_OF(values),
	    into);
}

void
sign_ins_take_up(struct store *store, struct flow *f, const struct sign_in *s,
    const struct sign_in_take_up *taken, struct sign_in_moved *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
		TIME_VALUE(taken->now),
		TEXT_VALUE(step_names[taken->step]),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_TAKE_UP, values, COUNT_OF(values),
	    into);
}

void
sign_ins_put_off(struct store *store, struct flow *f, const struct sign_in *s,
    const struct sign_in_put_off *put_off, struct sign_in_moved *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
		TIME_VALUE(put_off->now),
		TEXT_VALUE(put_off->skipped),
		BOOL_VALUE(put_off->counts),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_PUT_OFF, values, COUNT_OF(values),
	    into);
}
