/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account: one person, whatever the number of organisations.
 */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include "base/str.h"

struct account {
	int64_t id; /* 0: no such account */
	struct str login; /* canonical: ASCII, lower case */
	struct str display_name;
	struct str password; /* PHC or crypt(3) string; empty: none set */
	struct str attributes; /* a JSON object: name to list of texts */
	int64_t epoch; /* raised to end all sessions of the account */
	bool active; /* neither disabled nor locked by an administrator */
};

/* What the account is in one organisation. */
struct membership {
	struct str tenant; /* slug */
	struct str type; /* teacher, student, staff ... */
	struct str groups; /* a JSON list of texts */
};

#endif
