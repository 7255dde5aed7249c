/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of connections: each way holds what came until it is due.
 *
 * A way does not read on while it holds much, so that a stalled relay stalls
 * the sender as a network would.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <unistd.h>

#include "load/dice.h"
#include "loop/clock.h"
#include "relay.h"

enum {
	PIECE_LARGEST = 16 * 1024,
	HELD_MOST = 256 * 1024,
	MESSAGE_HEADER = 5, /* of PostgreSQL: type, length */
	ECHO_LAST = MESSAGE_HEADER + 2 + 4 + 7, /* of a row's first bigint */
};

struct piece {
	struct piece *next;
	int64_t due_us;
	size_t len;
	uint8_t bytes[];
};

/* Where one is in the messages that PostgreSQL sends. */
struct message {
	uint8_t header[MESSAGE_HEADER];
	size_t at;
	size_t len; /* known behind the header */
};

struct way {
	struct pair *pair;
	enum way_kind kind;
	struct bufferevent *from;
	struct bufferevent *to;
	struct piece *first;
	struct piece **last;
	size_t held;
	struct event *timer;
	int64_t free_us; /* when the rate lets the next piece pass */
	uint64_t passed;
	uint64_t cut_at;
	uint64_t flip_at;
	struct message message;
	bool ended; /* nothing comes any more */
	bool shut; /* and the other side was told */
};

struct pair {
	struct relay *relay;
	struct pair *next;
	struct pair **place; /* what points to us */
	struct way ways[WAY_COUNT];
};

const struct harm harmless = {
	.cut_at = { NOWHERE, NOWHERE },
	.flip_at = { NOWHERE, NOWHERE },
};

static void
pair_free(struct pair *pair)
{
	for (size_t i = 0; i < WAY_COUNT; i++) {
		struct way *way = &pair->ways[i];

		while (way->first != NULL) {
			struct piece *piece = way->first;

			way->first = piece->next;
			free(piece);
		}
		event_free(way->timer);
		bufferevent_free(way->from);
	}
	*pair->place = pair->next;
	if (pair->next != NULL)
		pair->next->place = pair->place;
	free(pair);
}

