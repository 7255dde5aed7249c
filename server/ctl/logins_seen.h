/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which logins a file has named so far, and in which line.
 *
 * Keeps 16 bytes a login, whatever its length: 96 bits of a digest, which no
 * two logins share by accident, and a line number.
 */
#ifndef CTL_LOGINS_SEEN_H
#define CTL_LOGINS_SEEN_H

#include "base/str.h"

struct logins_seen;

struct logins_seen *logins_seen_new(void);
void logins_seen_free(struct logins_seen *);

/* 0 for a new login; else the line that named it, and nothing is changed. */
uint64_t logins_seen_add(struct logins_seen *, struct str login, uint64_t line);

#endif
