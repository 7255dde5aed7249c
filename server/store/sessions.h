/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-on sessions: found by the MAC of their cookie, opened, ended.
 *
 * The number of a session stays when its cookie is replaced; tickets carry the
 * number, browsers only ever the cookie.  A session is alive as long as it is
 * not ended, within both limits, and its account is active and has the epoch
 * that the session was opened with.
 */
#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

#include "crypto/mac.h"
#include "model/session.h"
#include "store/audit.h"

struct flow;
struct store;

struct session_limits {
	int64_t idle_seconds; /* without being used */
	int64_t longest_seconds; /* since it was opened */
	/* Instead of both, for who asked to stay signed in; 0: nobody may. */
	int64_t long_seconds;
};

/* Seconds after which no session lives, whatever its owner wished. */
int64_t session_limits_most(const struct session_limits *);

struct session_found {
	struct session session; /* number 0: no living session */
	int64_t generation;
	int64_t key_id; /* generation of keys that its MAC was made with */
};

/* `mac` is MAC_SIZE bytes.  The generation is set in any case. */
void sessions_find(struct store *, struct flow *, const uint8_t *mac,
    int64_t now, const struct session_limits *, struct session_found *into);

struct session_opening {
	const uint8_t *sign_in_mac; /* of the sign-in that is complete */
	const uint8_t *old_mac; /* of the cookie that came, NULL: none */
	const uint8_t *mac; /* of the cookie that goes out */
	int64_t key_id;
	const uint8_t *browser_id; /* 16 bytes, store/browsers.h; or NULL */
	struct session_limits limits;
	struct str user_agent;
};

struct session_opened {
	int64_t number; /* 0: refused, something is missing or has changed */
	bool renewed; /* the old session of this browser goes on */
	bool long_term;
	int64_t created_at;
	int64_t generation;
};

/*
 * After the last factor, once for each sign-in: goes on with the browser's
 * living session of the same account under the new cookie, or ends the old one
 * and opens another.  An ordinary session does not become a long one, nor the
 * other way round.
 */
void sessions_open(struct store *, struct flow *,
    const struct session_opening *, const struct audit_origin *,
    struct session_opened *into);

struct session_ended {
	int64_t number; /* 0: there was nothing to end */
	int64_t account_id;
};

void sessions_end(struct store *, struct flow *, const uint8_t *mac,
    const struct audit_origin *, struct session_ended *into);

/* Is a use worth a write: was the last one a tenth of the idle limit ago? */
bool sessions_touch_due(
    int64_t last_used_at, int64_t now, const struct session_limits *);

enum {
	SESSIONS_TOUCHED_MOST = 4096
};

/*
 * Sets last_used_at of many where it is due; a crash may lose it.  Sessions
 * that somebody else is writing are left out.  A long one that had not been
 * used for longer than an ordinary one may forgets what was proved in it.
 */
void sessions_touch(struct store *, struct flow *, const int64_t *numbers,
    size_t count, int64_t now, const struct session_limits *);

#endif
