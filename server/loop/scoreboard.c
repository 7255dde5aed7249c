/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scoreboard: one anonymous mapping, made before the master forks.
 *
 * Every number has one writer at a time, so a relaxed load and store are
 * enough: no reader sees half a number, and none waits.
 */
#include "loop/scoreboard.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "loop/clock.h"

enum {
	CACHE_LINE = 64
};

struct times {
	atomic_uint_least64_t buckets[SCORE_BUCKETS + 1];
	atomic_uint_least64_t sum_us;
};

struct slot {
	_Alignas(CACHE_LINE) char name[SCORE_NAME_SIZE];
	atomic_bool runs;
	atomic_uint_least64_t counts[SCORE_COUNT];
	atomic_int_least64_t levels[LEVEL_COUNT];
	struct times times[TIME_COUNT];
	atomic_uint_least64_t requests[SCORE_ROUTES_MOST][2 /* POST */]
				      [SCORE_CLASSES];
};

struct board {
	atomic_bool log_is_torn;
	struct slot slots[];
};

const int64_t score_bounds[SCORE_BUCKETS] = { 1000, 2500, 5000, 10000, 25000,
	50000, 100000, 250000, 500000, 1000000, 2500000, 5000000 };

static struct slot unshared;
static struct slot *mine = &unshared;
static struct board *board;
static size_t slots;

static void
add(atomic_uint_least64_t *number, uint64_t more)
{
	atomic_store_explicit(number,
	    atomic_load_explicit(number, memory_order_relaxed) + more,
	    memory_order_relaxed);
}

static uint64_t
look(const atomic_uint_least64_t *number)
{
	return atomic_load_explicit(number, memory_order_relaxed);
}

void
scoreboard_open(size_t processes)
{
	size_t size = sizeof(*board) + (processes + 1) * sizeof(struct slot);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort(); /* out of memory */
	board = memory;
	slots = processes + 1;
	scoreboard_name(0, "master");
	scoreboard_take(0);
}

void
scoreboard_name(size_t slot, const char *name)
{
	if (slot >= slots)
		return;
	snprintf(board->slots[slot].name, SCORE_NAME_SIZE, "%s", name);
}

static void
levels_forget(struct slot *slot)
{
	for (size_t i = 0; i < LEVEL_COUNT; i++)
		atomic_store_explicit(
		    &slot->levels[i], 0, memory_order_relaxed);
}

void
scoreboard_take(size_t slot)
{
	if (slot >= slots)
		return;
	mine = &board->slots[slot];
	levels_forget(mine);
	scoreboard_level(LEVEL_STARTED_AT, clock_now());
	scoreboard_level(LEVEL_TURNED_AT, clock_monotonic());
	scoreboard_level(LEVEL_DATABASE_CHANGED_AT, clock_monotonic());
	atomic_store_explicit(&mine->runs, true, memory_order_release);
}

void
scoreboard_leave(size_t slot)
{
	if (slot >= slots)
		return;
	atomic_store_explicit(
	    &board->slots[slot].runs, false, memory_order_relaxed);
	levels_forget(&board->slots[slot]);
}

void
scoreboard_count(enum score score)
{
	add(&mine->counts[score], 1);
}

void
scoreboard_level(enum score_level level, int64_t value)
{
	atomic_store_explicit(
	    &mine->levels[level], value, memory_order_relaxed);
}

void
scoreboard_time(enum score_time time, int64_t took_us)
{
	struct times *times = &mine->times[time];
	size_t i = 0;

	while (i < SCORE_BUCKETS && took_us > score_bounds[i])
		i++;
	add(&times->buckets[i], 1);
	add(&times->sum_us, took_us > 0 ? (uint64_t)took_us : 0);
}

void
scoreboard_request(size_t route, bool is_post, unsigned status)
{
	size_t status_class = status / 100;

	if (route >= SCORE_ROUTES_MOST)
		route = SCORE_ROUTES_MOST - 1;
	if (status_class < SCORE_CLASSES)
		add(&mine->requests[route][is_post][status_class], 1);
}

uint64_t
scoreboard_total(enum score score)
{
	uint64_t total = 0;

	for (size_t i = 0; i < slots; i++)
		total += look(&board->slots[i].counts[score]);
	return total;
}

uint64_t
scoreboard_requests(size_t route, bool is_post, unsigned status_class)
{
	uint64_t total = 0;

	assert(route < SCORE_ROUTES_MOST && status_class < SCORE_CLASSES);
	for (size_t i = 0; i < slots; i++)
		total += look(
		    &board->slots[i].requests[route][is_post][status_class]);
	return total;
}

void
scoreboard_times(enum score_time time, struct score_times *out)
{
	*out = (struct score_times){ .sum_us = 0 };
	for (size_t i = 0; i < slots; i++) {
		const struct times *times = &board->slots[i].times[time];

		for (size_t k = 0; k <= SCORE_BUCKETS; k++)
			out->buckets[k] += look(&times->buckets[k]);
		out->sum_us += look(&times->sum_us);
	}
}

size_t
scoreboard_slots(void)
{
	return slots;
}

void
scoreboard_process(size_t slot, struct scoreboard_process *out)
{
	const struct slot *from = &board->slots[slot];

	assert(slot < slots);
	memcpy(out->name, from->name, sizeof(out->name));
	out->runs = atomic_load_explicit(&from->runs, memory_order_acquire);
	for (size_t i = 0; i < LEVEL_COUNT; i++)
		out->levels[i] = atomic_load_explicit(
		    &from->levels[i], memory_order_relaxed);
}

atomic_bool *
scoreboard_log_is_torn(void)
{
	static atomic_bool unshared_torn;

	return board != NULL ? &board->log_is_torn : &unshared_torn;
}
