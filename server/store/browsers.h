/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers: their number and the MAC of their secret, and whom they are trusted
 * for.
 *
 * A secret is good until the one that follows it has been seen, and a minute
 * more, since answers get lost and tabs work side by side.  One that comes back
 * after that is a copy, or its owner was copied.
 */
#ifndef STORE_BROWSERS_H
#define STORE_BROWSERS_H

#include "base/str.h"
#include "crypto/mac.h"

struct flow;
struct store;

enum {
	BROWSER_ID_SIZE = 16
};

struct browser_presented {
	const uint8_t *id; /* BROWSER_ID_SIZE; NULL: no cookie came */
	const uint8_t *mac; /* MAC_SIZE, of the secret that came */
	struct str user_agent;
	int64_t now;
};

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

/* An account trusts at most 20 browsers: the one used least lately makes room
 * (row T148). */
void browsers_use(struct store *, struct flow *, const struct browser_use *);

#endif
