/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single logout: which applications are to be told that a session has ended.
 *
 * Nobody asks for it: the database adds a row to the outbox for each ticket
 * that was redeemed in a session, in the transaction that ends the session,
 * whatever ends it.  A courier claims them here and settles them with
 * outbox_settle().
 */
#ifndef STORE_LOGOUTS_H
#define STORE_LOGOUTS_H

#include "base/str.h"
#include "crypto/mac.h"
#include "store/outbox.h"
#include "store/sessions.h"

struct logout_claimed {
	int64_t id; /* the same for the same ticket */
	int64_t created_at; /* when the session ended */
	int64_t expires_at;
	int64_t tries; /* this one included */
	int64_t session;
	int64_t service_id;
	struct str host; /* name and port, in lower case */
	struct str payload; /* for logout_unpack() of cas/logout.h */
};

struct logout_claim {
	struct outbox_claim claim; /* at most so many in all */
	int64_t most_again; /* of those that were tried before */
	struct str busy; /* hosts that get none, an array of PostgreSQL */
};

/*
 * A list of `struct logout_claimed`: those that were never tried before the
 * others, each the longest due first, and at most two for one host.
 */
void logouts_claim(struct store *, struct flow *, const struct logout_claim *,
    struct row_list *into);

enum {
	LOGOUTS_LEFT_MOST = 20
};

/* An application that the browser tells. */
struct logout_left {
	int64_t id; /* as in struct logout_claimed */
	int64_t service_id;
	struct str name; /* of the service */
	struct str url; /* https, at most 1,000 bytes, with a host name */
	struct str ticket;
};

/*
 * Front channel: a list of `struct logout_left`, at most LOGOUTS_LEFT_MOST,
 * each application's newest ticket first.  Asked in the step that ends the
 * session of this cookie, and before it ends, or they are called as well.
 */
void logouts_leave_to_browser(struct store *, struct flow *,
    const uint8_t mac[MAC_SIZE], int64_t now, struct row_list *into);

struct logout_host {
	struct str host;
	struct str service; /* its name; STR_NONE: it is forgotten */
	int64_t waiting; /* notices, as the next two */
	int64_t given_up;
	int64_t delivered;
	int64_t by_browser; /* left to a browser */
	struct str last_error; /* of those not delivered */
};

/* A list of `struct logout_host`, the worst first, at most 1,000. */
void logouts_list(struct store *, struct flow *, struct row_list *into);

/* Where one is who goes through sessions in the order of their ends. */
struct logout_place {
	int64_t ended_at;
	int64_t session; /* those that ended at the same time: by number */
};

struct logout_search {
	struct logout_place behind;
	int64_t now;
	int64_t most; /* sessions in one go */
};

struct logout_missed {
	int64_t count; /* tickets */
	int64_t looked; /* sessions; as many as asked for: go on behind `at` */
	struct logout_place at; /* the last of them */
};

/* Upkeep: tickets redeemed while their session was ending. */
void logouts_find_missed(struct store *, struct flow *,
    const struct logout_search *, struct logout_missed *into);

/* Upkeep: ends sessions that have run out, a batch at a time. */
void logouts_expire_sessions(struct store *, struct flow *, int64_t now,
    const struct session_limits *, int64_t most, struct upkeep_swept *into);

/* Upkeep: deletes what was settled and added before a moment. */
void logouts_sweep(struct store *, struct flow *, int64_t added_before,
    int64_t most, struct upkeep_swept *into);

#endif
