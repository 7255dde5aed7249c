/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generation: one row, raised by every change of what gates keep in
 * memory.  A gate that sees a newer number than its snapshot's reloads first.
 */
#ifndef STORE_GENERATION_H
#define STORE_GENERATION_H

#include <stdint.h>

struct flow;
struct store;

struct generation {
	int64_t number;
	int64_t restore_epoch; /* raised when a backup came back */
	int64_t active_key; /* generation of keys to make new things with */
	int64_t active_check; /* keys_check() of it; 0: not known */
	int64_t throttle_key; /* that counters of failures are named with */
};

void generation_read(struct store *, struct flow *, struct generation *into);

#endif
