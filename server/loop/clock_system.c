/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time it is, as the system says.
 */
#include "loop/clock.h"

#include <time.h>

static int64_t
clock_read(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now); /* cannot fail for the two clocks below */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_now(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t
clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}
