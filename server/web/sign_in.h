/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in in progress, as a request sees it.
 *
 * Begun once the password was right, with a cookie of its own; nothing that a
 * browser sends but this cookie says whose sign-in it is.  One that is complete
 * at once never gets its cookie: its session opens in the same transaction.
 */
#ifndef WEB_SIGN_IN_H
#define WEB_SIGN_IN_H

#include "loop/flow.h"
#include "store/sign_ins.h"
#include "web/browser.h"
#include "web/grant.h"

struct destination;
struct request;
struct second_step;
struct sign_in_counters;

enum {
	SIGN_IN_LIFE_SECONDS = 15 * 60
};

struct sign_in_start {
	uint8_t mac[MAC_SIZE];
	struct str cookie;
	struct sign_in_begun begun;
	struct browser_next copied; /* told about, not given out */
};

struct sign_in_first {
	int64_t account_id;
	int64_t account_epoch; /* of what was compared with, or the session */
	int64_t password_at;
	const struct sign_in_counters *counters; /* NULL: not given now */
	const struct destination *to;
	bool renew;
	bool warn; /* ticked on the form */
	bool stay; /* likewise, and nothing speaks against it */
	enum sign_in_step step;
	struct str skipped; /* why no code is asked for; STR_NONE: it is */
	const struct second_step *second; /* what was decided */
};

/* The password was right, just now or when the session began: writes the row,
 * makes the cookie. */
void sign_in_begin(struct request *, struct flow *,
    const struct sign_in_first *, struct sign_in_start *);

/* Gives the cookie out; the sign-in goes on in further requests. */
void sign_in_cookie(struct request *, const struct sign_in_start *);

/* The MAC of the cookie that came; false if none worth looking up. */
bool sign_in_cookie_mac(const struct request *, uint8_t mac[static MAC_SIZE]);

void sign_in_cookie_clear(struct request *);

/* What opens a session: asked in one step, told in a later one. */
struct sign_in_end {
	struct browser_next browser;
	struct session_grant grant;
};

struct sign_in_last {
	const uint8_t *mac; /* of the sign-in */
	int64_t account_id;
	const struct destination *to;
	const struct second_step *second;
	bool trust; /* the person asked for it */
	struct str verified_by; /* STR_NONE: no code was given now */
	int64_t generator; /* that made the code; 0: none did */
};

/* Nothing is missing: the session opens, the browser is noted. */
void sign_in_finish(struct request *, struct flow *,
    const struct sign_in_last *, struct sign_in_end *);

struct sign_in_way {
	struct str login;
	const struct destination *to; /* found in the current registry */
	bool from_new_login; /* the password was given for this */
};

/* The session is open: cookies, and the way to where the person wanted to go.
 */
enum flow_next sign_in_leave(struct request *, const struct sign_in_way *,
    const struct second_step *, const struct sign_in_end *);

#endif
