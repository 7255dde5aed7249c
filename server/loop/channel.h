/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the master and its children say to each other: a word and a number, over
 * one pair of sockets a child.
 *
 * During an upgrade two releases speak with each other, so words keep their
 * numbers for ever, and one that is not known is skipped.  A closed channel
 * says that the other side is gone.
 */
#ifndef LOOP_CHANNEL_H
#define LOOP_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

enum channel_word {
	/* A child says: */
	CHANNEL_READY = 1, /* I can do my work */
	CHANNEL_ALIVE = 2, /* once a second */
	CHANNEL_RELOADED = 3,
	CHANNEL_NOT_RELOADED = 4, /* I go on with what I had */
	/* The master says: */
	CHANNEL_RELOAD = 16,
	CHANNEL_LEAVE = 17, /* end, and leave the door to a successor */
	/* Accept from the socket of that number, your own or another's. */
	CHANNEL_ADOPT = 18,
	CHANNEL_GIVE_BACK = 19, /* and no more */
};

struct channel_message {
	uint8_t word;
	uint8_t number; /* of a socket; else 0 */
};

enum channel_outcome {
	CHANNEL_GOT,
	CHANNEL_EMPTY,
	CHANNEL_CLOSED,
};

/* Two ends that do not block and do not outlive an exec. */
bool channel_open(int ends[static 2]) MUST_CHECK;

/* False if the other side is gone, or has not listened for long. */
bool channel_send(int channel, enum channel_word, size_t number);

enum channel_outcome channel_receive(
    int channel, struct channel_message *) MUST_CHECK;

/* Is it an end of a channel? For a descriptor that was handed over. */
bool channel_is_one(int descriptor);

#endif
