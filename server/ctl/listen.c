/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening sockets.
 */
#include "ctl/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	BACKLOG = 1024,
	ADDRESS_LONGEST = 64
};

static bool
listen_resolve(struct str address, struct addrinfo **found)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	char host[ADDRESS_LONGEST], port[sizeof("65535")];
	size_t colon = address.len;

	while (colon > 0 && address.at[colon - 1] != ':')
		colon--;
	if (colon == 0 || colon > sizeof(host) ||
	    address.len - colon >= sizeof(port))
		return false;
	memcpy(port, address.at + colon, address.len - colon);
	port[address.len - colon] = '\0';
	address = str_first(address, colon - 1);
	if (str_starts(address, STR("[")) && str_ends(address, STR("]")))
		address = str_from(str_first(address, address.len - 1), 1);
	memcpy(host, address.at, address.len);
	host[address.len] = '\0';
	return getaddrinfo(host, port, &hints, found) == 0;
}

static int
listen_socket(const struct addrinfo *at)
{
	const int on = 1;
	int fd = socket(
	    at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
	    bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

/*
 * SO_REUSEPORT would let a second server of the same user share the address in
 * silence; binding once without it tells whether the address is free.
 */
static bool
listen_is_free(const struct addrinfo *at)
{
	const int on = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool free_now;

	if (fd < 0)
		return false;
	free_now =
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, at->ai_addr, at->ai_addrlen) == 0;
	close(fd);
	return free_now;
}

bool
listen_open(struct str address, int *sockets, size_t count, struct buf *why)
{
	struct addrinfo *at;
	bool fine;

	if (!listen_resolve(address, &at)) {
		buf_format(why, "\"%.*s\" is not an address and a port",
		    STR_ARGS(address));
		return false;
	}
	fine = listen_is_free(at);
	for (size_t i = 0; fine && i < count; i++) {
		sockets[i] = listen_socket(at);
		fine = sockets[i] >= 0;
	}
	if (!fine)
		buf_format(why, "cannot listen on %.*s: %s", STR_ARGS(address),
		    strerror(errno));
	freeaddrinfo(at);
	return fine;
}

/* One whose gate was stopped by hand may not listen at the moment. */
static bool
listen_again(int socket, const struct addrinfo *at)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof(bound);

	return getsockname(socket, (struct sockaddr *)&bound, &len) == 0 &&
	       len == at->ai_addrlen && memcmp(&bound, at->ai_addr, len) == 0 &&
	       listen(socket, BACKLOG) == 0;
}

bool
listen_is_at(int socket, struct str address)
{
	struct addrinfo *at;
	bool fine;

	if (!listen_resolve(address, &at))
		return false;
	fine = listen_again(socket, at);
	freeaddrinfo(at);
	return fine;
}
