/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap memory that is never NULL.
 */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *
present_or_abort(void *memory)
{
	static const char words[] = "portillon: out of memory\n";

	if (memory == NULL) {
		ssize_t written =
		    write(STDERR_FILENO, words, sizeof(words) - 1);

		(void)written; /* nothing is left to tell it to */
		abort();
	}
	return memory;
}

void *
memory_new(size_t size)
{
	return present_or_abort(calloc(1, size > 0 ? size : 1));
}

void *
memory_array(size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return present_or_abort(NULL);
	return memory_new(count * size);
}

void *
memory_resize(void *old, size_t size)
{
	return present_or_abort(realloc(old, size > 0 ? size : 1));
}

char *
memory_text(const char *at, size_t len)
{
	char *copy = memory_new(len + 1);

	if (len > 0)
		memcpy(copy, at, len);
	return copy;
}
