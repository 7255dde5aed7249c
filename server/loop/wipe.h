/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libraries free is wiped first.
 *
 * The buffers of libevent hold requests as they came, passwords and cookies
 * among them, and it gives them back to the heap as they are.
 */
#ifndef LOOP_WIPE_H
#define LOOP_WIPE_H

#include <stddef.h>

/*
 * From now on, in this process and those that it forks.  It costs a request the
 * writing of the few KiB that it came in.
 */
void wipe_what_libevent_frees(void);

/* As free() and realloc(), and what is given back is wiped; for libraries. */
void wipe_and_free(void *memory);
void *wipe_and_resize(void *old, size_t size);

#endif
