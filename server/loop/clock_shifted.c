/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the test build only: the system's time plus the offset that stands in
 * the file named by PORTILLON_TEST_CLOCK (signed decimal microseconds).
 *
 * The file is read at each question, so a test moves the clock of a running
 * server by writing one number.
 */
#include "loop/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t
clock_read(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now); /* cannot fail for the two clocks below */
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
clock_offset(void)
{
	const char *name = getenv("PORTILLON_TEST_CLOCK");
	char digits[32] = "";
	ssize_t len;
	int fd;

	if (name == NULL || (fd = open(name, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	len = read(fd, digits, sizeof(digits) - 1);
	close(fd);
	return len > 0 ? strtoll(digits, NULL, 10) : 0;
}

int64_t
clock_now(void)
{
	return clock_read(CLOCK_REALTIME) + clock_offset();
}

int64_t
clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}
