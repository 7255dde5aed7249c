/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-on session: what the cookie of a browser stands for.
 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "base/str.h"

struct session {
	int64_t number; /* 0: none, ended or expired; below 2^48 */
	int64_t account_id;
	struct str login;
	struct str display_name;
	int64_t account_epoch; /* that it was opened with */
	int64_t created_at; /* all times: microseconds since 1970 UTC */
	int64_t last_used_at;
	int64_t password_at; /* when the password was last given */
	int64_t verified_at; /* when a second step was; 0: never */
	struct str verified_by; /* "totp", "email", "recovery" */
	bool long_term; /* the person asked to stay signed in */
	bool warn; /* wants to be asked before each application */
	struct str skipped; /* why there was none: "off", "zone", "trust",
			     * "exempt"; STR_NONE: there was */
};

#endif
