/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes and their health.
 */
#include "nodes.h"

#include <arpa/inet.h>
#include <event2/event.h>

#include "load/dice.h"

enum {
	PROBE_EVERY_US = 250 * 1000,
	PROBE_MS = 1000,
	FAILURES_MOST = 2,
};

struct node {
	struct link_settings settings;
	struct link *probe;
	unsigned failures; /* in a row */
	bool probing;
};

struct nodes {
	struct node list[NODES_MOST];
	size_t count;
	struct event *tick;
};

static const struct str probe_request =
    STR_INIT("GET /healthz HTTP/1.1\r\nHost: probe\r\n"
	     "Connection: close\r\n\r\n");

static void
probe_done(void *argument, enum link_end end, const struct answer *answer)
{
	struct node *node = argument;

	node->probing = false;
	if (end == LINK_ANSWERED && answer->status == 200)
		node->failures = 0;
	else
		node->failures++;
}

static void
nodes_tick(evutil_socket_t fd, short what, void *argument)
{
	struct nodes *nodes = argument;

	(void)fd, (void)what;
	for (size_t i = 0; i < nodes->count; i++) {
		struct node *node = &nodes->list[i];

		if (node->probing)
			continue;
		node->probing = true;
		link_ask(node->probe, probe_request, probe_done, node);
	}
}

struct nodes *
nodes_new(
    const struct link_settings *settings, const uint16_t *ports, size_t count)
{
	static const struct timeval period = { 0, PROBE_EVERY_US };
	struct nodes *nodes = memory_new(sizeof(*nodes));

	nodes->count = count;
	for (size_t i = 0; i < count; i++) {
		struct node *node = &nodes->list[i];
		struct link_settings probe = *settings;

		node->settings = *settings;
		node->settings.port = probe.port = ports[i];
		probe.from = INADDR_LOOPBACK;
		probe.connect_ms = probe.answer_ms = PROBE_MS;
		node->probe = link_new(&probe);
	}
	nodes->tick =
	    event_new(settings->base, -1, EV_PERSIST, nodes_tick, nodes);
	event_add(nodes->tick, &period);
	return nodes;
}

void
nodes_free(struct nodes *nodes)
{
	if (nodes == NULL)
		return;
	for (size_t i = 0; i < nodes->count; i++)
		link_free(nodes->list[i].probe);
	event_free(nodes->tick);
	free(nodes);
}

size_t
nodes_count(const struct nodes *nodes)
{
	return nodes->count;
}

int
nodes_choose(struct nodes *nodes, unsigned tried, uint64_t *dice)
{
	size_t first = (size_t)dice_roll(dice, nodes->count);

	for (size_t i = 0; i < nodes->count; i++) {
		size_t at = (first + i) % nodes->count;

		if (nodes->list[at].failures < FAILURES_MOST &&
		    (tried >> at & 1) == 0)
			return (int)at;
	}
	return -1;
}

struct link *
nodes_link(const struct nodes *nodes, size_t node, uint32_t from)
{
	struct link_settings settings = nodes->list[node].settings;

	settings.from = from;
	return link_new(&settings);
}
