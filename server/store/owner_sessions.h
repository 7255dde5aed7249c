/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people see of their own sessions, and ending them.
 *
 * The account stands in every statement: the session of somebody else is as if
 * it were not there.
 */
#ifndef STORE_OWNER_SESSIONS_H
#define STORE_OWNER_SESSIONS_H

#include "store/sessions.h"

struct row_list;

enum {
	OWNER_SESSIONS_MOST = 100, /* listed */
	OWNER_APPLICATIONS_MOST = 5, /* named for each */
};

/* Whose sessions, and who asks. */
struct session_owner {
	int64_t account_id;
	int64_t session; /* the one that is signed in with */
	int64_t now;
	struct session_limits limits;
};

struct owner_session {
	int64_t number;
	int64_t created_at;
	int64_t last_used_at;
	int64_t password_at;
	int64_t verified_at; /* of a second step; 0: none was given */
	struct str verified_by; /* "totp", "email", "recovery" */
	struct str skipped; /* why none was: as in struct session */
	bool long_term; /* they asked to stay signed in */
	struct str client_address;
	struct str user_agent;
	int64_t count; /* of all, also those that are not listed */
};

/* A list of struct owner_session: this one first, then by last use. */
void owner_sessions_list(struct store *, struct flow *,
    const struct session_owner *, struct row_list *into);

struct owner_application {
	int64_t session;
	struct str name;
	int64_t count; /* of all in this session */
};

/* A list of struct owner_application, of each session the last opened first. */
void owner_sessions_applications(struct store *, struct flow *,
    const struct session_owner *, struct row_list *into);

struct owner_sessions_ended {
	bool allowed; /* the session that is signed in with still lives */
	int64_t meant; /* 0: there is no such session, or it is this one */
	int64_t ended; /* how many were alive until now */
};

/* `number` 0: all but the one that is signed in with, which never ends. */
void owner_sessions_end(struct store *, struct flow *,
    const struct session_owner *, int64_t number, const struct audit_origin *,
    struct owner_sessions_ended *into);

#endif
