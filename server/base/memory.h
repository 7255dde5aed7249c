/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap memory that is never NULL, and cleaning up at the end of a block.
 *
 * Out of memory ends the process: the master starts a new one, and a gate that
 * limps on without memory could only refuse requests in untested ways.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory of `size` bytes (at least one), freed with free(). */
void *memory_new(size_t size) __attribute__((malloc, returns_nonnull));

/* An array of `count` elements; aborts also if the product overflows. */
void *memory_array(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/* Like realloc(), new bytes are not zeroed. */
void *memory_resize(void *old, size_t size) __attribute__((returns_nonnull));

/* A NUL-terminated copy of `len` bytes. */
char *memory_text(const char *at, size_t len)
    __attribute__((malloc, returns_nonnull));

/* CLEANUP(buf_clear) struct buf out: runs buf_clear(&out) at block end. */
#define CLEANUP(function) __attribute__((cleanup(function)))

/* Outcomes nobody may ignore. */
#define MUST_CHECK __attribute__((warn_unused_result))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
