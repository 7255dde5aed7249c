/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-ins in progress: begun after the right password, found by the cookie of
 * the browser that began them, moved on by what was proved.
 *
 * Every statement names the sign-in and its account, so that what one person
 * proves never moves another's sign-in.  Codes are used up in the statement
 * that moves on: nothing moves without, and nothing is used twice.
 */
#ifndef STORE_SIGN_INS_H
#define STORE_SIGN_INS_H

#include "crypto/mac.h"
#include "model/sign_in.h"
#include "store/audit.h"

struct flow;
struct sign_in_counters;
struct store;

struct sign_in_beginning {
	const uint8_t *mac; /* of the cookie that goes out */
	int64_t key_id;
	int64_t account_id;
	int64_t account_epoch; /* of the row that was compared with */
	enum sign_in_step step;
	int64_t now;
	int64_t expires_at;
	int64_t password_at;
	struct str skipped; /* why no code is asked for; STR_NONE: it is */
	struct str service_url;
	struct str method; /* of struct destination */
	bool renew;
	bool warn; /* of the session that it opens, as the next */
	bool long_term;
	/* Whose failures are forgotten; NULL: no password was given now. */
	const struct sign_in_counters *counters;
};

struct sign_in_begun {
	int64_t number; /* 0: the account changed meanwhile */
};

void sign_ins_begin(struct store *, struct flow *,
    const struct sign_in_beginning *, struct sign_in_begun *into);

struct sign_in_found {
	struct sign_in sign_in;
	int64_t generation;
};

/* `mac` is MAC_SIZE bytes. */
void sign_ins_find(struct store *, struct flow *, const uint8_t *mac,
    int64_t now, struct sign_in_found *into);

/* The word that stands for a step, and the step of a word. */
struct str sign_in_step_name(enum sign_in_step);
enum sign_in_step sign_in_step_of(struct str name);

struct sign_in_moved {
	struct str step; /* STR_NONE: there is no such sign-in any more */
};

struct sign_in_led_on {
	int64_t now;
	enum sign_in_step step; /* SIGN_IN_OFFER or SIGN_IN_SET_UP */
	bool trust; /* the person wants this browser trusted */
};

/* The code was right, and there is one thing more before the session. */
void sign_ins_lead_on(struct store *, struct flow *, const struct sign_in *,
    const struct sign_in_led_on *, struct sign_in_moved *into);

struct sign_in_take_up {
	int64_t now;
	enum sign_in_step step; /* SIGN_IN_PROOF or SIGN_IN_SET_UP */
};

/* "Set up now". */
void sign_ins_take_up(struct store *, struct flow *, const struct sign_in *,
    const struct sign_in_take_up *, struct sign_in_moved *into);

struct sign_in_put_off {
	int64_t now;
	struct str skipped; /* why no code was asked for; STR_NONE: one was */
	bool counts; /* it may be put off for some time or so often */
};

/* "Later": the session may open, and the account notes it, once. */
void sign_ins_put_off(struct store *, struct flow *, const struct sign_in *,
    const struct sign_in_put_off *, struct sign_in_moved *into);

#endif
