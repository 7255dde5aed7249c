/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second steps.
 */
#include "store/factors.h"

#include "base/memory.h"
#include "model/sign_in.h"
#include "store/row.h"
#include "store/store.h"

static const struct row_column factor_try_columns[] = {
	ROW_COLUMN(struct factor_try, wait_until, ROW_TIME),
	ROW_COLUMN(struct factor_try, stopped, ROW_BOOL),
	ROW_COLUMN(struct factor_try, failures, ROW_INT),
};

extern const struct row_table factor_try_row;
const struct row_table factor_try_row =
    ROW_TABLE(struct factor_try, factor_try_columns);

static const struct row_column generator_columns[] = {
	ROW_COLUMN(struct generator, id, ROW_INT),
	ROW_COLUMN(struct generator, secret, ROW_BYTES),
	ROW_COLUMN(struct generator, key_id, ROW_INT),
	ROW_COLUMN(struct generator, last_step, ROW_INT),
	ROW_COLUMN(struct generator, drift, ROW_INT),
	ROW_COLUMN(struct generator, created_at, ROW_TIME),
	ROW_COLUMN(struct generator, confirmed_at, ROW_TIME),
	ROW_COLUMN(struct generator, last_used_at, ROW_TIME),
	ROW_COLUMN(struct generator, codes_left, ROW_INT),
	ROW_COLUMN(struct generator, codes, ROW_INT),
};

extern const struct row_table generator_row;
const struct row_table generator_row =
    ROW_TABLE(struct generator, generator_columns);

static const struct row_column sign_in_taken_columns[] = {
	ROW_COLUMN(struct sign_in_taken, fresh, ROW_BOOL),
	ROW_COLUMN(struct sign_in_taken, verified, ROW_BOOL),
};

extern const struct row_table sign_in_taken_row;
const struct row_table sign_in_taken_row =
    ROW_TABLE(struct sign_in_taken, sign_in_taken_columns);

static const struct row_column email_send_counted_columns[] = {
	ROW_COLUMN(struct email_send_counted, counted, ROW_BOOL),
	ROW_COLUMN(struct email_send_counted, again_at, ROW_TIME),
};

extern const struct row_table email_send_counted_row;
const struct row_table email_send_counted_row =
    ROW_TABLE(struct email_send_counted, email_send_counted_columns);

static const struct row_column email_code_columns[] = {
	ROW_COLUMN(struct email_code, mac, ROW_BYTES),
	ROW_COLUMN(struct email_code, key_id, ROW_INT),
	ROW_COLUMN(struct email_code, tries, ROW_INT),
};

extern const struct row_table email_code_row;
const struct row_table email_code_row =
    ROW_TABLE(struct email_code, email_code_columns);

static const struct row_column recovery_hash_columns[] = {
	ROW_COLUMN(struct recovery_hash, enrolment_id, ROW_INT),
	ROW_COLUMN(struct recovery_hash, slot, ROW_INT),
	ROW_COLUMN(struct recovery_hash, hash, ROW_TEXT),
	ROW_COLUMN(struct recovery_hash, used_at, ROW_TIME),
};

extern const struct row_table recovery_hash_row;
const struct row_table recovery_hash_row =
    ROW_TABLE(struct recovery_hash, recovery_hash_columns);

void
factors_try(struct store *store, struct flow *f, const uint8_t *counter,
    int64_t now, struct factor_try *into)
{
	const struct value values[] = {
		BYTES_VALUE(counter, MAC_SIZE),
		TIME_VALUE(now),
	};

	store_ask(
	    store, f, STATEMENT_FACTOR_TRY, values, COUNT_OF(values), into);
}

void
generators_list(struct store *store, struct flow *f, int64_t account_id,
    struct row_list *into)
{
	const struct value values[] = { INT_VALUE(account_id) };

	store_ask_list(
	    store, f, STATEMENT_GENERATOR_LIST, values, COUNT_OF(values), into);
}

void
factors_take_totp(struct store *store, struct flow *f,
    const struct totp_use *use, const struct audit_origin *origin,
    struct sign_in_taken *into)
{
	const struct value values[] = {
		INT_VALUE(use->sign_in->number),
		INT_VALUE(use->sign_in->account_id),
		INT_VALUE(use->generator),
		INT_VALUE(use->step),
		INT_VALUE(use->drift),
		TIME_VALUE(origin->at),
		BYTES_VALUE(use->counter, MAC_SIZE),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_TAKE_TOTP, values,
	    COUNT_OF(values), into);
}

void
emails_count(struct store *store, struct flow *f, int64_t account_id,
    int64_t now, struct email_send_counted *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		TIME_VALUE(now),
	};

	store_ask(store, f, STATEMENT_EMAIL_SEND_COUNT, values,
	    COUNT_OF(values), into);
}

void
emails_put_code(struct store *store, struct flow *f,
    const struct email_code_new *code, struct sign_in_taken *into)
{
	const struct value values[] = {
		INT_VALUE(code->sign_in->number),
		INT_VALUE(code->sign_in->account_id),
		INT_VALUE(code->address_id),
		BYTES_VALUE(code->mac, MAC_SIZE),
		INT_VALUE(code->key_id),
		TIME_VALUE(code->made_at),
		TIME_VALUE(code->expires_at),
	};

	store_ask(
	    store, f, STATEMENT_EMAIL_CODE_PUT, values, COUNT_OF(values), into);
}

void
emails_try_code(struct store *store, struct flow *f, const struct sign_in *s,
    int64_t now, struct email_code *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
		TIME_VALUE(now),
	};

	store_ask(
	    store, f, STATEMENT_EMAIL_CODE_TRY, values, COUNT_OF(values), into);
}

void
factors_take_email(struct store *store, struct flow *f, const struct sign_in *s,
    struct str mac, const uint8_t *counter, const struct audit_origin *origin,
    struct sign_in_taken *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
		BYTES_VALUE(mac.at, mac.len),
		TIME_VALUE(origin->at),
		BYTES_VALUE(counter, MAC_SIZE),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_TAKE_EMAIL, values,
	    COUNT_OF(values), into);
}

void
recovery_codes_find(struct store *store, struct flow *f, int64_t account_id,
    int64_t slot, struct recovery_hash *into)
{
	const struct value values[] = {
		INT_VALUE(account_id),
		INT_VALUE(slot),
	};

	store_ask(
	    store, f, STATEMENT_RECOVERY_FIND, values, COUNT_OF(values), into);
}

void
factors_take_recovery(struct store *store, struct flow *f,
    const struct recovery_use *use, const struct audit_origin *origin,
    struct sign_in_taken *into)
{
	const struct value values[] = {
		INT_VALUE(use->sign_in->number),
		INT_VALUE(use->sign_in->account_id),
		INT_VALUE(use->hash->enrolment_id),
		INT_VALUE(use->hash->slot),
		TIME_VALUE(origin->at),
		BYTES_VALUE(use->counter, MAC_SIZE),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
		TEXT_VALUE(use->hash->hash),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_TAKE_RECOVERY, values,
	    COUNT_OF(values), into);
}
