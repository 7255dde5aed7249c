/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second steps: counted, compared elsewhere, used up.
 *
 * factors_try() counts a failure before anything is compared; taking the right
 * code forgets them.  `counter` is a keyed name of the account, MAC_SIZE bytes.
 */
#ifndef STORE_FACTORS_H
#define STORE_FACTORS_H

#include "crypto/mac.h"
#include "store/audit.h"

struct flow;
struct row_list;
struct sign_in;
struct store;

struct factor_try {
	int64_t wait_until; /* 0: it may be compared */
	bool stopped; /* 100 failures in a row: no more until help */
	int64_t failures; /* of the last 24 hours, this one included */
};

void factors_try(struct store *, struct flow *, const uint8_t *counter,
    int64_t now, struct factor_try *into);

struct generator {
	int64_t id;
	struct str secret; /* sealed */
	int64_t key_id;
	int64_t last_step;
	int64_t drift; /* steps */
	int64_t created_at;
	int64_t confirmed_at;
	int64_t last_used_at;
	int64_t codes_left; /* recovery codes that are not used */
	int64_t codes;
};

/* `struct generator`: those that prove something. */
void generators_list(
    struct store *, struct flow *, int64_t account_id, struct row_list *into);

struct sign_in_taken {
	bool fresh; /* it had not been used */
	bool verified; /* the sign-in went on */
};

struct totp_use {
	const struct sign_in *sign_in;
	int64_t generator;
	int64_t step; /* of the code; only a later one than any before counts */
	int64_t drift;
	const uint8_t *counter;
};

void factors_take_totp(struct store *, struct flow *, const struct totp_use *,
    const struct audit_origin *, struct sign_in_taken *into);

struct email_send_counted {
	bool counted; /* one may be sent */
	int64_t again_at; /* if not: when */
};

/* One a minute, 5 an hour, 10 a day: counts if one may be sent. */
void emails_count(struct store *, struct flow *, int64_t account_id,
    int64_t now, struct email_send_counted *into);

struct email_code_new {
	const struct sign_in *sign_in;
	int64_t address_id;
	const uint8_t *mac; /* MAC_SIZE */
	int64_t key_id;
	int64_t made_at;
	int64_t expires_at;
};

/* Takes the place of the one before; fresh: it was put. */
void emails_put_code(struct store *, struct flow *,
    const struct email_code_new *, struct sign_in_taken *into);

struct email_code {
	struct str mac; /* STR_NONE: none that may still be tried */
	int64_t key_id;
	int64_t tries; /* this one included */
};

/* Counts a try and gives what the typed code is compared with. */
void emails_try_code(struct store *, struct flow *, const struct sign_in *,
    int64_t now, struct email_code *into);

void factors_take_email(struct store *, struct flow *, const struct sign_in *,
    struct str mac, const uint8_t *counter, const struct audit_origin *,
    struct sign_in_taken *into);

struct recovery_hash {
	int64_t enrolment_id;
	int64_t slot;
	struct str hash; /* PHC string */
	int64_t used_at;
};

/* What a code in this place on the person's list is compared with; left as it
 * is if there is none. */
void recovery_codes_find(struct store *, struct flow *, int64_t account_id,
    int64_t slot, struct recovery_hash *into);

struct recovery_use {
	const struct sign_in *sign_in;
	const struct recovery_hash *hash; /* of the code that was right */
	const uint8_t *counter;
};

void factors_take_recovery(struct store *, struct flow *,
    const struct recovery_use *, const struct audit_origin *,
    struct sign_in_taken *into);

#endif
