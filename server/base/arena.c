/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of one request.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
	BLOCK_SIZE = 4096
};

struct arena_block {
	struct arena_block *older;
	size_t used;
	size_t size;
	alignas(max_align_t) char room[];
};

struct arena_cleanup {
	struct arena_cleanup *older;
	void (*run)(void *);
	void *argument;
};

void
arena_clear(struct arena *arena)
{
	while (arena->cleanups != NULL) {
		struct arena_cleanup *cleanup = arena->cleanups;

		arena->cleanups = cleanup->older;
		cleanup->run(cleanup->argument);
	}
	while (arena->newest != NULL) {
		struct arena_block *block = arena->newest;

		arena->newest = block->older;
		explicit_bzero(block->room, block->used);
		free(block);
	}
}

static struct arena_block *
arena_block_new(struct arena *arena, size_t size)
{
	size_t room = BLOCK_SIZE - sizeof(struct arena_block);
	struct arena_block *block;

	if (size > room)
		room = size;
	block = memory_new(sizeof(*block) + room);
	block->size = room;
	block->older = arena->newest;
	arena->newest = block;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t align = alignof(max_align_t);
	struct arena_block *block = arena->newest;
	void *at;

	if (size > PTRDIFF_MAX - BLOCK_SIZE)
		abort(); /* no machine has that much: an overflow */
	size = (size + align - 1) / align * align;
	if (block == NULL || block->size - block->used < size)
		block = arena_block_new(arena, size);
	at = block->room + block->used;
	block->used += size;
	return at;
}

struct str
arena_text(struct arena *arena, struct str text)
{
	char *copy = arena_alloc(arena, text.len + 1);

	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	return (struct str){ copy, text.len };
}

struct str
arena_join(struct arena *arena, const struct str *parts, size_t count)
{
	size_t len = 0, done = 0;
	char *at;

	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	at = arena_alloc(arena, len + 1);
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(at + done, parts[i].at, parts[i].len);
		done += parts[i].len;
	}
	return (struct str){ at, len };
}

struct str
arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;
	int len;

	assert(format != NULL);
	va_start(arguments, format);
	len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (len < 0)
		abort(); /* only a wrong format can do this */
	text = arena_alloc(arena, (size_t)len + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)len + 1, format, arguments);
	va_end(arguments);
	return (struct str){ text, (size_t)len };
}

void
arena_on_clear(struct arena *arena, void (*run)(void *), void *argument)
{
	struct arena_cleanup *cleanup = arena_alloc(arena, sizeof(*cleanup));

	*cleanup = (struct arena_cleanup){ arena->cleanups, run, argument };
	arena->cleanups = cleanup;
}