/* RST instead of FIN, where there is such a thing. */
static void
pair_reset(struct pair *pair)
{
	const struct linger at_once = { 1, 0 };

	for (size_t i = 0; i < WAY_COUNT; i++)
		(void)setsockopt(bufferevent_getfd(pair->ways[i].from),
		    SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	pair_free(pair);
}

/* False: the pair is gone. */
static bool
way_shut(struct way *way)
{
	struct pair *pair = way->pair;

	if (!way->ended || way->shut || way->first != NULL ||
	    evbuffer_get_length(bufferevent_get_output(way->to)) > 0)
		return true;
	way->shut = true;
	shutdown(bufferevent_getfd(way->to), SHUT_WR);
	if (!pair->ways[TO_SERVER].shut || !pair->ways[TO_CLIENT].shut)
		return true;
	pair_free(pair);
	return false;
}

static void
way_wait(struct way *way, int64_t wait_us)
{
	struct timeval time = { .tv_sec = wait_us / 1000000,
		.tv_usec = wait_us % 1000000 };

	event_add(way->timer, &time);
}

/* Passes on what is due. */
static void
way_release(struct way *way)
{
	int64_t now = clock_monotonic();

	while (way->first != NULL && !way->pair->relay->harm.stalled) {
		struct piece *piece = way->first;

		if (piece->due_us > now) {
			way_wait(way, piece->due_us - now);
			break;
		}
		bufferevent_write(way->to, piece->bytes, piece->len);
		way->held -= piece->len;
		way->first = piece->next;
		if (way->first == NULL)
			way->last = &way->first;
		free(piece);
	}
	if (way->held < HELD_MOST && !way->ended)
		bufferevent_enable(way->from, EV_READ);
	(void)way_shut(way);
}

static void
way_due(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	way_release(argument);
}

/* One byte of PostgreSQL's; a row gets another number if that is due. */
static uint8_t
message_take(struct message *message, uint8_t byte, bool *mix_up_row)
{
	size_t at = message->at++;

	if (at < MESSAGE_HEADER) {
		message->header[at] = byte;
		if (at == MESSAGE_HEADER - 1)
			message->len =
			    1U + ((size_t)message->header[1] << 24 |
				     (size_t)message->header[2] << 16 |
				     (size_t)message->header[3] << 8 |
				     message->header[4]);
	} else if (at == ECHO_LAST && message->header[0] == 'D' &&
		   *mix_up_row) {
		*mix_up_row = false;
		byte ^= 1;
	}
	if (message->at >= MESSAGE_HEADER && message->at >= message->len)
		message->at = 0;
	return byte;
}

static void
way_alter(struct way *way, struct piece *piece)
{
	struct relay *relay = way->pair->relay;

	for (size_t i = 0; i < piece->len; i++) {
		uint8_t *byte = &piece->bytes[i];

		if (way->kind == TO_CLIENT)
			*byte = message_take(
			    &way->message, *byte, &relay->harm.mix_up_row);
		if (way->passed + i == way->flip_at)
			*byte ^= (uint8_t)(1U << dice_roll(&relay->dice, 8));
	}
}

static void
way_end(struct way *way)
{
	bufferevent_disable(way->from, EV_READ);
	way->ended = true;
}

/* When it shall arrive; never before what came before it. */
static int64_t
way_due_at(struct way *way, size_t len)
{
	struct relay *relay = way->pair->relay;
	const struct harm *harm = &relay->harm;
	int64_t due = clock_monotonic() + harm->delay_ms * INT64_C(1000);

	if (harm->jitter_ms > 0)
		due += (int64_t)dice_roll(
		    &relay->dice, harm->jitter_ms * UINT64_C(1000));
	if (due < way->free_us)
		due = way->free_us;
	way->free_us = due;
	if (harm->rate > 0)
		way->free_us += (int64_t)(len * UINT64_C(1000000) / harm->rate);
	return due;
}

static void
way_take(struct way *way, struct evbuffer *input)
{
	struct piece *piece = memory_new(sizeof(*piece) + PIECE_LARGEST);
	uint64_t room = way->cut_at - way->passed;
	int len = evbuffer_remove(input, piece->bytes, PIECE_LARGEST);

	piece->len = len > 0 ? (size_t)len : 0;
	if (piece->len >= room) {
		piece->len = (size_t)room;
		way_end(way);
		way_end(&way->pair->ways[1 - way->kind]);
	}
	way_alter(way, piece);
	piece->due_us = way_due_at(way, piece->len);
	way->passed += piece->len;
	way->held += piece->len;
	*way->last = piece;
	way->last = &piece->next;
}

static void
way_read(struct bufferevent *from, void *argument)
{
	struct pair *pair = argument;
	struct way *way = &pair->ways[pair->ways[TO_CLIENT].from == from];
	struct evbuffer *input = bufferevent_get_input(from);

	while (evbuffer_get_length(input) > 0 && !way->ended)
		way_take(way, input);
	if (way->held >= HELD_MOST)
		bufferevent_disable(from, EV_READ);
	if (way->ended) /* cut: the other way ends with it */
		(void)way_shut(&pair->ways[1 - way->kind]);
	way_release(way);
}

/* What was written to `to` belongs to the way that does not read from it. */
static void
way_written(struct bufferevent *to, void *argument)
{
	struct pair *pair = argument;

	(void)way_shut(&pair->ways[pair->ways[TO_CLIENT].to == to]);
}

static void
pair_event(struct bufferevent *side, short what, void *argument)
{
	struct pair *pair = argument;
	struct way *way = &pair->ways[pair->ways[TO_CLIENT].from == side];

	if (what & BEV_EVENT_ERROR) {
		pair_reset(pair);
	} else if (what & BEV_EVENT_EOF) {
		way_end(way);
		way_release(way);
	}
}

static void
pair_join(
    struct pair *pair, struct bufferevent *client, struct bufferevent *server)
{
	const struct harm *harm = &pair->relay->harm;
	struct bufferevent *const sides[] = { client, server };

	for (enum way_kind kind = 0; kind < WAY_COUNT; kind++) {
		struct way *way = &pair->ways[kind];

		way->pair = pair;
		way->kind = kind;
		way->from = sides[kind];
		way->to = sides[1 - kind];
		way->last = &way->first;
		way->cut_at = harm->cut_at[kind];
		way->flip_at = harm->flip_at[kind];
		way->timer = event_new(pair->relay->base, -1, 0, way_due, way);
		bufferevent_setcb(
		    way->from, way_read, way_written, pair_event, pair);
		bufferevent_enable(way->from, EV_READ | EV_WRITE);
	}
}

void
relay_connect(struct relay *relay, int client)
{
	struct bufferevent *near, *far;
	struct pair *pair;

	relay->connections++;
	near =
	    bufferevent_socket_new(relay->base, client, BEV_OPT_CLOSE_ON_FREE);
	far = bufferevent_socket_new(relay->base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (near == NULL || far == NULL)
		abort(); /* out of memory */
	if (relay->harm.refusing ||
	    bufferevent_socket_connect(far, (struct sockaddr *)&relay->target,
		(int)relay->target_len) != 0) {
		bufferevent_free(near);
		bufferevent_free(far);
		return;
	}
	pair = memory_new(sizeof(*pair));
	pair->relay = relay;
	pair->next = relay->pairs;
	pair->place = &relay->pairs;
	if (pair->next != NULL)
		pair->next->place = &pair->next;
	relay->pairs = pair;
	pair_join(pair, near, far);
}

void
relay_wake(struct relay *relay)
{
	struct pair *next;

	for (struct pair *pair = relay->pairs; pair != NULL; pair = next) {
		next = pair->next;
		for (size_t i = 0; i < WAY_COUNT; i++)
			event_active(pair->ways[i].timer, 0, 0);
	}
}

void
relay_reset(struct relay *relay)
{
	while (relay->pairs != NULL)
		pair_reset(relay->pairs);
}

void
relay_half_close(struct relay *relay)
{
	struct pair *next;

	for (struct pair *pair = relay->pairs; pair != NULL; pair = next) {
		next = pair->next;
		way_end(&pair->ways[TO_CLIENT]);
		way_release(&pair->ways[TO_CLIENT]);
	}
}

void
relay_end(struct relay *relay)
{
	while (relay->pairs != NULL)
		pair_free(relay->pairs);
}
