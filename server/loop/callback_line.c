/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions of gates to the courier: one message each, a head and the URL.
 */
#include "loop/callback_line.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct question_head {
	uint64_t number;
	int64_t by_us;
};

static bool
line_send(int line, struct iovec *parts, size_t count)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
	ssize_t sent;

	do {
		sent = sendmsg(line, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	return sent > 0; /* whole: messages are not cut on their way */
}

static enum channel_outcome
line_hear(int line, struct iovec *parts, size_t count, size_t *came)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
	ssize_t heard;

	do {
		heard = recvmsg(line, &message, MSG_DONTWAIT);
	} while (heard < 0 && errno == EINTR);
	if (heard < 0 && errno == EAGAIN)
		return CHANNEL_EMPTY;
	if (heard <= 0 || message.msg_flags & MSG_TRUNC)
		return CHANNEL_CLOSED;
	*came = (size_t)heard;
	return CHANNEL_GOT;
}

bool
callback_ask_line(int line, const struct callback_question *question)
{
	struct question_head head = { question->number, question->by_us };
	struct iovec parts[] = {
		{ &head, sizeof(head) },
		{ (char *)(uintptr_t)question->url.at, question->url.len },
	};

	return question->url.len > 0 &&
	       question->url.len <= CALLBACK_URL_LONGEST &&
	       line_send(line, parts, COUNT_OF(parts));
}

enum channel_outcome
callback_hear_question(int line, struct callback_question *question,
    char url[static CALLBACK_URL_LONGEST])
{
	struct question_head head;
	struct iovec parts[] = {
		{ &head, sizeof(head) },
		{ url, CALLBACK_URL_LONGEST },
	};
	size_t came = 0;
	enum channel_outcome outcome =
	    line_hear(line, parts, COUNT_OF(parts), &came);

	if (outcome != CHANNEL_GOT)
		return outcome;
	if (came <= sizeof(head))
		return CHANNEL_CLOSED;
	*question = (struct callback_question){ head.number, head.by_us,
		{ url, came - sizeof(head) } };
	return CHANNEL_GOT;
}

bool
callback_answer_line(int line, const struct callback_answer *answer)
{
	struct callback_answer copy;
	struct iovec part = { &copy, sizeof(copy) };

	memset(&copy, 0, sizeof(copy)); /* the gaps too */
	copy.number = answer->number;
	copy.taken = answer->taken;
	return line_send(line, &part, 1);
}

enum channel_outcome
callback_hear_answer(int line, struct callback_answer *answer)
{
	struct iovec part = { answer, sizeof(*answer) };
	size_t came = 0;
	enum channel_outcome outcome = line_hear(line, &part, 1, &came);

	if (outcome == CHANNEL_GOT && came != sizeof(*answer))
		return CHANNEL_CLOSED;
	return outcome;
}
