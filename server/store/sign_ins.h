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

struct account_changed;
struct flow;
struct row_list;
struct sign_in_counters;
struct store;

enum {
	BROWSER_ID_SIZE = 16
};

/* What deciding needs to know of a person and their browser. */
struct second_step_facts {
	int64_t trust_epoch; /* 0: never raised */
	int64_t offered_at;
	int64_t skips;
	int64_t encouraged_at;
	int64_t removed_at;
	int64_t reset_at;
	int64_t generators;
	bool voluntary;
	int64_t generator_used_at;
	int64_t recovery_codes; /* unused */
	bool browser_known;
	bool secret_matches;
	int64_t known_at;
	int64_t trusted_at;
	int64_t verified_at;
	struct str verified_by;
	int64_t last_sign_in_at;
	int64_t revoked_at;
	bool verifier_stays; /* the generator that verified it is still there */
	int64_t similar_trusted_at;
	int64_t generation;
};

struct browser_presented {
	const uint8_t *id; /* BROWSER_ID_SIZE; NULL: no cookie came */
	const uint8_t *mac; /* MAC_SIZE, of the secret that came */
	struct str user_agent;
	int64_t now;
};

/* generation stays 0 if there is no such account. */
void second_step_facts_read(struct store *, struct flow *, int64_t account_id,
    const struct browser_presented *, struct second_step_facts *into);

/* `struct membership`, by the slug of the organisation. */
void memberships_list(
    struct store *, struct flow *, int64_t account_id, struct row_list *into);

struct address_row {
	int64_t id;
	struct str email;
	struct str kind; /* "personal", "institutional" */
	struct str source; /* "directory", "office", "self" */
	int64_t verified_at;
	int64_t changed_at;
	int64_t bounced_at;
};

/* `struct address_row`, the first one on record first. */
void addresses_list(
    struct store *, struct flow *, int64_t account_id, struct row_list *into);

/* As an office knows it; `kind` is "personal" or "institutional".  id stays 0
 * if there is no such account. */
void addresses_put(struct store *, struct flow *, struct str login,
    struct str email, struct str kind, const struct audit_origin *,
    struct account_changed *into);

/* Codes on their way there die.  id stays 0 if there was nothing to remove. */
void addresses_remove(struct store *, struct flow *, struct str login,
    struct str email, const struct audit_origin *,
    struct account_changed *into);

struct browser_secret {
	const uint8_t *id; /* BROWSER_ID_SIZE */
	const uint8_t *mac; /* MAC_SIZE */
	int64_t key_id;
};

/* A browser that we have not met, or that lost its cookie. */
void browsers_add(struct store *, struct flow *, const struct browser_secret *,
    int64_t now, struct str user_agent);

struct browser_shown {
	struct str verdict; /* "good", "unknown", or "copied" */
	int64_t key_id; /* generation that makes the cookie of a good one */
};

/*
 * A browser shows the secret with this MAC; `follower` is what comes next.  One
 * that was left behind is a copy, and what the browser is trusted for ends.
 */
void browsers_show(struct store *, struct flow *, const uint8_t *shown,
    const struct browser_secret *follower, const struct browser_presented *,
    struct browser_shown *into);

struct browser_use {
	int64_t account_id;
	const uint8_t *id;
	int64_t now;
	bool trust; /* the person asked for it, and a code was right */
	int64_t verified_at; /* 0: no code was given now */
	struct str verified_by;
	int64_t generator; /* that made the code; 0: none did */
	struct str name; /* as suggested; the first one stays */
};

void browsers_use(struct store *, struct flow *, const struct browser_use *);

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
	bool renew;
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

/* A request came that does not fit the step: the third one ends it. */
void sign_ins_astray(struct store *, struct flow *, const struct sign_in *,
    struct sign_in_moved *into);

#endif
