/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets are spent.
 */
#include "store/tickets.h"

#include "store/row.h"
#include "store/store.h"

enum {
	SECOND_US = 1000 * 1000,
	RANDOM_SIZE = 6, /* as in a ticket */
};

/* clang-format off */
#define OF_ANY_TICKET \
	ROW_COLUMN(struct ticket_redeemed, fresh, ROW_BOOL), \
	ROW_COLUMN(struct ticket_redeemed, alive, ROW_BOOL), \
	ROW_COLUMN(struct ticket_redeemed, account_id, ROW_INT), \
	ROW_COLUMN(struct ticket_redeemed, login, ROW_TEXT), \
	ROW_COLUMN(struct ticket_redeemed, display_name, ROW_TEXT), \
	ROW_COLUMN(struct ticket_redeemed, attributes, ROW_TEXT), \
	ROW_COLUMN(struct ticket_redeemed, created_at, ROW_TIME), \
	ROW_COLUMN(struct ticket_redeemed, last_used_at, ROW_TIME), \
	ROW_COLUMN(struct ticket_redeemed, password_at, ROW_TIME), \
	ROW_COLUMN(struct ticket_redeemed, long_term, ROW_BOOL), \
	ROW_COLUMN(struct ticket_redeemed, generation, ROW_INT), \
	ROW_COLUMN(struct ticket_redeemed, restore_epoch, ROW_INT)
/* clang-format on */

static const struct row_column ticket_redeemed_columns[] = { OF_ANY_TICKET };

static const struct row_column proxy_ticket_redeemed_columns[] = {
	OF_ANY_TICKET,
	ROW_COLUMN(struct ticket_redeemed, session, ROW_INT),
	ROW_COLUMN(struct ticket_redeemed, proxies, ROW_TEXT),
};

extern const struct row_table ticket_redeemed_row;
const struct row_table ticket_redeemed_row =
    ROW_TABLE(struct ticket_redeemed, ticket_redeemed_columns);

extern const struct row_table proxy_ticket_redeemed_row;
const struct row_table proxy_ticket_redeemed_row =
    ROW_TABLE(struct ticket_redeemed, proxy_ticket_redeemed_columns);

void
tickets_redeem(struct store *store, struct flow *f,
    const struct ticket_redemption *redemption, struct ticket_redeemed *into)
{
	int64_t now = redemption->now;
	int64_t idle_us = redemption->limits.idle_seconds * SECOND_US;
	int64_t longest_us = redemption->limits.longest_seconds * SECOND_US;
	int64_t long_us = redemption->limits.long_seconds * SECOND_US;
	const struct value values[] = {
		INT_VALUE(redemption->grant != 0 ? redemption->grant
						 : redemption->session),
		INT_VALUE(redemption->issued_at),
		BYTES_VALUE(redemption->random, RANDOM_SIZE),
		BYTES_VALUE(redemption->request, TICKETS_REQUEST_SIZE),
		redemption->service_id == 0 ? NULL_VALUE
					    : INT_VALUE(redemption->service_id),
		TEXT_VALUE(redemption->ticket),
		TIME_VALUE(now),
		TIME_VALUE(now - idle_us),
		TIME_VALUE(now - longest_us),
		TIME_VALUE(now - long_us),
		TEXT_VALUE(redemption->service_url),
	};

	store_ask(store, f,
	    redemption->grant != 0 ? STATEMENT_PROXY_TICKET_REDEEM
				   : STATEMENT_TICKET_REDEEM,
	    values, COUNT_OF(values), into);
}
