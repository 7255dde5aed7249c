/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to the service manager: datagrams to the socket that it named.
 */
#include "loop/notify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/memory.h"
#include "loop/clock.h"

static void
notify(struct str state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path != NULL ? strlen(path) : 0;
	int fd;

	if (len == 0 || len >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, len);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state.at, state.len, MSG_NOSIGNAL | MSG_DONTWAIT,
		(struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		log_plain(LOG_WARNING, "service manager not told");
	close(fd);
}

void
notify_ready(void)
{
	notify(STR("READY=1"));
}

void
notify_reloading(void)
{
	CLEANUP(buf_clear) struct buf state = BUF_INIT(128);

	buf_format(&state, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_monotonic());
	notify(buf_str(&state));
}

void
notify_stopping(void)
{
	notify(STR("STOPPING=1"));
}

void
notify_alive(void)
{
	notify(STR("WATCHDOG=1"));
}

int64_t
notify_period(void)
{
	const char *pid = getenv("WATCHDOG_PID"), *us = getenv("WATCHDOG_USEC");
	uint64_t number;

	if (us == NULL ||
	    (pid != NULL && (!str_number(str_of(pid), INT32_MAX, &number) ||
				number != (uint64_t)getpid())) ||
	    !str_number(str_of(us), INT64_MAX, &number))
		return 0;
	return (int64_t)number / 3;
}
