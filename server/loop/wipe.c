/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory functions of libevent, and for other libraries.
 *
 * They give out memory of the C library's heap and take back any of it, so it
 * does not matter what libevent has taken before.
 */
#include "loop/wipe.h"

#include <event2/event.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void
wipe_and_free(void *memory)
{
	if (memory == NULL)
		return;
	explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* Not realloc(), which leaves a copy behind when it moves. */
void *
wipe_and_resize(void *old, size_t size)
{
	size_t old_size = old != NULL ? malloc_usable_size(old) : 0;
	void *fresh;

	if (size == 0) {
		wipe_and_free(old);
		return NULL;
	}
	fresh = malloc(size);
	if (fresh == NULL)
		return NULL; /* and the old memory stays as it is */
	if (old_size > 0)
		memcpy(fresh, old, old_size < size ? old_size : size);
	wipe_and_free(old);
	return fresh;
}

void
wipe_what_libevent_frees(void)
{
	event_set_mem_functions(malloc, wipe_and_resize, wipe_and_free);
}
