/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network between store and PostgreSQL.
 */
#include "network.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
network_read_line(const struct network *network, char *line, size_t size)
{
	size_t len = 0;

	while (len + 1 < size && read(network->from, line + len, 1) == 1) {
		if (line[len] == '\n') {
			line[len] = '\0';
			return;
		}
		len++;
	}
	fprintf(stderr, "the network is gone\n");
	abort();
}

void
network_start(struct network *network)
{
	int to[2], from[2];
	char server[1024], line[64];

	snprintf(server, sizeof(server), "%s/.s.PGSQL.5432", getenv("PGHOST"));
	if (pipe(to) != 0 || pipe(from) != 0)
		abort();
	network->pid = fork();
	if (network->pid == 0) {
		/* it must not outlive a test that fails */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[1]);
		execl(NETWORK, NETWORK, server, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	network->to = to[1];
	network->from = from[0];
	network_read_line(network, line, sizeof(line));
	network->port = (int)strtol(line, NULL, 10);
}

void
network_stop(struct network *network)
{
	close(network->to);
	close(network->from);
	if (waitpid(network->pid, NULL, 0) != network->pid)
		abort();
}

void
network_tell(struct network *network, const char *format, ...)
{
	char command[128], line[64];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(command, sizeof(command) - 1, format, arguments);
	va_end(arguments);
	command[len++] = '\n';
	if (write(network->to, command, (size_t)len) != len)
		abort();
	network_read_line(network, line, sizeof(line));
}
