/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole small files: settings, keys.
 */
#ifndef CTL_FILE_H
#define CTL_FILE_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct keys;

/*
 * Appends the content.  False and a sentence for what is not a regular file,
 * or larger than `out` may grow.
 */
bool file_read(const char *path, struct buf *out, struct buf *why) MUST_CHECK;

/* The same, and refuses what others than its owner may read or write. */
bool file_read_secret(
    const char *path, struct buf *out, struct buf *why) MUST_CHECK;

/*
 * A new file with mode 0600, safely on disk when this returns.  Never
 * overwrites.
 */
bool file_write_secret(
    const char *path, struct str content, struct buf *why) MUST_CHECK;

/*
 * Changing a secret file: nobody else changes it from begin on, and whoever
 * reads it finds the old content or the new one, whole.  Owner and mode stay.
 * Gives a descriptor for file_change_end(), or -1 and a sentence.
 */
int file_change_begin(const char *path, struct buf *why) MUST_CHECK;

/* Puts the content in place, safely on disk; STR_NONE leaves all as it is. */
bool file_change_end(
    const char *path, int fd, struct str content, struct buf *why) MUST_CHECK;

/* The keys of an installation from their file; NULL and a sentence. */
struct keys *file_read_keys(const char *path, struct buf *why);

#endif
