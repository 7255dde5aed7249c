/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between the master and its children.
 */
#include "loop/channel.h"

#include <errno.h>
#include <sys/socket.h>

bool
channel_open(int ends[static 2])
{
	return socketpair(AF_UNIX,
		   SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0;
}

bool
channel_send(int channel, enum channel_word word, size_t number)
{
	const struct channel_message message = { (uint8_t)word,
		(uint8_t)number };

	return send(channel, &message, sizeof(message),
		   MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(message);
}

enum channel_outcome
channel_receive(int channel, struct channel_message *message)
{
	ssize_t came;

	do {
		came = recv(channel, message, sizeof(*message), MSG_DONTWAIT);
	} while (came < 0 && errno == EINTR);
	if (came == sizeof(*message))
		return CHANNEL_GOT;
	if (came < 0 && errno == EAGAIN)
		return CHANNEL_EMPTY;
	return CHANNEL_CLOSED;
}

bool
channel_is_one(int descriptor)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof(int);

	return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &len) ==
		   0 &&
	       domain == AF_UNIX &&
	       getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_SEQPACKET;
}
