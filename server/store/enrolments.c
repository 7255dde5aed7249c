/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generators that people set up and take away.
 */
#include "store/enrolments.h"

#include "base/memory.h"
#include "model/sign_in.h"
#include "store/row.h"
#include "store/store.h"

static const struct row_column pending_generator_columns[] = {
	ROW_COLUMN(struct pending_generator, id, ROW_INT),
	ROW_COLUMN(struct pending_generator, secret, ROW_BYTES),
	ROW_COLUMN(struct pending_generator, key_id, ROW_INT),
	ROW_COLUMN(struct pending_generator, created_at, ROW_TIME),
	ROW_COLUMN(struct pending_generator, current, ROW_BOOL),
};

extern const struct row_table pending_generator_row;
const struct row_table pending_generator_row =
    ROW_TABLE(struct pending_generator, pending_generator_columns);

static const struct row_column generator_begun_columns[] = {
	ROW_COLUMN(struct generator_begun, begun, ROW_BOOL),
};

extern const struct row_table generator_begun_row;
const struct row_table generator_begun_row =
    ROW_TABLE(struct generator_begun, generator_begun_columns);

static const struct row_column generator_confirmed_columns[] = {
	ROW_COLUMN(struct generator_confirmed, confirmed, ROW_BOOL),
	ROW_COLUMN(struct generator_confirmed, replaced, ROW_INT),
};

extern const struct row_table generator_confirmed_row;
const struct row_table generator_confirmed_row =
    ROW_TABLE(struct generator_confirmed, generator_confirmed_columns);

static const struct row_column generators_removed_columns[] = {
	ROW_COLUMN(struct generators_removed, allowed, ROW_BOOL),
	ROW_COLUMN(struct generators_removed, removed, ROW_INT),
};

extern const struct row_table generators_removed_row;
const struct row_table generators_removed_row =
    ROW_TABLE(struct generators_removed, generators_removed_columns);

static const struct row_column trust_ended_columns[] = {
	ROW_COLUMN(struct trust_ended, allowed, ROW_BOOL),
};

extern const struct row_table trust_ended_row;
const struct row_table trust_ended_row =
    ROW_TABLE(struct trust_ended, trust_ended_columns);

static const struct row_column generator_seal_columns[] = {
	ROW_COLUMN(struct generator_seal, id, ROW_INT),
	ROW_COLUMN(struct generator_seal, secret, ROW_BYTES),
	ROW_COLUMN(struct generator_seal, key_id, ROW_INT),
	ROW_COLUMN(struct generator_seal, active_key, ROW_INT),
};

extern const struct row_table generator_seal_row;
const struct row_table generator_seal_row =
    ROW_TABLE(struct generator_seal, generator_seal_columns);

void
enrolments_pending(struct store *store, struct flow *f, const struct holder *h,
    const struct pending_limits *limits, struct row_list *into)
{
	const struct value values[] = {
		INT_VALUE(h->account_id),
		TEXT_VALUE(h->name),
		TIME_VALUE(limits->recognised_since),
		TIME_VALUE(limits->current_since),
	};

	store_ask_list(store, f, STATEMENT_ENROLMENT_PENDING, values,
	    COUNT_OF(values), into);
}

void
enrolments_begin(struct store *store, struct flow *f, const struct holder *h,
    const struct generator_new *g, struct generator_begun *into)
{
	const struct value values[] = {
		INT_VALUE(g->id),
		INT_VALUE(h->account_id),
		TEXT_VALUE(h->name),
		BYTES_VALUE(g->secret.at, g->secret.len),
		INT_VALUE(g->key_id),
		TIME_VALUE(g->now),
		TIME_VALUE(g->current_since),
	};

	store_ask(store, f, STATEMENT_ENROLMENT_BEGIN, values, COUNT_OF(values),
	    into);
}

void
enrolments_confirm(struct store *store, struct flow *f, const struct holder *h,
    const struct generator_confirmation *c, const struct audit_origin *origin,
    struct generator_confirmed *into)
{
	const struct value values[] = {
		INT_VALUE(h->account_id),
		INT_VALUE(h->sign_in),
		INT_VALUE(h->session),
		INT_VALUE(c->id),
		TIME_VALUE(origin->at),
		INT_VALUE(c->step),
		INT_VALUE(c->drift),
		BOOL_VALUE(c->voluntary),
		INT_VALUE(c->most),
		TEXT_VALUE(c->codes),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_ENROLMENT_CONFIRM, values,
	    COUNT_OF(values), into);
}

void
enrolments_leave_codes(struct store *store, struct flow *f,
    const struct sign_in *s, int64_t now, struct sign_in_moved *into)
{
	const struct value values[] = {
		INT_VALUE(s->number),
		INT_VALUE(s->account_id),
		TIME_VALUE(now),
	};

	store_ask(store, f, STATEMENT_SIGN_IN_LEAVE_CODES, values,
	    COUNT_OF(values), into);
}

void
enrolments_remove(struct store *store, struct flow *f,
    const struct owner *owner, int64_t id, const struct audit_origin *origin,
    struct generators_removed *into)
{
	const struct value values[] = {
		INT_VALUE(owner->account_id),
		INT_VALUE(owner->session),
		INT_VALUE(id),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(store, f, STATEMENT_ENROLMENT_REMOVE, values,
	    COUNT_OF(values), into);
}

void
trust_end(struct store *store, struct flow *f, const struct owner *owner,
    const struct audit_origin *origin, struct trust_ended *into)
{
	const struct value values[] = {
		INT_VALUE(owner->account_id),
		INT_VALUE(owner->session),
		TIME_VALUE(origin->at),
		TEXT_VALUE(origin->client_address),
		TEXT_VALUE(origin->request),
	};

	store_ask(
	    store, f, STATEMENT_TRUST_END, values, COUNT_OF(values), into);
}

void
enrolments_seals(
    struct store *store, struct flow *f, int64_t after, struct row_list *into)
{
	const struct value values[] = { INT_VALUE(after) };

	store_ask_list(store, f, STATEMENT_ENROLMENT_SEALS, values,
	    COUNT_OF(values), into);
}

void
enrolments_reseal(struct store *store, struct flow *f,
    const struct generator_seal *seal, struct str sealed,
    struct generator_begun *into)
{
	const struct value values[] = {
		INT_VALUE(seal->id),
		INT_VALUE(seal->key_id),
		BYTES_VALUE(sealed.at, sealed.len),
		INT_VALUE(seal->active_key),
	};

	store_ask(store, f, STATEMENT_ENROLMENT_RESEAL, values,
	    COUNT_OF(values), into);
}
