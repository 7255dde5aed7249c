/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts: found by login, counted before a password is compared, changed by
 * operators.
 *
 * A try to sign in is counted as a failure before anything is compared, and
 * taken back by sessions_open() when it was right; so no number of parallel
 * tries gets past the limit.
 */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include "crypto/mac.h"
#include "model/account.h"
#include "store/audit.h"

struct flow;
struct row_list;
struct store;

/* into->id stays 0 if there is no such account. */
void accounts_find(
    struct store *, struct flow *, struct str login, struct account *into);

/*
 * What a try to sign in is counted under.  Addresses and networks are counted
 * as a bucket that leaks: so many failures an hour, all of them at once too.
 */
struct sign_in_counters {
	uint8_t name[MAC_SIZE]; /* of the account, as seen from here */
	struct str address; /* STR_NONE: neither this nor the network */
	struct str network;
	int64_t address_most; /* failures an hour */
	int64_t network_most;
};

struct sign_in_candidate {
	struct account account; /* id 0: no such account */
	/* STR_NONE, or whose limit was reached, "account", "address" or
	 * "network": then refuse and compare nothing */
	struct str refused_by;
	int64_t wait_until; /* if refused: when the next try counts */
	int64_t generation;
};

/*
 * Counts one failure and reads the account; one statement and one row for known
 * and unknown logins alike.  Under the name, after 5 failures within 24 hours
 * each further one doubles the wait, from one minute to 15; the 26th within 24
 * hours waits for the first to grow old.  A refused try is counted nowhere, and
 * leaves an audit row if its counter had none within the last minute.
 */
void accounts_find_for_sign_in(struct store *, struct flow *, struct str login,
    const struct sign_in_counters *, const struct audit_origin *,
    struct sign_in_candidate *into);

struct try_taken_back {
	bool done;
};

/* A try counted at origin->at whose password was not compared after all. */
void accounts_take_back_try(struct store *, struct flow *,
    const struct sign_in_counters *, const struct audit_origin *,
    struct try_taken_back *into);

/* What a change found; id stays 0 if it changed nothing. */
struct account_changed {
	int64_t id;
};

/*
 * Replaces the stored form of a password that was just proved right, unless
 * somebody changed it meanwhile.  Sessions live on.
 */
void accounts_rehash_password(struct store *, struct flow *,
    const struct account *, struct str password, struct account_changed *into);

/* For operators; these wait on the slow lane, and leave an audit row. */

struct account_new {
	struct str login; /* canonical */
	struct str display_name;
	struct str password; /* hashed; STR_NONE: cannot sign in yet */
	struct str attributes; /* a JSON object: name to list of texts */
	struct str tenant; /* slug; STR_NONE: belongs to none */
	struct str type;
	struct str groups; /* a JSON list of texts; STR_NONE: none */
};

/* Nothing is changed if the login is taken or the tenant unknown. */
void accounts_add(struct store *, struct flow *, const struct account_new *,
    const struct audit_origin *, struct account_changed *into);

/* Ends all sessions of the account. */
void accounts_set_password(struct store *, struct flow *, struct str login,
    struct str password, const struct audit_origin *,
    struct account_changed *into);

/* "active", "disabled" or "locked"; ends all sessions of the account. */
void accounts_set_state(struct store *, struct flow *, struct str login,
    struct str state, const struct audit_origin *,
    struct account_changed *into);

struct account_listed {
	int64_t id;
	struct str login;
	struct str display_name;
	struct str state;
	struct str memberships; /* JSON: list of {tenant, type, groups} */
	int64_t created_at;
	bool has_password;
};

/* `struct account_listed`, by login, at most 1000 behind `after`. */
void accounts_list(
    struct store *, struct flow *, struct str after, struct row_list *into);

#endif
