/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that were used, written down a few times a second in one statement.
 *
 * Nobody waits for it and a crash may lose a tenth of a second of it: what is
 * lost is that a session was used a moment ago.
 */
#ifndef WEB_TOUCHES_H
#define WEB_TOUCHES_H

#include <stdint.h>

struct gate;
struct touches;

struct touches *touches_new(struct gate *);

/* Only when no flow is left. */
void touches_free(struct touches *);

/* Notes a use, if the last one known is long enough ago to be worth it. */
void touches_note(
    struct gate *, int64_t session_number, int64_t last_used_at, int64_t now);

#endif
