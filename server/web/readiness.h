/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can this node sign people in?
 *
 * Any gate answers for all, from the scoreboard.  A gate that is gone for a
 * moment does not count: the kernel keeps its visitors waiting for the next.
 * One that runs and cannot do its work does, since its visitors get a 503.
 */
#ifndef WEB_READINESS_H
#define WEB_READINESS_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

struct readiness {
	bool ready;
	size_t gates;
	size_t gates_ready;
};

/* `reasons`, if not NULL, gets a line for everything that is not as it
 * should be, also where that does not make the node unready. */
struct readiness readiness_now(struct buf *reasons);

#endif
