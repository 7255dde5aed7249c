/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping what was decided, for the help desk.
 *
 * Called last in the step that acts on the decision: it commits with that.
 * What a living session is given without a question is not kept, nor what was
 * decided where the second step is switched off.
 */
#ifndef WEB_DECIDED_H
#define WEB_DECIDED_H

#include "base/str.h"

struct flow;
struct request;
struct second_step;

/*
 * `sign_in_mac` is MAC_SIZE bytes; NULL: they may not pass.  Gives the support
 * code, which is good once the step has committed; STR_NONE: nothing to keep.
 */
struct str decided_keep(struct request *, struct flow *, int64_t account_id,
    const uint8_t *sign_in_mac, const struct second_step *);

#endif
