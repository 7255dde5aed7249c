/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file of a server that is measured, so that what it has sealed and
 * signed can be made without it.
 */
#ifndef BENCH_KEY_FILE_H
#define BENCH_KEY_FILE_H

#include "base/memory.h"
#include "crypto/keys.h"

/* Owned: keys_free().  NULL, and a line on stderr, if there is none. */
struct keys *key_file_read(const char *path) MUST_CHECK;

#endif
