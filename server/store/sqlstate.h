/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an error code of PostgreSQL means for the unit that met it.
 *
 * Codes that are not listed refuse: an error never lets anybody in.
 */
#ifndef STORE_SQLSTATE_H
#define STORE_SQLSTATE_H

#include <stdbool.h>

enum sqlstate_verdict {
	SQLSTATE_REFUSED, /* rolled back; our mistake or a constraint */
	SQLSTATE_BUSY, /* rolled back; too much to do just now */
	SQLSTATE_STUCK, /* rolled back; it waited or worked for too long */
	SQLSTATE_FULL, /* rolled back; somebody has to make room */
	SQLSTATE_REPEAT, /* rolled back; the same again may succeed */
	SQLSTATE_PREPARE, /* rolled back; the statement must be prepared anew */
	SQLSTATE_RECONNECT, /* this server serves nobody at present */
};

/* `code` NULL, the connection broke, is SQLSTATE_RECONNECT. */
enum sqlstate_verdict sqlstate_verdict(const char *code);

/* The schema lacks something, or rights on it are missing. */
bool sqlstate_is_schema(const char *code);

#endif
