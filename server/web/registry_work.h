/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a registry out of rows on a thread, for a flow.
 *
 * With ten thousand services that takes longer than anybody else at the gate
 * should have to wait.
 */
#ifndef WEB_REGISTRY_WORK_H
#define WEB_REGISTRY_WORK_H

#include <stdint.h>

struct flow;
struct pool;
struct registry;
struct row_set;

/*
 * Takes the rows over.  The registry is there, and owned by who asked, when the
 * next step runs; the flow fails if a row is not that of a service.
 */
void registry_work_build(struct pool *, struct flow *, struct row_set *,
    int64_t generation, struct registry **into);

#endif
