/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay between store and PostgreSQL.
 */
#include "relay.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
relay_read_line(const struct relay *relay, char *line, size_t size)
{
	size_t len = 0;

	while (len + 1 < size && read(relay->from, line + len, 1) == 1) {
		if (line[len] == '\n') {
			line[len] = '\0';
			return;
		}
		len++;
	}
	fprintf(stderr, "the relay is gone\n");
	abort();
}

void
relay_start(struct relay *relay)
{
	int to[2], from[2];
	char server[1024], line[64];

	snprintf(server, sizeof(server), "%s/.s.PGSQL.5432", getenv("PGHOST"));
	if (pipe(to) != 0 || pipe(from) != 0)
		abort();
	relay->pid = fork();
	if (relay->pid == 0) {
		/* it must not outlive a test that fails */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[1]);
		execl(RELAY, RELAY, server, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	relay->to = to[1];
	relay->from = from[0];
	relay_read_line(relay, line, sizeof(line));
	relay->port = (int)strtol(line, NULL, 10);
}

void
relay_stop(struct relay *relay)
{
	close(relay->to);
	close(relay->from);
	if (waitpid(relay->pid, NULL, 0) != relay->pid)
		abort();
}

void
relay_tell(struct relay *relay, const char *format, ...)
{
	char command[128], line[64];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(command, sizeof(command) - 1, format, arguments);
	va_end(arguments);
	command[len++] = '\n';
	if (write(relay->to, command, (size_t)len) != len)
		abort();
	relay_read_line(relay, line, sizeof(line));
}
