/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child's end of its channel to the master.
 */
#include "loop/lifeline.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/channel.h"

struct lifeline {
	int channel;
	const struct lifeline_ops *ops;
	void *context;
	struct event *word; /* one of the master's has come */
	struct event *beat;
};

static const struct timeval beat_period = { 1, 0 };

static void
lifeline_beat(evutil_socket_t fd, short what, void *argument)
{
	struct lifeline *l = argument;

	(void)fd, (void)what;
	(void)channel_send(l->channel, CHANNEL_ALIVE, 0); /* else orphaned */
}

static void
lifeline_reload(struct lifeline *l)
{
	bool done = l->ops->reload == NULL || l->ops->reload(l->context);

	(void)channel_send(
	    l->channel, done ? CHANNEL_RELOADED : CHANNEL_NOT_RELOADED, 0);
}

static void
lifeline_obey(struct lifeline *l, struct channel_message message)
{
	switch ((enum channel_word)message.word) {
	case CHANNEL_RELOAD:
		lifeline_reload(l);
		break;
	case CHANNEL_LEAVE:
		l->ops->leave(l->context);
		break;
	case CHANNEL_ADOPT:
		if (l->ops->adopt != NULL)
			l->ops->adopt(message.number, l->context);
		break;
	case CHANNEL_GIVE_BACK:
		if (l->ops->give_back != NULL)
			l->ops->give_back(message.number, l->context);
		break;
	case CHANNEL_READY:
	case CHANNEL_ALIVE:
	case CHANNEL_RELOADED:
	case CHANNEL_NOT_RELOADED:
		break; /* a child's words */
	}
}

static void
lifeline_readable(evutil_socket_t fd, short what, void *argument)
{
	struct lifeline *l = argument;
	struct channel_message message;
	enum channel_outcome outcome;

	(void)what;
	while ((outcome = channel_receive(fd, &message)) == CHANNEL_GOT)
		lifeline_obey(l, message);
	if (outcome == CHANNEL_EMPTY)
		return;
	event_del(l->word);
	event_del(l->beat);
	log_plain(LOG_WARNING, "the master is gone");
	l->ops->orphaned(l->context);
}

struct lifeline *
lifeline_new(struct event_base *base, int channel,
    const struct lifeline_ops *ops, void *context)
{
	struct lifeline *l = memory_new(sizeof(*l));

	l->channel = channel;
	l->ops = ops;
	l->context = context;
	l->word = event_new(
	    base, channel, EV_READ | EV_PERSIST, lifeline_readable, l);
	l->beat = event_new(base, -1, EV_PERSIST, lifeline_beat, l);
	if (l->word == NULL || l->beat == NULL ||
	    event_add(l->word, NULL) != 0 ||
	    event_add(l->beat, &beat_period) != 0)
		abort(); /* out of memory */
	return l;
}

void
lifeline_free(struct lifeline *l)
{
	if (l == NULL)
		return;
	event_free(l->word);
	event_free(l->beat);
	close(l->channel);
	free(l);
}

void
lifeline_tell_ready(struct lifeline *l)
{
	(void)channel_send(l->channel, CHANNEL_READY, 0); /* else orphaned */
}
