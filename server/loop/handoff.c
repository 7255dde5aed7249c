/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passing finished work back from worker threads to the loop.
 *
 * One mutex guards the list and is never held across a call; one eventfd wakes
 * the loop.
 */
#include "loop/handoff.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"

struct handoff {
	pthread_mutex_t lock;
	struct handoff_item *newest;
	struct event *wake;
	int fd;
};

static struct handoff_item *
handoff_take_all(struct handoff *h)
{
	struct handoff_item *newest, *oldest = NULL;

	pthread_mutex_lock(&h->lock);
	newest = h->newest;
	h->newest = NULL;
	pthread_mutex_unlock(&h->lock);

	while (newest != NULL) {
		struct handoff_item *item = newest;

		newest = item->next;
		item->next = oldest;
		oldest = item;
	}
	return oldest;
}

static void
handoff_woken(evutil_socket_t fd, short what, void *argument)
{
	struct handoff *h = argument;
	struct handoff_item *item;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return; /* somebody else's wake-up: nothing is lost */
	item = handoff_take_all(h);
	while (item != NULL) {
		struct handoff_item *next = item->next;

		item->arrived(item);
		item = next;
	}
}

struct handoff *
handoff_new(struct event_base *base)
{
	struct handoff *h = memory_new(sizeof(*h));

	pthread_mutex_init(&h->lock, NULL);
	h->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (h->fd < 0)
		abort(); /* out of descriptors at start: the master tells */
	h->wake =
	    event_new(base, h->fd, EV_READ | EV_PERSIST, handoff_woken, h);
	event_add(h->wake, NULL);
	return h;
}

void
handoff_free(struct handoff *h)
{
	if (h == NULL)
		return;
	event_free(h->wake);
	close(h->fd);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void
handoff_post(struct handoff *h, struct handoff_item *item)
{
	const uint64_t one = 1;
	ssize_t written;

	pthread_mutex_lock(&h->lock);
	item->next = h->newest;
	h->newest = item;
	pthread_mutex_unlock(&h->lock);
	written = write(h->fd, &one, sizeof(one));
	(void)written; /* fails only if a wake-up is already due */
}
