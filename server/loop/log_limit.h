/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines that strangers can cause at will, limited event by event: the
 * first of each second are written, the others are counted, and one line says
 * how many they were.
 *
 *	if (log_limit_allows(LOG_WARNING, "connection refused"))
 *		log_event(LOG_WARNING, "connection refused", ...);
 *
 * One line a request (the access line) is no such event: it is the record of
 * what was asked, and its number is that of the requests.
 */
#ifndef LOOP_LOG_LIMIT_H
#define LOOP_LOG_LIMIT_H

#include "base/log.h"

enum {
	LOG_LIMIT_LINES = 20 /* of one event, a second and process */
};

/* `event` is kept: a literal, the one that is logged. */
bool log_limit_allows(enum log_level, const char *event);

/* Says what was left out in seconds that are over; call it every second. */
void log_limit_report(void);

#endif
