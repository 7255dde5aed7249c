/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Migrations: the files of a folder applied in the order of their names, each
 * once and in a transaction of its own.
 *
 * Blocks, and is for the command line only.  What was applied is remembered
 * with its checksum; a file that changed afterwards stops everything, since
 * then nobody knows any more what the database looks like.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/memory.h"

struct buf;

/*
 * Applies what is missing and prints a line for each file.  False and a
 * sentence in `why` at the first trouble; files applied until then stay.
 */
bool migrate_run(const char *conninfo, const char *dir, FILE *progress,
    struct buf *why) MUST_CHECK;

/* Prints a line for each file: applied or waiting.  Changes nothing. */
bool migrate_status(const char *conninfo, const char *dir, FILE *progress,
    struct buf *why) MUST_CHECK;

#endif
