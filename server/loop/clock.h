/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that asks what time it is.
 *
 * The test build links clock_shifted.c instead of clock_system.c; the shipped
 * binary has no way to shift its clock.
 */
#ifndef LOOP_CLOCK_H
#define LOOP_CLOCK_H

#include <stdint.h>

/* Microseconds since 1970 UTC. */
int64_t clock_now(void);

/* Microseconds of a clock that never jumps; for measuring how long. */
int64_t clock_monotonic(void);

#endif
